/**
 * A service, in a guest of any mode: it takes calls, runs the functions, and answers each call when it is over.
 *
 * - While a call waits for a promise, the event loop runs. It also gets a turn between two messages, so that a
 *   rejection left behind by a call ends the guest while it is in no other call; in the caller's own realm, it gets one
 *   every 10 ms, too.
 * - What a call logs is sent at once, all of it before the answer.
 * - An error that ends the guest during a call is the answer to that call; the guest then reports that it is in no
 *   call.
 */

import { Decoder, encode, Encoder } from "../../codec/mod.ts";
import type { ErrorData } from "../../errors.ts";
import type { Layout, Memory, SharedMemoryHandle } from "../../memory/mod.ts";
import { runAsynchronous, runBlocking, SharedMemory } from "../../memory/mod.ts";
import { CONTROL, type FrameCursor, type GuestEnd } from "../../mode/guest.ts";
import { holdEventLoop, now, type Transferable, turn } from "../../platform/mod.ts";
import type { Shareables, Shared } from "../../sync/mod.ts";
import type { Exports } from "../exports.ts";
import type { BegunJob, GuestJob } from "../job.ts";
import { AskingEnd } from "../shared/asking_end.ts";
import { cloneableError } from "./error_frame.ts";
import { type Exported, functionsIn, isAsyncItems, isSteps, namedExport } from "./functions.ts";
import type { CallLog, CallLogOptions } from "./log.ts";
import { functionOf, type ServiceContext, type ServiceLogging, type ServiceMessage, WINDOW } from "./message.ts";
import { detach, isMoved, type Moved, taken } from "./transfer.ts";

/** How long the event loop of the caller's own realm may be blocked, in milliseconds. */
const BREATH = 10;

/** Creates the service, and reports its exports. */
export async function beginService(
  exports: Exports,
  { job: { service, attaches }, end }: { readonly job: GuestJob & { readonly use: "service" }; readonly end: GuestEnd },
): Promise<BegunJob> {
  const asking = new AskingEnd(end);
  const task = service.shared?.task ?? 0;
  const own = attaches
    ? SharedMemory.attach(await end.takeMoved?.() as SharedMemoryHandle, {
      clock: now,
      guest: task,
      hold: holdEventLoop,
    })
    : undefined;
  const guest = new ServiceGuest(exports, { message: service, end, asking, own });
  try {
    await guest.start();
  } catch (error) {
    own?.control.acknowledge();
    throw error;
  }
  return {
    async run() {
      await guest.serve();
      own?.control.acknowledge();
    },
    crash: (thrown) => guest.crash(thrown),
  };
}

/**
 * Opens the log of a guest: in the caller's realm, records belong to the call during which they are made; elsewhere, to
 * the current call.
 */
async function openLog(
  logging: ServiceLogging,
  { isCaller, ...options }: CallLogOptions & { readonly isCaller: boolean },
): Promise<CallLog> {
  if (isCaller) return await (await import("./inline_log.ts")).DirectLogging.open(logging, options);
  return await (await import("./log.ts")).startLog(logging, options);
}

/** What a guest needs to serve. */
interface ServiceGuestOptions {
  readonly message: ServiceMessage;
  readonly end: GuestEnd;
  readonly asking: AskingEnd;
  /** The memory of the shared things, if the guest attaches to it. */
  readonly own: SharedMemory | undefined;
}

class ServiceGuest {
  readonly #exports: Exports;
  readonly #options: ServiceGuestOptions;
  readonly #functions: readonly Exported[];
  readonly #names: readonly string[];
  readonly #encoder = new Encoder();
  #shared: Shared<Shareables> = {};
  #memory: Memory | undefined;
  #log: CallLog | undefined;
  /** The number of the current call; CONTROL between calls. */
  #number = CONTROL;
  #isOver = false;
  /** What to detach once the current chunk is answered. */
  readonly #left: Transferable[] = [];
  /** When the event loop had its last turn. */
  #breathed = now();

  constructor(exports: Exports, options: ServiceGuestOptions) {
    this.#exports = exports;
    this.#options = options;
    const functions = functionsIn(exports);
    this.#names = [...functions.keys()];
    this.#functions = [...functions.values()];
  }

