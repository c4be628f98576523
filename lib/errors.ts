/**
 * Every error class that callers may catch.
 *
 * - A class of its own exists only where a caller catches it or where it carries data; everything else is a built-in
 *   class chosen by meaning (`TypeError` for a value of the wrong kind, `RangeError` for one out of range).
 * - Messages read "Cannot <act>: <what is>, <what is wanted>".
 *
 * Longer than most files because callers look for any of them in one place.
 *
 * @example
 * ```ts
 * import { GuestDiedError } from "./errors.ts";
 *
 * const error = new GuestDiedError({ guest: "busy0", mode: "process", cause: "it was killed by SIGKILL" });
 * if (!error.message.includes("SIGKILL")) throw new Error("the cause is part of the message");
 * ```
 *
 * @module
 */

/** A diagram that cannot be built: double wiring, a dangling input, a size or type mismatch, a duplicate name. */
export class DiagramError extends Error {
  /** The class name. */
  override readonly name = "DiagramError";
}

/** A loop of direct feedthrough; {@linkcode AlgebraicLoopError.loop} names every port on it, first one repeated last. */
export class AlgebraicLoopError extends Error {
  /** The class name. */
  override readonly name = "AlgebraicLoopError";
  /** The ports of the loop, in the order in which a value would travel; the first is repeated at the end. */
  readonly loop: readonly string[];

  /** Makes the error for one loop of a diagram. */
  constructor(diagram: string, loop: readonly string[]) {
    super(
      `Cannot build diagram ${diagram}: an algebraic loop of direct feedthrough, ${loop.join(" -> ")}, ` +
        `wants a state, a delay or a delegated system in it`,
    );
    this.loop = loop;
  }
}

/** An event handler that returned `failed`. */
export class EventFailedError extends Error {
  /** The class name. */
  override readonly name = "EventFailedError";
  /** The path of the system whose event failed. */
  readonly system: string;
  /** The simulated time of the event, in seconds. */
  readonly time: number;

  /** Makes the error for one failed event. */
  constructor(system: string, time: number, message: string) {
    super(`Cannot step past t=${time}: an event of ${system} failed: ${message}`);
    this.system = system;
    this.time = time;
  }
}

/** What a guest's own code threw, as far as it can cross a boundary. */
export interface FarError {
  /** The name of the far error's class. */
  readonly name: string;
  /** The far error's message. */
  readonly message: string;
  /** The far stack, as text. */
  readonly stack: string;
  /** The far error's cause, where it had one. */
  readonly cause?: FarError;
}

/** Where a guest was when its code threw. */
export type GuestPhase = "load" | "construct" | "initialize" | "update" | "output" | "snapshot" | "restore" | "run";

/** A guest whose code threw; the guest itself is alive. */
export class GuestError extends Error {
  /** The class name. */
  override readonly name = "GuestError";
  /** The guest's name. */
  readonly guest: string;
  /** The mode that the guest runs in. */
  readonly mode: string;
  /** What the guest was doing. */
  readonly phase: GuestPhase;
  /** The far error, with its stack. */
  readonly far: FarError;

  /** Makes the error; its `cause` is an `Error` with the far name, message and stack, where it is not given. */
  constructor(options: { guest: string; mode: string; phase: GuestPhase; far: FarError; cause?: Error }) {
    const { guest, mode, phase, far, cause = nearError(far) } = options;
    super(`Cannot ${phase} guest ${guest} (${mode} mode): ${far.name}: ${far.message}`, { cause });
    this.guest = guest;
    this.mode = mode;
    this.phase = phase;
    this.far = far;
  }
}

/** A guest that ended before its work did: it exited, closed itself or was killed. */
export class GuestDiedError extends Error {
  /** The class name. */
  override readonly name = "GuestDiedError";
  /** The guest's name. */
  readonly guest: string;
  /** The mode that the guest ran in. */
  readonly mode: string;
  /** The exit code of its process, where it had one and that is known. */
  readonly code: number | undefined;
  /** The signal that ended its process, if one did. */
  readonly signal: string | undefined;

  /** Makes the error; `cause` is a clause such as "it exited with code 3". */
  constructor(
    options: {
      guest: string;
      mode: string;
      cause: string;
      code?: number | undefined;
      signal?: string | undefined;
    },
  ) {
    super(`Cannot go on with guest ${options.guest} (${options.mode} mode): ${options.cause}, a live guest is wanted`);
    this.guest = options.guest;
    this.mode = options.mode;
    this.code = options.code;
    this.signal = options.signal;
  }
}

