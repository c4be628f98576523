/**
 * Thread mode: each guest is a Web Worker with two rings of shared memory; one doorbell serves all guests.
 *
 * - The guest rings once when this side has read everything, so a busy host is not disturbed: the further behind it is,
 *   the more it reads at once.
 * - Whatever ended the guest, everything it said is delivered before its end. A thread cannot be killed: a busy one
 *   goes on.
 * - Messages are data from a far side: one that is not part of the protocol ends the guest with a `ProtocolError`.
 */

import { errorText, GuestDiedError, guestFault, ProtocolError, UncloneableError } from "../errors.ts";
import { BytePipe, COUNTED, Doorbell, LISTENS, mayBlock, URGENT } from "../memory/mod.ts";
import { cores, now, platform, type Thread, type Transferable, turn } from "../platform/mod.ts";
import { FrameCursor } from "./frame_cursor.ts";
import type { GuestCode } from "./guest_code.ts";
import { Outbox } from "./outbox.ts";
import type { GuestSetup, Mode, Realm, RealmListener } from "./realm.ts";
import type { ToThread } from "./thread_end.ts";

/** The capacity of the ring in each direction, in bytes. */
const CAPACITY = 1 << 18;
const CHUNK = 65536;
/** How many chunks are read before the event loop gets a turn. */
const MOST_CHUNKS = 32;
/** How many values may have arrived before their frames. */
const MOST_MOVED = 4096;
/** How long a wait spins if each guest and the host have their own core, in microseconds. */
const SPIN = 20;

let started = 0;

/** How long waits spin beside `guests` guests, in microseconds; the host itself is one task more. */
export function spinFor(guests: number, cores: number): number {
  return guests < cores ? SPIN : 0;
}

/** Creates the mode. */
export function threadMode(code: GuestCode): Mode {
  // Created when needed: if threads cannot share memory, the other modes still work.
  let made: Doorbell | undefined;
  const bell = () => made ??= new Doorbell(now);
  const blocks = mayBlock();
  return {
    name: "thread",
    get lacks() {
      return platform.threadless;
    },
    memory: "shared",
    transport: "shared",
    moves: true,
    start(setup) {
      refuseOptions(setup);
      return new ThreadRealm(setup.module, { bell: bell(), code, blocks });
    },
    // A thread ends with its process.
    kill() {},
    spin: (guests) => void (bell().spin = spinFor(guests, cores())),
    ...blocks ? { block: (realms, deadline) => blockOn(realms, { deadline, bell: bell() }) } : {},
  };
}

/** Blocks until the guests have answered, or one needs an answer at once. */
function blockOn(
  realms: readonly Realm[],
  { deadline, bell }: { readonly deadline: number; readonly bell: Doorbell },
): void {
  const threads = realms as readonly ThreadRealm[];
  // A message larger than a ring comes in parts, each of which needs an answer at once.
  const urgent = threads.some((realm) => realm.busy || realm.isHalfRead);
  let all = true;
  for (const realm of threads) all = realm.arm(urgent ? URGENT : COUNTED) && all;
  if (all || !urgent) bell.wait(deadline, { urgent });
}

function refuseOptions({ options }: GuestSetup): void {
  const given = Object.entries(options).filter(([, value]) => value !== undefined).map(([name]) => name);
  if (given.length === 0) return;
  throw new TypeError(
    `Cannot start a thread guest with ${
      given.join(", ")
    }: a thread has those of its host, process mode is wanted for its own`,
  );
}

class ThreadRealm implements Realm {
  readonly mode = "thread";
  readonly killable = false;
  name = "thread";
  alive = true;
  readonly outbox = new Outbox();
  messages = 0;
  readonly kill: (() => void) | undefined;
  readonly #thread: Thread;
  readonly #bell: Doorbell;
  /** Whether this realm may block; if not, the guest has to ring. */
  readonly #blocks: boolean;
  readonly #requests: BytePipe;
  readonly #replies: BytePipe;
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #cursor = new FrameCursor();
  readonly #moved: unknown[] = [];
  #awaitsMoved = false;
  #looks = false;
  #failure: Error | undefined;
  #listener: RealmListener | undefined;
  readonly #end = Promise.withResolvers<void>();

  constructor(
    module: string,
    { bell, code, blocks }: { readonly bell: Doorbell; readonly code: GuestCode; readonly blocks: boolean },
  ) {
    const name = `holdfast ${platform.pid} ${now()}, guest ${started++}`;
    this.#bell = bell;
    this.#blocks = blocks;
    this.#thread = platform.startThread(code.threadUrl(), {
      name,
      listener: { message: (data) => this.#hear(data), ended: (threw) => void this.#ends(threw) },
    });
    this.kill = this.#thread.kill;
    const ring = (how: number) => how === LISTENS ? this.#say({ kind: "bell" }) : undefined;
    this.#requests = BytePipe.create(CAPACITY, ring);
    this.#replies = BytePipe.create(CAPACITY, ring);
    const [requests, replies] = [this.#requests.handle, this.#replies.handle];
    // Before the thread has the ring: otherwise a fast thread's hello would not wake this side.
    this.#replies.sleeps("reader", LISTENS);
    this.#say({ kind: "start", module, requests, replies, bell: bell.handle });
  }

