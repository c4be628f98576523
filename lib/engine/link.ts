/**
 * What a client and an agent say about one guest: two subjects, one each way.
 *
 * - A message is a header of 6 bytes (kind, whether more of the same follows, number as 32 bits, little endian) and a part of
 *   something: what is longer than the server takes is cut.
 * - Messages are numbered, and beats repeat the last number: where one is missing the link is broken, and says so. NATS
 *   delivers at most once, and a guest whose stream has a hole is a dead guest.
 * - Of the stream's bytes at most {@linkcode WINDOW} are under way: whoever takes them says how many it took.
 * - Silence breaks it. It is counted in beats of this side, so a host that was busy for long first hears what came meanwhile.
 */

import { every } from "../platform/mod.ts";
import type { Connection } from "./nats.ts";

/**
 * What a message is for. `data` is the guest's stream, and `printed` what it prints; `taken` is how much of both was taken,
 * `beat` nothing; the client's `setup`, `bundle`, `close` and `signal`; the agent's `module`, which says how it comes there,
 * `started` and `ended`.
 */
const KINDS = [
  ...["data", "taken", "beat", "setup", "bundle", "close", "signal", "module", "started", "ended"] as const,
  "printed",
] as const;

/** See {@linkcode KINDS}. */
export type LinkKind = typeof KINDS[number];

/** What is under way in parts, which the other side takes. */
export type LinkStream = "data" | "printed";

/** What a side says besides. */
export type LinkTelling = Exclude<LinkKind, LinkStream | "taken" | "beat">;

/** The most bytes of streams that are under way, each way. */
export const WINDOW = 1 << 20;
/** The largest part, in bytes, where the server takes more. */
const LARGEST = 1 << 18;
/** The most that is told at once besides the stream, in bytes. */
export const MOST_TOLD = 1 << 26;

const HEADER = 6;
const MORE_AT = 1;
const NUMBER_AT = 2;
const COUNT_BYTES = 4;
/** How often a side says that it is there, in milliseconds, and into how many beats silence is divided at least. */
const BEAT = 1000;
const BEATS = 5;

/** Who listens to a link. */
export interface LinkListener {
  /** Told a part of the stream; `Link.took` says when it is taken. */
  data(bytes: Uint8Array<ArrayBuffer>): void;
  /** Told a part of what is printed; `Link.took` says when it is taken. */
  printed(bytes: Uint8Array<ArrayBuffer>): void;
  /** Told something else. */
  told(kind: LinkTelling, bytes: Uint8Array<ArrayBuffer>): void;
  /** Told once that nothing more will come, with a clause that says why; what is told after that is still sent. */
  broken(reason: string): void;
}

/** Where a link leads. */
export interface LinkOptions {
  /** The subject that it sends to. */
  readonly to: string;
  /** The subject that it listens to. */
  readonly from: string;
  /** The name of the other side, for people. */
  readonly peer: string;
  /** How long silence may last, in milliseconds. */
  readonly silence: number;
}

/** What a client and an agent say about one guest. */
export class Link {
  readonly #connection: Connection;
  readonly #options: LinkOptions;
  readonly #listener: LinkListener;
  readonly #letGo: () => void;
  readonly #most: number;
  #closed = false;
  #broken = false;
  /** The numbers of the last message there, and of the last one from there. */
  #sent = 0;
  #heard = 0;
  /** Whether something came since the last beat, and how many beats of silence there were. */
  #isHeard = true;
  #silent = 0;
  /** The bytes of streams that are under way: there, and from there. */
  #ahead = 0;
  #unread = 0;
  /** Those that were taken here and not told. */
  #untold = 0;
  #stopBeating: (() => void) | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  /** What is told in several parts. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;

  /** Listens from now on. */
  constructor(connection: Connection, options: LinkOptions, listener: LinkListener) {
    this.#connection = connection;
    this.#options = options;
    this.#listener = listener;
    this.#most = Math.max(1, Math.min(LARGEST, connection.room - HEADER));
    this.#letGo = connection.subscribe(options.from, ({ data }) => this.#hear(data));
  }