/** Failures of calls that nobody asked for, reported when their pool closes. */
export class UnfetchedFailureError extends Error {
  /** The class name. */
  override readonly name = "UnfetchedFailureError";
  /** The failures, in the order in which their calls ended. */
  readonly errors: readonly Error[];

  /** Makes the error; `calls` names the functions that failed, once for each error. */
  constructor(errors: readonly Error[], calls: readonly string[]) {
    const what = errors.length === 1 ? "a failure" : `${errors.length} failures`;
    const texts = errors.slice(0, 3).map(({ message }, index) => `${calls[index]}: ${message}`);
    const more = errors.length > texts.length ? `; and ${errors.length - texts.length} more` : "";
    super(`Cannot close the pool in silence: nobody asked for ${what} (${texts.join("; ")}${more})`, {
      cause: errors[0],
    });
    this.errors = errors;
  }
}

/** A guest that did not answer within the time that the caller allowed. */
export class GuestTimeoutError extends Error {
  /** The class name. */
  override readonly name = "GuestTimeoutError";
  /** The guest's name. */
  readonly guest: string;
  /** The mode that the guest runs in. */
  readonly mode: string;
  /** How long the host waited, in seconds. */
  readonly seconds: number;

  /** Makes the error. */
  constructor(options: { guest: string; mode: string; seconds: number }) {
    super(
      `Cannot go on with guest ${options.guest} (${options.mode} mode): no answer within ${options.seconds} s, ` +
        `an answer or a longer timeout is wanted`,
    );
    this.guest = options.guest;
    this.mode = options.mode;
    this.seconds = options.seconds;
  }
}

/** A thread that does not acknowledge a stop: Deno cannot end it, only the end of the whole process does. */
export class GuestStuckError extends Error {
  /** The class name. */
  override readonly name = "GuestStuckError";
  /** The guest's name. */
  readonly guest: string;

  /** Makes the error. */
  constructor(guest: string) {
    super(
      `Cannot stop guest ${guest} (thread mode): it does not return to its loop, and a busy thread ends only with ` +
        `the whole process: call Deno.exit() after this error`,
    );
    this.guest = guest;
  }
}

/** Bytes on a guest's pipe that are no frame of the protocol. */
export class ProtocolError extends Error {
  /** The class name. */
  override readonly name = "ProtocolError";
}

/** A value that cannot cross a boundary: a function, a symbol, a view on shared memory. */
export class UncloneableError extends Error {
  /** The class name. */
  override readonly name = "UncloneableError";
}

/** A value that does not fit into the region set aside for it. */
export class MemoryFullError extends Error {
  /** The class name. */
  override readonly name = "MemoryFullError";
}

/** A wait that ended because its guest was asked to stop. */
export class StoppedError extends Error {
  /** The class name. */
  override readonly name = "StoppedError";
}

/** A wait that did not get what it waited for in time, where there is no other way to say so. */
export class WaitTimeoutError extends Error {
  /** The class name. */
  override readonly name = "WaitTimeoutError";
}

/** A wait whose cancel token or signal was cancelled. */
export class CancelledError extends Error {
  /** The class name. */
  override readonly name = "CancelledError";
}

/** A call that the state of a shared thing forbids: a release without holding, a second put of a future. */
export class StateError extends Error {
  /** The class name. */
  override readonly name = "StateError";
}

/** Says that the lock's last owner ended while it held it: what the lock protects may be half done. */
export class OwnerDiedError extends Error {
  /** The class name. */
  override readonly name = "OwnerDiedError";
}

/** A shared thing that a death left in a state that nobody made whole again: nobody can use it any more. */
export class NotRecoverableError extends Error {
  /** The class name. */
  override readonly name = "NotRecoverableError";
}

/** A task that waits, as a {@linkcode DeadlockError} names it. */
export interface DeadlockWait {
  /** The task's name. */
  readonly task: string;
  /** The name of the shared thing that it waits for. */
  readonly object: string;
  /** The method that it waits in. */
  readonly method: string;
  /** The names of the tasks that hold it, where it has owners. */
  readonly owners: readonly string[];
}

