/**
 * Process mode: each guest is a child process, and frames cross two byte streams, wherever these lead.
 *
 * - Invariant: at most one write is in progress; what is flushed meanwhile goes with the next one, so messages grow
 *   with the load.
 * - After the first failure (an end, bytes that are not frames, no answer in time) the guest is killed and never used
 *   again, and both streams are closed.
 * - When this process exits, the remaining guests are killed: a busy one would not notice that its stdin has ended.
 */

import { EngineError, errorText, GuestDiedError, guestFault, ProtocolError } from "../errors.ts";
import {
  after,
  type Child,
  type ChildStatus,
  type External,
  type FarPlace,
  guestChildren,
  platform,
  type ProcessSignal,
  within,
} from "../platform/mod.ts";
import { FrameCursor } from "./frame_cursor.ts";
import type { GuestCode } from "./guest_code.ts";
import { type Launcher, ownChildren } from "./launch.ts";
import { Outbox } from "./outbox.ts";
import type { Mode, Realm, RealmListener } from "./realm.ts";

/** How long a guest may take to exit after its stdin closed, and its last output to arrive, in milliseconds. */
const GRACE = 500;
const CHUNK = 65536;

/** The guests of all hosts that have not ended. */
const living = new Set<ProcessRealm>();

function killAll(): void {
  for (const realm of living) realm.signal("SIGKILL");
}

/** Creates the mode; guests are children of this process, unless a launcher starts them elsewhere. */
export function processMode(
  code: GuestCode,
  { name = "process", launcher = ownChildren(code) }: { readonly name?: string; readonly launcher?: Launcher } = {},
): Mode {
  const all = new Set<ProcessRealm>();
  const externals = new Map<string, External>();
  return {
    name,
    memory: "asked",
    transport: launcher.transport,
    moves: false,
    start(setup) {
      const realm = new ProcessRealm(launcher.launch(setup, externals.get(setup.module) ?? "none"), name);
      all.add(realm);
      void realm.ended.then(() => all.delete(realm));
      return realm;
    },
    kill() {
      for (const realm of all) realm.signal("SIGKILL");
    },
    async close() {
      await launcher.close?.();
    },
    async repair(setup, reason) {
      const { module } = setup;
      const external = guestChildren.externalFor(reason, externals.get(module) ?? "none");
      if (external === undefined) return false;
      if (external === "cached") await launcher.cache?.(setup);
      externals.set(module, external);
      return true;
    },
  };
}

class ProcessRealm implements Realm {
  readonly mode: string;
  readonly killable = true;
  name = "process";
  alive = true;
  readonly outbox = new Outbox();
  messages = 0;
  readonly started: Promise<void>;
  /** Resolves when the child has ended. */
  readonly ended: Promise<void>;
  #child: Child | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  #listener: RealmListener | undefined;
  #failure: Error | undefined;
  #flushed = false;
  /** Whether a write is in progress, or writing is not possible yet. */
  #writing = true;
  /** The signal to send to a child that has not started yet; if the child is killed, nobody waits for it anymore. */
  #signal: ProcessSignal | undefined;
  readonly #killed = Promise.withResolvers<never>();

  constructor(child: Child | Promise<Child>, mode: string) {
    this.mode = mode;
    // Adding the same listener again has no effect.
    platform.onExit(killAll);
    living.add(this);
    this.#killed.promise.catch(() => {});
    this.started = Promise.resolve(child).then(() => {}, () => {});
    this.ended = this.#live(child);
  }

  get place(): FarPlace | undefined {
    return this.#child?.place;
  }

  get busy(): boolean {
    return this.#writing || !this.outbox.isEmpty;
  }

  listen(listener: RealmListener): void {
    this.#listener = listener;
  }

  flush(): void {
    this.#flushed = true;
    this.#write();
  }

  async close(): Promise<void> {
    const stopTimer = after(GRACE, () => this.signal("SIGKILL"));
    await this.#writer?.close().catch(() => {});
    await this.ended;
    stopTimer();
  }

  signal(signal: ProcessSignal): void {
    if (this.#child !== undefined) return this.#child.kill(signal);
    this.#signal = signal;
    if (signal === "SIGKILL") this.#killed.reject(new Error("it was killed before it came"));
  }

  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.signal("SIGKILL");
    this.#listener?.ended(error);
  }