  /** Says from now on that this side is there, and expects that of the other one. */
  beat(): void {
    const { silence, peer } = this.#options;
    const beat = Math.min(BEAT, silence / BEATS);
    this.#stopBeating ??= every(beat, () => {
      this.#silent = this.#isHeard ? 0 : this.#silent + 1;
      this.#isHeard = false;
      if (this.#silent * beat >= silence) return this.#break(`${peer} was silent for ${silence / 1000} s`);
      this.#publish("beat", this.#sent);
    });
  }

  /** Tells something, whatever its length. */
  tell(kind: LinkTelling, bytes: Uint8Array = new Uint8Array(0)): void {
    let at = 0;
    do {
      const end = Math.min(bytes.length, at + this.#most);
      this.#send(kind, bytes.subarray(at, end), end < bytes.length);
      at = end;
    } while (at < bytes.length);
  }

  /** Sends a part of a stream; resolves when all of it is under way, also where the link is closed or broken. */
  async write(bytes: Uint8Array, kind: LinkStream = "data"): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#closed && !this.#broken;) {
      const end = Math.min(bytes.length, at + this.#most, at + WINDOW - this.#ahead);
      if (end > at) {
        this.#ahead += end - at;
        this.#send(kind, bytes.subarray(at, end), false);
        at = end;
      } else {
        this.#room ??= Promise.withResolvers();
        await this.#room.promise;
      }
    }
  }

  /** Says that so many bytes of a stream were taken. */
  took(count: number): void {
    this.#unread -= count;
    this.#untold += count;
    if (this.#untold < WINDOW / 4) return;
    const bytes = new Uint8Array(COUNT_BYTES);
    new DataView(bytes.buffer).setUint32(0, this.#untold, true);
    this.#untold = 0;
    this.#send("taken", bytes, false);
  }

  /** Lets go of both subjects. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopBeating?.();
    this.#letGo();
    this.#room?.resolve();
  }

  #send(kind: LinkKind, part: Uint8Array, isMore: boolean): void {
    this.#sent = (this.#sent + 1) >>> 0;
    this.#publish(kind, this.#sent, part, isMore);
  }

  #publish(kind: LinkKind, number: number, part?: Uint8Array, isMore = false): void {
    if (this.#closed) return;
    const message = new Uint8Array(HEADER + (part?.length ?? 0));
    message[0] = KINDS.indexOf(kind);
    message[MORE_AT] = isMore ? 1 : 0;
    new DataView(message.buffer).setUint32(NUMBER_AT, number, true);
    if (part !== undefined) message.set(part, HEADER);
    this.#connection.publish(this.#options.to, message);
  }

  #hear(data: Uint8Array<ArrayBuffer>): void {
    if (this.#closed || this.#broken) return;
    this.#isHeard = true;
    const kind = KINDS[data[0] ?? KINDS.length];
    if (kind === undefined || data.length < HEADER) return this.#refuse();
    const number = new DataView(data.buffer).getUint32(NUMBER_AT, true);
    if (kind === "beat") return number === this.#heard ? undefined : this.#lose();
    if (number !== (this.#heard + 1) >>> 0) return this.#lose();
    this.#heard = number;
    const part = data.subarray(HEADER);
    switch (kind) {
      case "data":
      case "printed":
        this.#unread += part.length;
        // More would fill this host's memory.
        return this.#unread > WINDOW ? this.#refuse() : this.#listener[kind](part);
      case "taken":
        return part.length === COUNT_BYTES ? this.#taken(part) : this.#refuse();
      default:
        return this.#told(kind, { part, isMore: data[MORE_AT] === 1 });
    }
  }

  #taken(part: Uint8Array<ArrayBuffer>): void {
    this.#ahead -= new DataView(part.buffer, part.byteOffset).getUint32(0, true);
    if (this.#ahead < 0) return this.#refuse();
    this.#room?.resolve();
    this.#room = undefined;
  }

  #told(kind: LinkTelling, { part, isMore }: { readonly part: Uint8Array; readonly isMore: boolean }): void {
    this.#partBytes += part.length;
    if (this.#partBytes > MOST_TOLD) return this.#refuse();
    this.#parts.push(part);
    if (isMore) return;
    const whole = new Uint8Array(this.#partBytes);
    let at = 0;
    for (const one of this.#parts) {
      whole.set(one, at);
      at += one.length;
    }
    this.#parts = [];
    this.#partBytes = 0;
    this.#listener.told(kind, whole);
  }

  #lose(): void {
    this.#break(`messages between it and ${this.#options.peer} were lost`);
  }

  #refuse(): void {
    this.#break(`${this.#options.peer} said something that is none of the protocol's`);
  }

  #break(reason: string): void {
    if (this.#closed || this.#broken) return;
    this.#broken = true;
    this.#stopBeating?.();
    this.#room?.resolve();
    this.#listener.broken(reason);
  }
}