  /** Creates its view of the shared things, calls the initializer, and reports its exports. */
  async start(): Promise<void> {
    const { message: { name, logging }, end } = this.#options;
    const send: CallLogOptions["send"] = (line) => end.send("log", CONTROL, encode(line));
    if (logging !== undefined) {
      this.#log = await openLog(logging, { guest: name, send, isCaller: end.wait === undefined });
    }
    try {
      await this.#start();
    } catch (error) {
      this.#log?.[Symbol.dispose]();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { message: { shared, initializer }, asking, own, end } = this.#options;
    if (shared !== undefined) {
      // Loaded only here: most guests share nothing.
      const { viewOf } = await import("../shared/view.ts");
      const things = await namedExport(this.#exports, shared.call)(shared.call.argument) as Shareables;
      const memoryFor = (layout: Layout) => own ?? asking.memory(layout);
      const view = viewOf(things, { message: shared, task: shared.task, memoryFor });
      this.#memory = view.memory;
      this.#shared = view.shared;
    }
    if (initializer !== undefined) {
      const called = namedExport(this.#exports, initializer) as Exported;
      await this.#during(() => this.#run(called, initializer.argument));
    }
    end.send("exports", CONTROL, encode(this.#names));
  }

  /** Serves until told to stop. */
  async serve(): Promise<void> {
    try {
      for (;;) {
        const next = this.#next();
        // Most frames have already arrived: an await for each would cost more than many calls do.
        const frame = next instanceof Promise ? await next : next;
        if (frame.kind === "job") return;
        if (frame.kind !== "call" && frame.kind !== "moved") continue;
        const answered = this.#callOf(frame);
        if (answered !== undefined) await answered;
        this.#number = CONTROL;
        if (this.#isOver) return;
      }
    } finally {
      this.#log?.[Symbol.dispose]();
    }
  }

  /** Reports an error that no function of the guest handled and that ends the guest. */
  crash(thrown: unknown): void {
    const { end } = this.#options;
    this.#log?.next();
    if (this.#number !== CONTROL) end.send("error", this.#number, encode(cloneableError(thrown)));
    this.#number = CONTROL;
    end.send("idle", CONTROL);
  }

  /** The next frame, or a promise of it. */
  #next(): FrameCursor | Promise<FrameCursor> {
    const { asking } = this.#options;
    const frame = this.#isOutOfBreath ? undefined : asking.poll();
    return frame ?? this.#later();
  }

  /** Whether the event loop of the caller's own realm needs a turn. */
  get #isOutOfBreath(): boolean {
    return this.#options.end.wait === undefined && now() - this.#breathed > BREATH;
  }

  async #breathe(): Promise<void> {
    await turn();
    this.#breathed = now();
  }

  async #later(): Promise<FrameCursor> {
    const { asking, end } = this.#options;
    for (let slices = 0;; slices++) {
      // Lets everything that earlier calls left behind come up before the next call begins.
      await this.#breathe();
      let frame = asking.poll();
      if (frame !== undefined) return frame;
      await rest(end, slices);
      frame = asking.poll();
      if (frame !== undefined) return frame;
    }
  }

  #callOf(frame: FrameCursor): void | Promise<void> {
    this.#number = frame.number;
    if (frame.kind === "moved") return this.#callMoved(frame);
    return this.#call(frame.index, frame.value());
  }

  async #callMoved(frame: FrameCursor): Promise<void> {
    const [index, payload] = [frame.index, frame.payload()];
    const moved = await this.#options.end.takeMoved?.() as readonly object[];
    await this.#call(index, new Decoder(payload).decode(moved));
  }

  #call(index: number, argument: unknown): void | Promise<void> {
    const { at, chunk, stream } = functionOf(index);
    const called = this.#functions[at];
    if (called === undefined) {
      return this.#fail(
        new RangeError(`Cannot call function ${at}: there are fewer, one that the guest told is wanted`),
      );
    }
    try {
      // The records of a call end with it, before it is answered.
      const value = this.#during(() => {
        if (chunk) return this.#valuesOf(called, argument as readonly unknown[]);
        return stream ? this.#itemsOf(called, argument) : this.#run(called, argument);
      });
      if (value instanceof Promise) return value.then((value) => this.#answer(value), (error) => this.#fail(error));
      this.#answer(value);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Runs `act` with its own log records, if the guest logs. */
  #during<T>(act: () => T | Promise<T>): T | Promise<T> {
    return this.#log === undefined ? act() : this.#log.during(act);
  }

  /** The answers to all inputs of a chunk. */
  async #valuesOf(called: Exported, inputs: readonly unknown[]): Promise<unknown> {
    const answers: ({ value: unknown } | { error: ErrorData })[] = [];
    for (const input of inputs) {
      try {
        const running = this.#run(called, input);
        const value = refuseItems(running instanceof Promise ? await running : running);
        const answer = { value: isMoved(value) ? value.value : value };
        // A result that cannot be cloned fails only its own input.
        this.#encoder.encode(answer);
        answers.push(answer);
        if (isMoved(value)) this.#left.push(...value.transfer);
      } catch (error) {
        answers.push({ error: cloneableError(error) });
      }
    }
    return answers;
  }

  /** Sends items as long as the host wants more, and returns the value that follows them. */
  async #itemsOf(called: Exported, argument: unknown): Promise<unknown> {
    const running = this.#run(called, argument);
    const value = running instanceof Promise ? await running : running;
    if (isAsyncItems(value)) return await this.#sendItems(value[Symbol.asyncIterator]());
    throw new TypeError("Cannot send items: the function gives none, an async iterable is wanted");
  }

  async #sendItems(items: AsyncIterator<unknown>): Promise<unknown> {
    const { end } = this.#options;
    for (let wanted = WINDOW;;) {
      const more = await this.#pulled(wanted);
      if (more === undefined) {
        await items.return?.();
        return undefined;
      }
      wanted = more;
      const item = await items.next();
      if (typeof item !== "object" || item === null) {
        throw new TypeError(`Cannot send items: next() gives ${String(item)}, an object is wanted`);
      }
      const { value, done } = item;
      if (done) return value;
      end.send("item", this.#number, this.#encoder.encode(value));
      wanted--;
    }
  }

  /** Waits until the host allows more items, and returns how many; `undefined` if it wants no more. */
  async #pulled(wanted: number): Promise<number | undefined> {
    const { asking, end } = this.#options;
    let total = wanted;
    for (let slices = 0;; slices++) {
      if (this.#isOutOfBreath) await this.#breathe();
      for (let frame = asking.poll(); frame !== undefined; frame = asking.poll()) {
        this.#isOver ||= frame.kind === "job";
        if (this.#isOver || frame.kind === "pull" && frame.index === 0) return undefined;
        if (frame.kind === "pull") total += frame.index;
      }
      if (total > 0) return total;
      await this.#breathe();
      await rest(end, slices);
    }
  }

  /** Runs a function; steps run at once, on the memory of the shared things. */
  #run(called: Exported, argument: unknown): unknown {
    const value = called(argument, this.#context());
    if (typeof value !== "object" || value === null || value instanceof Promise) return value;
    if ("then" in value && typeof value.then === "function") return Promise.resolve(value);
    const memory = this.#memory;
    if (memory === undefined || !isSteps(value)) return value;
    return this.#options.end.wait === undefined ? runAsynchronous(memory, value) : runBlocking(memory, value);
  }

  #context(): ServiceContext {
    const { message, end } = this.#options;
    const number = this.#number;
    return {
      guest: message.name,
      mode: end.mode,
      shared: this.#shared,
      now,
      report: (value) => end.send("report", number, encode(value)),
    };
  }

  #answer(value: unknown): void {
    const { end } = this.#options;
    this.#log?.next();
    try {
      if (isMoved(value)) this.#move(value);
      else end.send("reply", this.#number, this.#encoder.encode(refuseItems(value)));
      if (this.#left.length > 0) detach(this.#left.splice(0));
    } catch (error) {
      this.#fail(error);
    }
  }

  #move({ value, transfer }: Moved): void {
    const { end } = this.#options;
    const moves = end.sendMoved !== undefined;
    const bytes = this.#encoder.encode(value, moves ? transfer : undefined);
    const moved = taken(transfer);
    end.sendMoved?.(moved, moved);
    end.send(moves ? "moved" : "reply", this.#number, bytes);
  }

  #fail(error: unknown): void {
    this.#log?.next();
    this.#options.end.send("error", this.#number, encode(cloneableError(error)));
  }
}

/**
 * Waits for frames. The first slice blocks, which is fast; then the wait leaves the event loop free if possible,
 * because a thread whose event loop only runs between slices receives messages, such as the one to end, seconds late.
 */
function rest(end: GuestEnd, slices: number): void | Promise<void> {
  if (end.wait === undefined || slices > 0 && end.rest !== undefined) return end.rest?.();
  end.wait();
}

/** Returns a value if it can be an answer; throws for items that nobody asked for. */
function refuseItems(value: unknown): unknown {
  if (!isAsyncItems(value)) return value;
  throw new TypeError("Cannot answer with an async iterable: it comes item by item, pool.stream() is wanted");
}