/** A wait that can never end: all tasks wait for each other, or for what nobody can do any more. */
export class DeadlockError extends Error {
  /** The class name. */
  override readonly name = "DeadlockError";
  /** Who waits for what, and who holds it; along the cycle, where there is one. */
  readonly waits: readonly DeadlockWait[];

  /** Makes the error from who waits. */
  constructor(waits: readonly DeadlockWait[]) {
    super(`Cannot go on: ${waits.map(waitText).join("; ")}`);
    this.waits = waits;
  }
}

function waitText({ task, object, method, owners }: DeadlockWait): string {
  const holders = owners.map((owner) => owner === task ? "it" : owner);
  const held = holders.length === 0 ? "" : `, which ${holders.join(" and ")} ${holders.length > 1 ? "hold" : "holds"}`;
  return `task ${task} waits for ${object} (${method})${held}`;
}

/** What a program says must hold, and does not. */
export class AssertionError extends Error {
  /** The class name. */
  override readonly name = "AssertionError";
}

/** A barrier that one of its parties left: a timeout, an abort, a reset or a death. */
export class BrokenBarrierError extends Error {
  /** The class name. */
  override readonly name = "BrokenBarrierError";
}

/** A queue that had no room in time. */
export class QueueFullError extends Error {
  /** The class name. */
  override readonly name = "QueueFullError";
}

/** A queue that had no item in time. */
export class QueueEmptyError extends Error {
  /** The class name. */
  override readonly name = "QueueEmptyError";
}

/** A queue that is shut down. */
export class QueueShutDownError extends Error {
  /** The class name. */
  override readonly name = "QueueShutDownError";
}

/** A channel that is closed; its `cause` is what it was closed with, if anything. */
export class ChannelClosedError extends Error {
  /** The class name. */
  override readonly name = "ChannelClosedError";
}

/** Logging that cannot be set up: an unknown level, a limit out of range, a name that is taken, a folder that is none. */
export class LoggingError extends Error {
  /** The class name. */
  override readonly name = "LoggingError";
}

/** A run that does not go as its schedule or script says. */
export class ReplayError extends Error {
  /** The class name. */
  override readonly name = "ReplayError";
}

/** A wait that the host ended with a reason; guests see what the reason says, such as a {@linkcode DeadlockError}. */
export class InterruptedError extends Error {
  /** The class name. */
  override readonly name = "InterruptedError";
}

/** A property of `lib/testing/` that a system does not have; the message shows the counterexample and how to replay it. */
export class PropertyError extends Error {
  /** The class name. */
  override readonly name = "PropertyError";
  /** The seed of the random values. */
  readonly seed: number;
  /** Where the shrunk counterexample stands among them. */
  readonly path: string;
  /** The first row that is wrong, from 0; `undefined` where a run threw, which is the `cause`. */
  readonly row: number | undefined;
  /** The port that is wrong in that row, `t` for its time, `rows` where one run has fewer rows. */
  readonly port: string | undefined;
  /** Where the run was that is wrong. */
  readonly mode: string | undefined;

  /** Makes the error. */
  constructor(
    message: string,
    options: {
      seed: number;
      path: string;
      row?: number | undefined;
      port?: string | undefined;
      mode?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.seed = options.seed;
    this.path = options.path;
    this.row = options.row;
    this.port = options.port;
    this.mode = options.mode;
  }
}

/** The error of a wait that the host ended: what {@linkcode interruptionText} was given, or one that holds the text. */
export function interruptionError(text: string): Error {
  try {
    const { waits } = JSON.parse(text) as { waits: readonly DeadlockWait[] };
    return new DeadlockError(waits);
  } catch {
    return new InterruptedError(text);
  }
}

/** A deadlock as a text that a guest can be interrupted with: without its last waits where it is longer than `bytes`. */
export function interruptionText({ waits }: DeadlockError, bytes: number = Infinity): string {
  const text = JSON.stringify({ waits });
  if (waits.length === 0 || new TextEncoder().encode(text).length <= bytes) return text;
  return interruptionText(new DeadlockError(waits.slice(0, -1)), bytes);
}

/** An error of this library, or a built-in one, as data that crosses a boundary whole; see {@linkcode revivedError}. */
export interface ErrorData {
  /** The name of its class. */
  readonly name: string;
  /** Its message. */
  readonly message: string;
  /** Its stack. */
  readonly stack: string;
  /** Its own properties: plain data. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Its cause, where it had one: an error as data, or another value as it is. */
  readonly cause?: { readonly error: ErrorData } | { readonly value: unknown };
}

/** An error as data, whatever was thrown; never throws itself. A value that is no error is the cause of one that says so. */
export function errorData(thrown: unknown): ErrorData {
  return dataOf(thrown, MOST_CAUSES);
}

function dataOf(thrown: unknown, causes: number): ErrorData {
  const { name, message, stack } = describe(thrown, 0);
  if (!isError(thrown)) return { name, message, stack, properties: {}, cause: { value: thrown } };
  // A cause that was assigned is a property like others.
  const keys = Object.keys(thrown).filter((key) => key !== "cause");
  const properties = Object.fromEntries(keys.map((key) => [key, read(thrown, key)]));
  const data = { name, message, stack, properties };
  const cause = read(thrown, "cause");
  if (cause === undefined || causes === 0) return data;
  return { ...data, cause: isError(cause) ? { error: dataOf(cause, causes - 1) } : { value: cause } };
}

/** The error that data was made of, of the same class where that is known here. */
export function revivedError({ name, message, stack, properties, cause }: ErrorData): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: causeOf(cause) });
  const known = CALLED[name] ?? Reflect.get(globalThis, name);
  if (typeof known === "function" && known.prototype instanceof Error) Object.setPrototypeOf(error, known.prototype);
  return Object.assign(error, properties, { name, stack });
}

