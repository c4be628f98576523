/**
 * A guest's part in a service: it takes calls from a pipe, runs the functions, and answers each when it is over.
 *
 * - While a call waits for a promise the event loop runs; between two messages it has a turn, so that a rejection that a
 *   call left behind ends the guest while it is in no other call.
 * - What a call logs is sent at once, and all of it before the answer.
 * - What crashes the guest while it is in a call is the answer to that call; the guest says so, and that it is in none.
 *
 * @example
 * ```ts
 * import { decode, encode } from "../../codec/mod.ts";
 * import { FrameCursor } from "../frame_cursor.ts";
 * import { encodeFrame } from "../frame.ts";
 * import { callChannel } from "./service.ts";
 * import { ServiceGuest } from "./guest.ts";
 *
 * const sent: unknown[] = [];
 * const frames = new FrameCursor();
 * const call = encodeFrame("post", callChannel(0, { chunk: false }), encode(5));
 * frames.feed(Uint8Array.of(...call, ...encodeFrame("job", 0)));
 * const guest = new ServiceGuest({ twice: (n: number) => 2 * n }, {
 *   message: { service: true, name: "a", initializer: undefined, shared: undefined },
 *   mode: "thread",
 *   pipe: { poll: () => frames.next() ? frames : undefined, wait: () => {}, send: (_kind, _channel, bytes) => void sent.push(decode(bytes)) },
 * });
 * await guest.start();
 * await guest.serve();
 * if (sent[1] !== 10) throw new Error("after its exports it sends the answer");
 * ```
 *
 * @module
 */

import { type ErrorData, errorData, type ModeName } from "../../errors.ts";
import type { LogLine } from "../../logging/mod.ts";
import { decode, encode, Encoder } from "../../codec/mod.ts";
import { type Memory, type RemoteMemory, runBlocking, type Steps } from "../../memory/mod.ts";
import type { Shareables, Shared } from "../../sync/mod.ts";
import { now, turn } from "../clock.ts";
import type { FrameCursor } from "../frame_cursor.ts";
import { isHostProgram } from "../program/host_program.ts";
import { programsOf } from "../program/reference.ts";
import type { FrameKind } from "../frame.ts";
import type { Exports } from "../system/reference.ts";
import {
  functionOf,
  type NamedCall,
  SERVICE_CHANNEL,
  type ServiceContext,
  type ServiceMessage,
  type Transferable,
} from "./service.ts";
import type { ServiceLog } from "./log.ts";
import { guestView } from "../shared/service_share.ts";
import { detach, isMoved, type Moved } from "../transfer.ts";

/** How a guest hears of calls and answers them. */
export interface ServicePipe {
  /** The next frame, if it is there, valid until anything else is called. */
  poll(): FrameCursor | undefined;
  /** Waits until there may be one. */
  wait(): void;
  /** Sends a frame at once. */
  send(kind: FrameKind, channel: number, payload: Uint8Array): void;
  /** The next value that came by itself, moved. */
  takeMoved?(): Promise<unknown>;
  /** Sends a value by itself, moving a part of it. */
  sendMoved?(moved: Moved): void;
}

/** What a guest is made of. */
export interface ServiceGuestOptions {
  /** What to serve. */
  readonly message: ServiceMessage;
  /** Where it runs. */
  readonly mode: ModeName;
  /** The pipe. */
  readonly pipe: ServicePipe;
  /** Gives the memory of the shared things. */
  readonly memoryFor?: (layout: RemoteMemory["layout"]) => Memory;
}

/** A function of a module. */
export type Exported = (argument: unknown, context: ServiceContext) => unknown;

const NOTHING = new Uint8Array(0);

/** See the module. */
export class ServiceGuest {
  readonly #exports: Exports;
  readonly #options: ServiceGuestOptions;
  readonly #functions: readonly Exported[];
  readonly #names: readonly string[];
  readonly #encoder = new Encoder();
  #context: ServiceContext;
  #memory: Memory | undefined;
  #log: ServiceLog | undefined;
  /** Whether it is in a call that is not answered. */
  #inCall = false;