  /** Runs from its start to its end. */
  async #live(started: Child | Promise<Child>): Promise<void> {
    let output: ReadableStreamBYOBReader | undefined;
    try {
      const child = this.#child = started instanceof Promise ? await this.#arrival(started) : started;
      if (this.#signal !== undefined) child.kill(this.#signal);
      this.#writer = child.writable.getWriter();
      this.#writer.closed.catch(() => {});
      output = child.readable.getReader({ mode: "byob" });
      this.#writing = false;
      const reading = this.#read(output, child);
      this.#write();
      const status = await child.status;
      living.delete(this);
      // What the child wrote before its end may still be in the pipe, and may explain it. A program that the child
      // started, if permitted, may hold the pipe open.
      const stopTimer = after(GRACE, () => void output?.cancel().catch(() => {}));
      await reading;
      stopTimer();
      this.fail(new GuestDiedError({ guest: this.name, mode: this.mode, ...endOf(status) }));
    } catch (cause) {
      const is = `it was not started (${startFault(cause)})`;
      // If no host can start any guests, that is not this guest's fault.
      this.fail(
        cause instanceof EngineError ? cause : new GuestDiedError({ guest: this.name, mode: this.mode, cause: is }),
      );
    } finally {
      living.delete(this);
      this.alive = false;
      await Promise.allSettled([this.#writer?.abort(), output?.cancel()]);
    }
  }

  /** Waits for a child to start. If it is killed before that, it ends as soon as it starts. */
  async #arrival(started: Promise<Child>): Promise<Child> {
    try {
      return await Promise.race([started, this.#killed.promise]);
    } catch (error) {
      started.then((child) => {
        child.kill("SIGKILL");
        return Promise.allSettled([child.readable.cancel(), child.writable.abort()]);
      }, () => {});
      throw error;
    }
  }

  #write(): void {
    if (!this.#flushed || this.#writing || this.outbox.isEmpty || this.#failure !== undefined) return;
    this.#flushed = false;
    this.#writing = true;
    this.messages++;
    this.#writer?.write(this.outbox.take()).then(() => {
      this.#writing = false;
      this.#write();
      if (!this.busy && this.#failure === undefined) this.#listener?.written();
    }, () => {
      // The pipe is broken: the guest's end will follow, with the reason.
    });
  }

  async #read(output: ReadableStreamBYOBReader, { status }: Child): Promise<void> {
    const frames = new FrameCursor();
    let buffer = new ArrayBuffer(CHUNK);
    try {
      for (;;) {
        const { value, done } = await output.read(new Uint8Array(buffer));
        if (done || value === undefined) break;
        frames.feed(value);
        while (this.#failure === undefined && frames.next()) this.#listener?.frame(frames);
        if (this.#failure !== undefined) return;
        this.#listener?.settled();
        buffer = value.buffer;
      }
      // A guest killed in the middle of a frame is dead, whatever the rest of the frame would have been.
      if (frames.pending > 0 && wasCut(await within(GRACE, status))) return;
      frames.finish();
    } catch (cause) {
      // A broken stream is the end of the guest, which will report the reason.
      if (!(cause instanceof ProtocolError)) return;
      const what = "something else than its replies came from it, only the protocol is wanted on stdout";
      this.fail(guestFault(this, `${what}: ${cause.message}`, { cause }));
    }
  }
}

/** How a child ended, as text and as data. */
function endOf({ code, signal, lost }: ChildStatus): { cause: string; code?: number; signal?: string } {
  if (lost !== undefined) return { cause: lost };
  return signal === null
    ? { cause: `it exited with code ${code}`, code }
    : { cause: `it was killed by ${signal}`, signal };
}

/** Whether a child did not end by itself. */
function wasCut(status: ChildStatus | undefined): boolean {
  return status !== undefined && (status.signal !== null || status.lost !== undefined);
}

/** Why a child was not started: its program must be permitted by its path, even if its name already is. */
function startFault(cause: unknown): string {
  const text = errorText(cause);
  const [, path] = /^(?:NotCapable: )?Requires run access to "(.*)", run again/.exec(text) ?? [];
  return path === undefined ? text : `the host may not run ${path}, run the host with --allow-run=${path}`;
}