function causeOf(cause: NonNullable<ErrorData["cause"]>): unknown {
  return "error" in cause ? revivedError(cause.error) : cause.value;
}

/** The classes of what a call on shared things throws, by names that a minifier leaves alone. */
const CALLED: Readonly<Record<string, object>> = {
  MemoryFullError,
  StoppedError,
  WaitTimeoutError,
  CancelledError,
  StateError,
  OwnerDiedError,
  NotRecoverableError,
  DeadlockError,
  AssertionError,
  BrokenBarrierError,
  QueueFullError,
  QueueEmptyError,
  QueueShutDownError,
  ChannelClosedError,
  InterruptedError,
  UncloneableError,
  GuestTimeoutError,
  GuestDiedError,
  LoggingError,
};

// A guest may hold two copies of the library: an error of the one is an instance of the other's class of its name.
for (const [name, called] of Object.entries(CALLED)) {
  Object.defineProperty(called, Symbol.hasInstance, {
    value(error: unknown): boolean {
      if (this !== called) return Reflect.apply(Function.prototype[Symbol.hasInstance], this, [error]);
      return error instanceof Error && error.name === name;
    },
  });
}

/** Causes deeper than this are left out: a chain of them may be a cycle. */
const MOST_CAUSES = 16;

/** Turns any thrown value into data that can cross a boundary; never throws itself. */
export function farError(thrown: unknown): FarError {
  return describe(thrown, MOST_CAUSES);
}

function describe(thrown: unknown, causes: number): FarError {
  if (!isError(thrown)) return { name: "thrown value", message: textOf(thrown), stack: "" };
  const [name, message, stack] = ["name", "message", "stack"].map((key) => textOf(read(thrown, key) ?? ""));
  const far = { name: name ?? "", message: message ?? "", stack: stack ?? "" };
  const cause = read(thrown, "cause");
  return cause === undefined || causes === 0 ? far : { ...far, cause: describe(cause, causes - 1) };
}

/** Whether it is an error: what refuses to say so is none. */
function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

/** A property, or what came of reading it. */
function read(error: Error, key: string): unknown {
  try {
    return Reflect.get(error, key);
  } catch {
    return `(${key} cannot be read)`;
  }
}

/** The value as text, also where it refuses to become text. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value === "object" && value !== null ? "(an object without a text)" : typeof value;
  }
}

function nearError(far: FarError): Error {
  const error = new Error(far.message, far.cause === undefined ? undefined : { cause: nearError(far.cause) });
  error.name = far.name;
  error.stack = far.stack;
  return error;
}

/** What was thrown, as a clause of a sentence: never throws itself. */
export function errorText(thrown: unknown): string {
  return isError(thrown) ? textOf(read(thrown, "message")) : textOf(thrown);
}

// TEMPORARY until the branch `values` is merged.
export function errorDataFrom(value: unknown): ErrorData {
  return value as ErrorData;
}
export function farErrorFrom(value: unknown): FarError {
  return value as FarError;
}