  /** Takes the exports of its module. */
  constructor(exports: Exports, options: ServiceGuestOptions) {
    this.#exports = exports;
    this.#options = options;
    const functions = functionsIn(exports);
    this.#names = [...functions.keys()];
    this.#functions = [...functions.values()];
    const { message, mode, pipe } = options;
    this.#context = {
      guest: message.name,
      mode,
      shared: {},
      now,
      report: (value) => pipe.send("log", SERVICE_CHANNEL, encode({ report: value })),
    };
  }

  /** Makes its view of the shared things, calls the initializer, and tells its exports. */
  async start(): Promise<void> {
    try {
      await this.#startLog();
      await this.#start();
    } catch (error) {
      this.#log?.[Symbol.dispose]();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { message: { shared, initializer }, memoryFor } = this.#options;
    if (shared !== undefined && memoryFor !== undefined) {
      const things = await namedExport(this.#exports, shared.call)(shared.call.argument) as Shareables;
      const view = guestView(things, shared, memoryFor);
      this.#memory = view.memory;
      this.#context = { ...this.#context, shared: view.shared as Shared<Shareables> };
    }
    if (initializer !== undefined) {
      await this.#run(namedExport(this.#exports, initializer) as Exported, initializer.argument);
    }
    this.#log?.next();
    this.#options.pipe.send("hello", SERVICE_CHANNEL, encode(this.#names));
  }

  /** Serves until it is told to stop. */
  async serve(): Promise<void> {
    try {
      await this.#serve();
    } finally {
      this.#log?.[Symbol.dispose]();
    }
  }

  async #serve(): Promise<void> {
    const { pipe } = this.#options;
    for (;;) {
      let frame = pipe.poll();
      while (frame === undefined) {
        // What calls left behind comes up before the next one begins.
        await turn();
        frame = pipe.poll();
        if (frame !== undefined) break;
        pipe.wait();
        frame = pipe.poll();
      }
      if (frame.kind === "job") return;
      if (frame.kind !== "post" && frame.kind !== "call") continue;
      const { index, chunk } = functionOf(frame.channel);
      const called = this.#functions[index] ?? refuse(index);
      this.#inCall = true;
      const answered = frame.kind === "call"
        ? this.#callMoved(called, chunk)
        : this.#call(called, { chunk, argument: frame.value() });
      if (answered !== undefined) await answered;
      this.#inCall = false;
    }
  }

  /** Says that the guest ends of what was thrown outside its functions, or in none of their hands. */
  crash(thrown: unknown): void {
    const { pipe } = this.#options;
    this.#log?.next();
    if (this.#inCall) pipe.send("error", SERVICE_CHANNEL, encodeError(thrown));
    this.#inCall = false;
    pipe.send("job", SERVICE_CHANNEL, NOTHING);
  }

  async #startLog(): Promise<void> {
    const { message: { name: guest, logging }, pipe } = this.#options;
    if (logging === undefined) return;
    // Loaded only here: most guests do not log.
    const { ServiceLog } = await import("./log.ts");
    const send = (line: LogLine) => pipe.send("log", SERVICE_CHANNEL, encode({ line }));
    this.#log = await ServiceLog.start(logging, { guest, send });
  }

  async #callMoved(called: Exported, chunk: boolean): Promise<void> {
    const argument = await this.#options.pipe.takeMoved?.();
    await this.#call(called, { chunk, argument });
  }

  #call(called: Exported, { chunk, argument }: { chunk: boolean; argument: unknown }): void | Promise<void> {
    if (chunk) return this.#callAll(called, argument as readonly unknown[]);
    try {
      const value = this.#run(called, argument);
      if (value instanceof Promise) return value.then((value) => this.#answer(value), (error) => this.#fail(error));
      this.#answer(value);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #callAll(called: Exported, inputs: readonly unknown[]): Promise<void> {
    const answers: ({ value: unknown } | { error: ErrorData })[] = [];
    const left: Transferable[] = [];
    for (const input of inputs) {
      try {
        const running = this.#run(called, input);
        const value = running instanceof Promise ? await running : running;
        const answer = { value: isMoved(value) ? value.value : value };
        // What cannot be cloned is the failure of its own input.
        this.#encoder.encode(answer);
        answers.push(answer);
        if (isMoved(value)) left.push(...value.transfer);
      } catch (error) {
        answers.push({ error: decode(encodeError(error)) as ErrorData });
      }
    }
    this.#answer(answers);
    detach(left);
  }

  /** Runs a function: steps at once, on the memory of the shared things. */
  #run(called: Exported, argument: unknown): unknown {
    const value = called(argument, this.#context);
    if (!isObject(value)) return value;
    if (value instanceof Promise) return value;
    if ("then" in value && typeof value.then === "function") return Promise.resolve(value);
    if (this.#memory !== undefined && isSteps(value)) return runBlocking(this.#memory, value);
    return value;
  }

  #answer(value: unknown): void {
    const { pipe } = this.#options;
    this.#log?.next();
    try {
      if (isMoved(value)) {
        if (pipe.sendMoved !== undefined) {
          pipe.sendMoved(value);
          pipe.send("post", SERVICE_CHANNEL, NOTHING);
          return;
        }
        pipe.send("reply", SERVICE_CHANNEL, this.#encoder.encode(value.value));
        return detach(value.transfer);
      }
      pipe.send("reply", SERVICE_CHANNEL, this.#encoder.encode(value));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#log?.next();
    this.#options.pipe.send("error", SERVICE_CHANNEL, encodeError(error));
  }
}

/** The functions of a module, in order: its own, then those of the host programs that it exports or lists. */
export function functionsIn(exports: Exports): ReadonlyMap<string, Exported> {
  const functions = new Map<string, Exported>();
  const add = (values: Exports): void => {
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === "function" && !functions.has(name)) functions.set(name, value as Exported);
    }
  };
  add(exports);
  // A program of another copy of the library may have none.
  for (const program of programsOf(exports)) if (isHostProgram(program)) add(program.functions ?? {});
  return functions;
}

/** The function of a module that a call names; throws where there is none. */
export function namedExport(exports: Exports, { export: name }: NamedCall): (argument: unknown) => unknown {
  const functions = functionsIn(exports);
  const exported = functions.get(name);
  if (exported !== undefined) return exported as (argument: unknown) => unknown;
  const names = [...functions.keys()].join(", ") || "none";
  throw new TypeError(`Cannot call ${name}: its module exports no such function, one of its own (${names}) is wanted`);
}

/** Whether what a function returned is steps: it can be iterated and is no collection. */
export function isSteps(value: object): value is Steps<unknown> {
  return Symbol.iterator in value && !Array.isArray(value) && !ArrayBuffer.isView(value) &&
    !(value instanceof Map || value instanceof Set || value instanceof String);
}

/** What was thrown as bytes, without what of it cannot be cloned. */
export function encodeError(thrown: unknown): Uint8Array {
  const data = errorData(thrown);
  try {
    return encode(data);
  } catch {
    return encode(cloneable(data));
  }
}

function cloneable({ name, message, stack, properties, cause }: ErrorData): ErrorData {
  const whole = Object.entries(properties).filter(([, value]) => canBeCloned(value));
  const data = { name, message, stack, properties: Object.fromEntries(whole) };
  if (cause === undefined) return data;
  if ("error" in cause) return { ...data, cause: { error: cloneable(cause.error) } };
  return canBeCloned(cause.value) ? { ...data, cause } : data;
}

function canBeCloned(value: unknown): boolean {
  try {
    encode(value);
    return true;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function refuse(index: number): never {
  throw new RangeError(`Cannot call function ${index}: there are fewer, one that the guest told is wanted`);
}
