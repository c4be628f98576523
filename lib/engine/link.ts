/**
 * The link between a client and an agent for one guest: two subjects, one in each direction.
 *
 * - A message is a header of 6 bytes (kind, whether more parts follow, number as 32 bits, little endian) and a part of
 *   the content: content longer than the server's limit is split.
 * - Messages are numbered, and heartbeats repeat the last number: if one is missing, the link breaks. NATS delivers a
 *   message at most once, and a guest whose stream has a gap counts as dead.
 * - At most {@linkcode WINDOW} bytes of streams are in flight in each direction: the receiver reports how many it has
 *   taken.
 * - Silence breaks the link. It is counted in heartbeats of this side, so a host that was busy for long first receives
 *   what has arrived in the meantime.
 */

import { every } from "../platform/mod.ts";
import type { Connection } from "./nats.ts";

/**
 * The kinds of messages. `data` is the guest's stream, `printed` what it prints, `taken` how many bytes of both were
 * taken, and `beat` has no content. `setup`, `bundle`, `close` and `signal` come from the client; `module`, which says
 * how the agent gets the module, `started` and `ended` come from the agent.
 */
const KINDS = [
  ...["data", "taken", "beat", "setup", "bundle", "close", "signal", "module", "started", "ended"] as const,
  "printed",
] as const;

/** The kind of a message; see {@linkcode KINDS}. */
export type LinkKind = typeof KINDS[number];

/** The kinds that are streams, whose bytes the other side takes. */
export type LinkStream = "data" | "printed";

/** The kinds of other messages between the two sides. */
export type LinkTelling = Exclude<LinkKind, LinkStream | "taken" | "beat">;

/** The most bytes of streams in flight, in each direction. */
export const WINDOW = 1 << 20;
/** The largest part of a message in bytes, if the server accepts more. */
const LARGEST = 1 << 18;
/** The most bytes of one message that is not a stream. */
export const MOST_TOLD = 1 << 26;

const HEADER = 6;
const MORE_AT = 1;
const NUMBER_AT = 2;
const COUNT_BYTES = 4;
/** Milliseconds between heartbeats, and the least number of heartbeats within the allowed silence. */
const BEAT = 1000;
const BEATS = 5;

/** The listener of a link. */
export interface LinkListener {
  /** Called with a part of the stream; call `Link.took` when it is taken. */
  data(bytes: Uint8Array<ArrayBuffer>): void;
  /** Called with a part of what the guest prints; call `Link.took` when it is taken. */
  printed(bytes: Uint8Array<ArrayBuffer>): void;
  /** Called with any other message. */
  told(kind: LinkTelling, bytes: Uint8Array<ArrayBuffer>): void;
  /** Called once when nothing more will come, with a clause as the reason; messages can still be sent. */
  broken(reason: string): void;
}

/** Options of a link. */
export interface LinkOptions {
  /** The subject to which it sends. */
  readonly to: string;
  /** The subject on which it listens. */
  readonly from: string;
  /** The name of the other side, for people. */
  readonly peer: string;
  /** How long silence may last, in milliseconds. */
  readonly silence: number;
}

/** A link between a client and an agent for one guest. */
export class Link {
  readonly #connection: Connection;
  readonly #options: LinkOptions;
  readonly #listener: LinkListener;
  readonly #unsubscribe: () => void;
  readonly #most: number;
  #closed = false;
  #broken = false;
  /** The numbers of the last message sent, and of the last message received. */
  #sent = 0;
  #heard = 0;
  /** Whether anything was received since the last heartbeat, and how many heartbeats of silence have passed. */
  #isHeard = true;
  #silent = 0;
  /** The bytes of streams in flight: sent, and received. */
  #ahead = 0;
  #unread = 0;
  /** The bytes that were taken here and not yet reported. */
  #untold = 0;
  #stopBeating: (() => void) | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  /** The parts received so far of a message in several parts. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;

  /** Listens to the other side from now on. */
  constructor(connection: Connection, options: LinkOptions, listener: LinkListener) {
    this.#connection = connection;
    this.#options = options;
    this.#listener = listener;
    this.#most = Math.max(1, Math.min(LARGEST, connection.room - HEADER));
    this.#unsubscribe = connection.subscribe(options.from, ({ data }) => this.#hear(data));
  }

  /** Starts sending heartbeats, and expecting them from the other side. */
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

  /** Sends a message of any length. */
  tell(kind: LinkTelling, bytes: Uint8Array = new Uint8Array(0)): void {
    let at = 0;
    do {
      const end = Math.min(bytes.length, at + this.#most);
      this.#send(kind, bytes.subarray(at, end), end < bytes.length);
      at = end;
    } while (at < bytes.length);
  }

  /** Sends a part of a stream; resolves when all of it is on its way, or the link is closed or broken. */
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

  /** Reports that this many bytes of a stream were taken. */
  took(count: number): void {
    this.#unread -= count;
    this.#untold += count;
    if (this.#untold < WINDOW / 4) return;
    const bytes = new Uint8Array(COUNT_BYTES);
    new DataView(bytes.buffer).setUint32(0, this.#untold, true);
    this.#untold = 0;
    this.#send("taken", bytes, false);
  }

  /** Stops sending and listening. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopBeating?.();
    this.#unsubscribe();
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
        // A sender that ignores the window would fill this host's memory.
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
    this.#break(`${this.#options.peer} broke the protocol`);
  }

  #break(reason: string): void {
    if (this.#closed || this.#broken) return;
    this.#broken = true;
    this.#stopBeating?.();
    this.#room?.resolve();
    this.#listener.broken(reason);
  }
}