  get ended(): Promise<void> {
    return this.#end.promise;
  }

  get busy(): boolean {
    return !this.outbox.isEmpty;
  }

  /** Whether the rest of a frame is still to come. */
  get isHalfRead(): boolean {
    return this.#cursor.pending > 0;
  }

  listen(listener: RealmListener): void {
    this.#listener = listener;
  }

  flush(): void {
    this.messages++;
    this.#guard(() => this.#write());
  }

  poll(): void {
    this.#guard(() => {
      this.#goOn();
      while (this.#readChunk());
    });
  }

  looks(itself: boolean): void {
    this.#looks = itself && this.#blocks;
    if (itself) return;
    this.#disarm();
    this.#turn();
  }

  /** Arms its rings for the wait that follows; false if there is something to do at once. */
  arm(how: typeof COUNTED | typeof URGENT): boolean {
    if (!this.alive || this.#failure !== undefined) return false;
    let sleeps = this.#bell.arm(this.#replies, "reader", how);
    if (this.busy) sleeps = this.#bell.arm(this.#requests, "writer", how) && sleeps;
    return sleeps;
  }

  move(value: unknown, transfer: readonly Transferable[]): void {
    try {
      this.#thread.send({ kind: "moved", value } satisfies ToThread, transfer);
    } catch (cause) {
      throw new UncloneableError(`Cannot move: ${errorText(cause)}, a structured-cloneable value is wanted`, { cause });
    }
  }

  async close(): Promise<void> {
    if (!this.alive) return;
    this.#say({ kind: "close" });
    await this.ended;
  }

  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#disarm();
    // It receives this once it returns to its event loop; until then its output is discarded, so that it can return.
    this.#say({ kind: "close" });
    this.#turn();
    this.#listener?.ended(error);
  }

  signal(): void {
    if (this.alive) this.#say({ kind: "close" });
  }

  #say(message: ToThread): void {
    this.#thread.send(message);
  }

  /** Handles a message, which may be anything. */
  #hear(data: unknown): void {
    const kind = typeof data === "object" && data !== null ? Reflect.get(data, "kind") : undefined;
    const isMoved = kind === "moved" && this.#moved.length < MOST_MOVED;
    if (kind !== "bell" && !isMoved) {
      return this.fail(guestFault(this, "it posted a message of its own, only the protocol's are wanted"));
    }
    if (isMoved) this.#moved.push(Reflect.get(data as object, "value"));
    this.#turn();
  }

  #write(): void {
    while (!this.outbox.isEmpty) {
      const count = this.#requests.write(this.outbox.waiting);
      this.outbox.advance(count);
      if (count === 0 && (this.#looks || this.#requests.sleeps("writer", LISTENS))) return;
    }
  }

  /** Writes as much as there is room for, and reports when everything has been written. */
  #goOn(): void {
    if (!this.busy) return;
    this.#write();
    if (!this.busy && this.#failure === undefined) this.#listener?.written();
  }

  /** Reads and writes what is possible, for a limited number of chunks. */
  #turn(): void {
    this.#guard(() => {
      this.#goOn();
      for (let chunks = 0; chunks < MOST_CHUNKS; chunks++) {
        if (this.#readChunk()) continue;
        if (this.#awaitsMoved || this.#looks || !this.alive || this.#replies.sleeps("reader", LISTENS)) return;
      }
      platform.soon(() => this.#turn());
    });
  }

  /** Reads what is there; false if there is nothing, or if a value that comes first is still on its way. */
  #readChunk(): boolean {
    if (!this.#tell()) return false;
    const length = this.#replies.read(this.#chunk);
    if (length === 0) return false;
    if (this.#failure !== undefined) return true;
    this.#cursor.feed(this.#chunk.subarray(0, length));
    this.#tell();
    return true;
  }

  /**
   * Delivers the frames of the chunk, then reports that there are no more for now; false if one waits for its value.
   */
  #tell(): boolean {
    let told = false;
    while (this.#failure === undefined && (this.#awaitsMoved || this.#cursor.next())) {
      this.#awaitsMoved = this.#cursor.kind === "moved" && this.#moved.length === 0;
      if (this.#awaitsMoved) break;
      told = true;
      if (this.#cursor.kind === "moved") this.#listener?.moved(this.#moved.shift(), this.#cursor);
      else this.#listener?.frame(this.#cursor);
    }
    if (told) this.#listener?.settled();
    return this.#failure !== undefined || !this.#awaitsMoved;
  }

  #disarm(): void {
    this.#bell.disarm(this.#replies, "reader");
    this.#bell.disarm(this.#requests, "writer");
  }

  /** Reads and writes rings, into which the other end may have stored anything. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      this.fail(guestFault(this, cause.message, { cause }));
    }
  }

  async #ends(threw: string | undefined): Promise<void> {
    // A moved value may arrive one turn later.
    if (this.#awaitsMoved) await turn();
    this.#guard(() => {
      while (this.#readChunk());
    });
    this.alive = false;
    this.#disarm();
    this.#end.resolve();
    if (this.#failure !== undefined) return;
    const cause = threw === undefined ? "it ended by itself" : `it threw outside its job (${threw})`;
    this.#failure = new GuestDiedError({ guest: this.name, mode: "thread", cause });
    this.#listener?.ended(this.#failure);
  }
}
