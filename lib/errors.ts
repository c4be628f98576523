/**
 * Every error class that callers may want to catch.
 *
 * - A class of its own exists only where a caller catches it or it carries data; any other error is a built-in class
 *   chosen by meaning (`TypeError` for a value of the wrong kind, `RangeError` for one out of range).
 * - Messages read "Cannot <act>: <what is>, <what is wanted>".
 * - An error crosses a boundary as {@linkcode ErrorData}, or as {@linkcode FarError} if it is only displayed. Data from
 *   the other side is checked, and only classes on a fixed list are revived.
 *
 * Longer than most files because callers look for every class in one place, and a {@linkcode GuestError} revives its
 * cause, which may be any of them.
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

/**
 * A diagram that cannot be built: an input connected twice or not at all, a size or type mismatch, a duplicate name.
 */
export class DiagramError extends Error {
  /** The class name. */
  override readonly name = "DiagramError";
}

/** A loop of direct feedthrough; {@linkcode AlgebraicLoopError.loop} lists its ports. */
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

/** An event handler returned `failed`, or its promise was rejected. */
export class EventFailedError extends Error {
  /** The class name. */
  override readonly name = "EventFailedError";
  /** The path of the system whose event failed. */
  readonly system: string;
  /** The simulated time of the event, in seconds. */
  readonly time: number;

  /** Makes the error; the `cause` option is the rejection reason, if any. */
  constructor(system: string, time: number, message: string, options?: ErrorOptions) {
    super(`Cannot step past t=${shown(time)}: an event of ${system} failed: ${message}`, options);
    this.system = system;
    this.time = time;
  }
}

/** A system named an invalid time for its next event, or an invalid duration to wait. */
export class EventTimeError extends Error {
  /** The class name. */
  override readonly name = "EventTimeError";
  /** The path of the system. */
  readonly system: string;
  /** The simulated time at which the system was asked, in seconds. */
  readonly time: number;

  /** Makes the error; `problem` says what the system returned and what is wanted. */
  constructor(system: string, time: number, problem: string) {
    super(`Cannot step past t=${shown(time)}: ${system} ${problem}`);
    this.system = system;
    this.time = time;
  }
}

/** Events keep scheduling themselves at the same instant, so time would never advance. */
export class ZenoError extends Error {
  /** The class name. */
  override readonly name = "ZenoError";
  /** The path of the first system whose event is due again. */
  readonly system: string;
  /** The simulated time of the instant, in seconds. */
  readonly time: number;
  /** How many microsteps that instant has had. */
  readonly microsteps: number;

  /** Makes the error for an instant that has had `microsteps` microsteps. */
  constructor(system: string, time: number, microsteps: number) {
    super(
      `Cannot step past t=${shown(time)}: ${system} is due again after ${microsteps} microsteps of that instant, ` +
        `a later event or a higher limit (the option microsteps) is wanted`,
    );
    this.system = system;
    this.time = time;
    this.microsteps = microsteps;
  }
}

/** A snapshot was requested while a process waits: the position of a generator cannot be saved. */
export class RunningProcessError extends Error {
  /** The class name. */
  override readonly name = "RunningProcessError";
  /** The path of the system that the process belongs to. */
  readonly system: string;
  /** The simulated time, in seconds. */
  readonly time: number;

  /** Makes the error for the process of a system. */
  constructor(system: string, time: number) {
    super(
      `Cannot take a snapshot at t=${shown(time)}: the process of ${system} is in a wait, ` +
        `one that returned again(seconds, place), or an update with nextTime, is wanted`,
    );
    this.system = system;
    this.time = time;
  }
}

/** A step of a strict run started later than its real time. */
export class OverrunError extends Error {
  /** The class name. */
  override readonly name = "OverrunError";
  /** The simulated time of the step, in seconds. */
  readonly time: number;
  /** How late it started, in milliseconds. */
  readonly late: number;

  /** Makes the error for a step that started `late` milliseconds late. */
  constructor(time: number, late: number) {
    super(
      `Cannot step past t=${shown(time)} in real time: the step starts ${
        shown(late, 3)
      } ms late, a step in time is wanted`,
    );
    this.time = time;
    this.late = late;
  }
}

/** A number as shown to people: without the last digits, which are rounding errors. */
function shown(x: number, digits = 15): string {
  return String(Number(x.toPrecision(digits)));
}

/** What a guest's own code threw, as plain data for display. */
export interface FarError {
  /** The name of the far error's class. */
  readonly name: string;
  /** The far error's message. */
  readonly message: string;
  /** The far error's stack trace. */
  readonly stack: string;
  /** The far error's cause, if any. */
  readonly cause?: FarError;
  /** The errors of an `AggregateError`. */
  readonly errors?: readonly FarError[];
  /** The newer error of a `SuppressedError`. */
  readonly error?: FarError;
  /** The error that a `SuppressedError` suppressed. */
  readonly suppressed?: FarError;
  /** The error's own fields that are plain data, such as `code`, if any. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** Where a guest was when its code threw. */
export type GuestPhase = "load" | "construct" | "initialize" | "update" | "output" | "snapshot" | "restore" | "run";

/** A guest's code threw; the guest itself is alive. */
export class GuestError extends Error {
  /** The class name. */
  override readonly name = "GuestError";
  /** The guest's name. */
  readonly guest: string;
  /** The mode that the guest runs in. */
  readonly mode: string;
  /** What the guest was doing. */
  readonly phase: GuestPhase;
  /** The far error, with its stack trace. */
  readonly far: FarError;

  /** Makes the error; `cause` defaults to the far error revived as an `Error`. */
  constructor(options: { guest: string; mode: string; phase: GuestPhase; far: FarError; cause?: Error }) {
    const { guest, mode, phase, far, cause = nearError(far) } = options;
    super(`Cannot ${phase} guest ${guest} (${mode} mode): ${far.name}: ${advised(far, mode)}`, { cause });
    this.guest = guest;
    this.mode = mode;
    this.phase = phase;
    this.far = far;
  }
}

/** Whether a snapshot was refused, here or at any depth of guests. A refusal changes nothing, so the run can go on. */
export function isRefusedSnapshot(error: unknown): boolean {
  let thrown = error;
  while (thrown instanceof GuestError) thrown = thrown.cause;
  return thrown instanceof RunningProcessError;
}

/**
 * The message of a far error. When a process guest lacks a permission, Deno suggests a command-line flag that does not
 * apply here; the message names the host option that grants the permission instead.
 */
function advised({ name, message }: FarError, mode: string): string {
  if (mode === "direct" || mode === "thread" || name !== "NotCapable") return message;
  const [, what = "", kind, target] = /^(Requires (\w+) access(?: to (".*?"))?), run again with/.exec(message) ?? [];
  if (kind === undefined) return message;
  const granted = target === undefined ? "true" : `[${target}]`;
  return `${what}, which the host grants by new Host({ permissions: { ${kind}: ${granted} } })`;
}

/** A guest ended before its work did: it exited, closed itself or was killed. */
export class GuestDiedError extends Error {
  /** The class name. */
  override readonly name = "GuestDiedError";
  /** The guest's name. */
  readonly guest: string;
  /** The mode that the guest ran in. */
  readonly mode: string;
  /** The exit code of its process, if known. */
  readonly code: number | undefined;
  /** The signal that ended its process, if any. */
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

/** The engine that connects hosts cannot be used: no server, no agent, wrong credentials, a forbidden subject. */
export class EngineError extends Error {
  /** The class name. */
  override readonly name = "EngineError";
}

/** Failed calls whose results nobody fetched, reported when their pool closes. */
export class UnfetchedFailureError extends Error {
  /** The class name. */
  override readonly name = "UnfetchedFailureError";
  /** The failures, in the order in which their calls ended. */
  readonly errors: readonly Error[];

  /** Makes the error; `calls` names the function of each error. */
  constructor(errors: readonly Error[], calls: readonly string[]) {
    const what = errors.length === 1 ? "a failure" : `${errors.length} failures`;
    const texts = errors.slice(0, 3).map(({ message }, index) => `${calls[index]}: ${message}`);
    const more = errors.length > texts.length ? `; and ${errors.length - texts.length} more` : "";
    super(`Cannot close the pool: nobody fetched ${what} (${texts.join("; ")}${more})`, {
      cause: errors[0],
    });
    this.errors = errors;
  }
}

/** A guest did not answer within the time allowed. */
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

/** A thread does not acknowledge a stop; it ends only with the whole process. */
export class GuestStuckError extends Error {
  /** The class name. */
  override readonly name = "GuestStuckError";
  /** The guest's name. */
  readonly guest: string;

  /** Makes the error. */
  constructor(guest: string) {
    super(
      `Cannot stop guest ${guest} (thread mode): it does not return to its loop, and a busy thread ends only with ` +
        `the whole process: call Deno.exit(), or process.exit() elsewhere, after this error`,
    );
    this.guest = guest;
  }
}

/** Bytes on a guest's pipe that do not form a protocol frame. */
export class ProtocolError extends Error {
  /** The class name. */
  override readonly name = "ProtocolError";
}

/** The error that ends a guest for violating the protocol; `what` says how. */
export function guestFault(
  { name, mode }: { readonly name: string; readonly mode: string },
  what: string,
  options?: ErrorOptions,
): ProtocolError {
  return new ProtocolError(`Cannot go on with guest ${name} (${mode} mode): ${what}`, options);
}

/** A value that cannot cross a boundary: a function, a symbol, a view on shared memory. */
export class UncloneableError extends Error {
  /** The class name. */
  override readonly name = "UncloneableError";
}

/** A value does not fit into the region reserved for it. */
export class MemoryFullError extends Error {
  /** The class name. */
  override readonly name = "MemoryFullError";
}

/** A wait ended because its guest was asked to stop. */
export class StoppedError extends Error {
  /** The class name. */
  override readonly name = "StoppedError";
}

/** A wait timed out in a method that cannot report that by its result. */
export class WaitTimeoutError extends Error {
  /** The class name. */
  override readonly name = "WaitTimeoutError";
}

/** A wait was canceled by its cancel token or abort signal. */
export class CancelledError extends Error {
  /** The class name. */
  override readonly name = "CancelledError";
}

/** A call that the state of a shared thing forbids: releasing a lock that is not held, setting a future twice. */
export class StateError extends Error {
  /** The class name. */
  override readonly name = "StateError";
}

/** The lock's last owner ended while holding it: what the lock protects may be inconsistent. */
export class OwnerDiedError extends Error {
  /** The class name. */
  override readonly name = "OwnerDiedError";
}

/** A shared thing that a death left inconsistent and that nobody repaired: it can no longer be used. */
export class NotRecoverableError extends Error {
  /** The class name. */
  override readonly name = "NotRecoverableError";
}

/** A waiting task, as a {@linkcode DeadlockError} describes it. */
export interface DeadlockWait {
  /** The task's name. */
  readonly task: string;
  /** The name of the shared thing that it waits for. */
  readonly object: string;
  /** The method in which it waits. */
  readonly method: string;
  /** The names of the tasks that hold the thing, if it has owners. */
  readonly owners: readonly string[];
  /** The names of the tasks ahead of it in the queue, if known. */
  readonly ahead?: readonly string[];
}

/** A wait that can never end: the tasks wait for each other, or for something that no task can do anymore. */
export class DeadlockError extends Error {
  /** The class name. */
  override readonly name = "DeadlockError";
  /** Who waits for what, and who holds it; in the order of the cycle if there is one. */
  readonly waits: readonly DeadlockWait[];

  /** Makes the error from the waits. */
  constructor(waits: readonly DeadlockWait[]) {
    super(`Cannot go on: ${waits.map(waitText).join("; ")}`);
    this.waits = waits;
  }
}

function waitText({ task, object, method, owners, ahead = [] }: DeadlockWait): string {
  const holders = owners.map((owner) => owner === task ? "it" : owner);
  const held = holders.length === 0 ? "" : `, which ${holders.join(" and ")} ${holders.length > 1 ? "hold" : "holds"}`;
  const line = ahead.length === 0 ? "" : `, behind ${ahead.join(" and ")}`;
  return `task ${task} waits for ${object} (${method})${held}${line}`;
}

/** A program definition that lacks a part or has an invalid one. */
export class DefinitionError extends TypeError {
  /** The class name. */
  override readonly name = "DefinitionError";
}

/** A module exports several programs, and the caller did not name one. */
export class SeveralProgramsError extends TypeError {
  /** The class name. */
  override readonly name = "SeveralProgramsError";
  /** The names of the programs. */
  readonly names: readonly string[];

  /** Makes the error; `module` is the module's URL. */
  constructor(module: string, names: readonly string[]) {
    const all = names.join(", ");
    super(`Cannot run ${module}: it exports ${names.length} programs (${all}), the name of one of them is wanted`);
    this.names = names;
  }
}

/**
 * A module that is not a scenario, or whose source cannot be prepared to run; the message gives the location if there
 * is one.
 */
export class ScenarioError extends TypeError {
  /** The class name. */
  override readonly name = "ScenarioError";
}

/** A condition that a program asserts does not hold. */
export class AssertionError extends Error {
  /** The class name. */
  override readonly name = "AssertionError";
}

/** A barrier was broken by one of its parties: a timeout, an abort, a reset or a death. */
export class BrokenBarrierError extends Error {
  /** The class name. */
  override readonly name = "BrokenBarrierError";
}

/** A future's task ended without setting it; `cause` says how the task ended. */
export class BrokenFutureError extends Error {
  /** The class name. */
  override readonly name = "BrokenFutureError";
}

/** A queue did not have room in time. */
export class QueueFullError extends Error {
  /** The class name. */
  override readonly name = "QueueFullError";
}

/** A queue did not have an item in time. */
export class QueueEmptyError extends Error {
  /** The class name. */
  override readonly name = "QueueEmptyError";
}

/** The queue is shut down. */
export class QueueShutDownError extends Error {
  /** The class name. */
  override readonly name = "QueueShutDownError";
}

/** The channel is closed; `cause` is what it was closed with, if anything. */
export class ChannelClosedError extends Error {
  /** The class name. */
  override readonly name = "ChannelClosedError";
}

/** Logging cannot be set up: an unknown level, a limit out of range, a name already in use, an invalid folder. */
export class LoggingError extends Error {
  /** The class name. */
  override readonly name = "LoggingError";
}

/** A run that does not follow its schedule or script. */
export class ReplayError extends Error {
  /** The class name. */
  override readonly name = "ReplayError";
}

/** A call whose steps nobody ran. */
export interface DroppedCall {
  /** The call, such as `guard.acquire()`. */
  readonly call: string;
  /** Its source location (URL, line and column), if known. */
  readonly place: string | undefined;
}

/** A task returned without running steps it had created: `guard.acquire()` without `yield*` does nothing. */
export class DroppedStepsError extends Error {
  /** The class name. */
  override readonly name = "DroppedStepsError";
  /** The calls that were not run. */
  readonly calls: readonly DroppedCall[];

  /** Makes the error for a task. */
  constructor(task: string, calls: readonly DroppedCall[]) {
    const [first, ...others] = calls;
    const at = first?.place === undefined ? "" : ` at ${first.place}`;
    const more = others.length === 0 ? "" : `, and ${others.length} more`;
    super(`Cannot end ${task}: nobody runs ${first?.call}${at}${more}, yield* ${first?.call} is wanted`);
    this.calls = calls;
  }
}

/**
 * A wait that the host ended, with its reason; a guest gets the specific error instead if the reason encodes one, such
 * as a {@linkcode DeadlockError}.
 */
export class InterruptedError extends Error {
  /** The class name. */
  override readonly name = "InterruptedError";
}

/** A system violates a property of `lib/testing/`; the message shows the counterexample and how to replay it. */
export class PropertyError extends Error {
  /** The class name. */
  override readonly name = "PropertyError";
  /** The seed of the random values. */
  readonly seed: number;
  /** fast-check's path to the shrunk counterexample, for replay. */
  readonly path: string;
  /** The first wrong row, from 0; `undefined` if a run threw, and then `cause` is what it threw. */
  readonly row: number | undefined;
  /** The wrong port in that row; `t` if the times differ, `rows` if one run has fewer rows. */
  readonly port: string | undefined;
  /** Where the wrong run took place: a mode, or `inline`. */
  readonly mode: string | undefined;
  /** The kinds of causes detected: `chance`, `clock`, `module state`, `realm`. */
  readonly causes: readonly string[];

  /** Makes the error. */
  constructor(
    message: string,
    options: {
      seed: number;
      path: string;
      row?: number | undefined;
      port?: string | undefined;
      mode?: string | undefined;
      causes?: readonly string[];
      cause?: unknown;
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.seed = options.seed;
    this.path = options.path;
    this.row = options.row;
    this.port = options.port;
    this.mode = options.mode;
    this.causes = options.causes ?? [];
  }
}

/**
 * The error for a wait that the host ended with `text`: the {@linkcode DeadlockError} that {@linkcode interruptionText}
 * encoded, else an {@linkcode InterruptedError} with that text.
 */
export function interruptionError(text: string): Error {
  try {
    const { waits } = JSON.parse(text) as { waits: readonly DeadlockWait[] };
    return new DeadlockError(waits);
  } catch {
    return new InterruptedError(text);
  }
}

/** Encodes a deadlock as the text to interrupt a guest with; drops the last waits to stay within `bytes`. */
export function interruptionText({ waits }: DeadlockError, bytes: number = Infinity): string {
  const text = JSON.stringify({ waits });
  if (waits.length === 0 || new TextEncoder().encode(text).length <= bytes) return text;
  return interruptionText(new DeadlockError(waits.slice(0, -1)), bytes);
}

/** An error as data that crosses a boundary without loss; see {@linkcode revivedError}. */
export interface ErrorData {
  /** The name of its class. */
  readonly name: string;
  /** Its message. */
  readonly message: string;
  /** Its stack. */
  readonly stack: string;
  /** Its own enumerable fields. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Its cause, if any. */
  readonly cause?: ErrorLink;
  /** The errors of an `AggregateError`. */
  readonly errors?: readonly ErrorLink[];
  /** The newer error of a `SuppressedError`. */
  readonly error?: ErrorLink;
  /** The error that a `SuppressedError` suppressed. */
  readonly suppressed?: ErrorLink;
}

/** What an error links to: another error as data, or any other value unchanged. */
export type ErrorLink = { readonly error: ErrorData } | { readonly value: unknown };

/** Errors nested deeper than this are left out: causes may form a cycle. */
const MOST_CAUSES = 16;

/** The most linked errors that one error carries, and the most objects in their fields; the rest is left out. */
const MOST_ERRORS = 10_000;

/** Fields of a {@linkcode FarError} that nest deeper than this are left out. */
const MOST_FIELD_DEPTH = 8;

/** The text properties of an error, in the order in which they are read. */
const TEXTS = ["name", "message", "stack"] as const;

/** The properties that link to a single error. */
const LINKS = ["cause", "error", "suppressed"] as const;

/** Converts a value within a remaining depth and a remaining budget. */
type Telling<E> = (value: unknown, depth: number, room: Room) => E;

interface Room {
  /** How many more errors may be included. */
  left: number;
  /** How many more objects may be included in fields. */
  fields: number;
}

interface Links<E> {
  cause?: E;
  error?: E;
  suppressed?: E;
  errors?: readonly E[];
}

function room(): Room {
  return { left: MOST_ERRORS, fields: MOST_ERRORS };
}

/** Any thrown value as data; never throws. A value that is not an error becomes the `cause` of the result. */
export function errorData(thrown: unknown): ErrorData {
  return dataOf(thrown, MOST_CAUSES, room());
}

/** Any thrown value as plain data that can cross a boundary; never throws. */
export function farError(thrown: unknown): FarError {
  return farOf(thrown, MOST_CAUSES, room());
}

/**
 * Validates error data that a guest sent.
 *
 * @throws {ProtocolError} if the value is not error data, or exceeds the limits of {@linkcode errorData}.
 */
export function errorDataFrom(value: unknown): ErrorData {
  return checked(() => dataFrom(value, MOST_CAUSES, room()));
}

/**
 * Validates a far error that a guest sent.
 *
 * @throws {ProtocolError} if the value is not a far error, or exceeds the limits of {@linkcode farError}.
 */
export function farErrorFrom(value: unknown): FarError {
  return checked(() => farFrom(value, MOST_CAUSES, room()));
}

/**
 * Turns data back into an error: of its own class if that is an ECMAScript class or one of this library's, else an
 * `Error` with that name. Fields that would hide a method of `Error`, such as `toString`, are left out.
 */
export function revivedError(data: ErrorData): Error {
  return errorOf(data, (link) => "error" in link ? revivedError(link.error) : link.value);
}

function nearError(far: FarError): Error {
  return errorOf(far, nearError);
}

function errorOf<E>(data: Links<E> & Omit<FarError, keyof Links<E>>, near: (link: E) => unknown): Error {
  const { name, message, stack, properties = {} } = data;
  const error = new Error(message);
  const known = REVIVED.get(name);
  if (known !== undefined) Object.setPrototypeOf(error, known.prototype);
  for (const [key, value] of Object.entries(properties)) {
    const isSafe = !(key in Error.prototype || key === "stack" || key === "cause") && typeof value !== "function";
    if (isSafe) Object.defineProperty(error, key, { value, ...HIDDEN, enumerable: true });
  }
  const hidden = { name, message, stack, ...linked(data, near) };
  for (const [key, value] of Object.entries(hidden)) Object.defineProperty(error, key, { value, ...HIDDEN });
  return error;
}

const HIDDEN = { writable: true, enumerable: false, configurable: true } as const;

/** The library's classes that errors from elsewhere are revived as, under names that a minifier does not change. */
const OURS = {
  DiagramError,
  AlgebraicLoopError,
  EventFailedError,
  EventTimeError,
  ZenoError,
  RunningProcessError,
  OverrunError,
  GuestError,
  GuestDiedError,
  EngineError,
  UnfetchedFailureError,
  GuestTimeoutError,
  GuestStuckError,
  ProtocolError,
  UncloneableError,
  MemoryFullError,
  StoppedError,
  WaitTimeoutError,
  CancelledError,
  StateError,
  OwnerDiedError,
  NotRecoverableError,
  DeadlockError,
  DroppedStepsError,
  DefinitionError,
  ScenarioError,
  SeveralProgramsError,
  AssertionError,
  BrokenBarrierError,
  BrokenFutureError,
  QueueFullError,
  QueueEmptyError,
  QueueShutDownError,
  ChannelClosedError,
  LoggingError,
  ReplayError,
  InterruptedError,
  PropertyError,
} as const;

const ECMASCRIPT = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
  // Some platforms lack it.
  ...globalThis.SuppressedError === undefined ? {} : { SuppressedError },
} as const;

const REVIVED: ReadonlyMap<string, { readonly prototype: object }> = new Map(
  Object.entries({ ...ECMASCRIPT, ...OURS }),
);

// A guest may load two copies of the library; an error of one copy is an instance of the same-named class in the other.
for (const [name, called] of Object.entries(OURS)) {
  Object.defineProperty(called, Symbol.hasInstance, {
    value(error: unknown): boolean {
      if (this !== called) return Reflect.apply(Function.prototype[Symbol.hasInstance], this, [error]);
      return error instanceof Error && error.name === name;
    },
  });
}

function dataOf(thrown: unknown, depth: number, room: Room): ErrorData {
  if (!isError(thrown)) return { ...describe(thrown), properties: {}, cause: { value: thrown } };
  const keys = fieldsOf(thrown);
  const properties = Object.fromEntries(keys.map((key) => [key, read(thrown, key)]));
  return { ...describe(thrown), properties, ...linksOf(thrown, depth, { room, told: linkOf }) };
}

function linkOf(value: unknown, depth: number, room: Room): ErrorLink {
  return isError(value) ? { error: dataOf(value, depth, room) } : { value };
}

function farOf(thrown: unknown, depth: number, room: Room): FarError {
  if (!isError(thrown)) return describe(thrown);
  const fields = fieldsOf(thrown).flatMap((key) => plainField(thrown, key, room));
  const properties = fields.length === 0 ? {} : { properties: Object.fromEntries(fields) };
  return { ...describe(thrown), ...properties, ...linksOf(thrown, depth, { room, told: farOf }) };
}

/** The text properties of a thrown value. */
function describe(thrown: unknown): Pick<FarError, (typeof TEXTS)[number]> {
  if (!isError(thrown)) return { name: "thrown value", message: textOf(thrown), stack: "" };
  const [name = "", message = "", stack = ""] = TEXTS.map((key) => textOf(read(thrown, key) ?? ""));
  return { name, message, stack };
}

/** The errors that an error links to, converted by `told`. */
function linksOf<E>(error: Error, depth: number, { room, told }: { room: Room; told: Telling<E> }): Links<E> {
  const links: Links<unknown> = {};
  if (depth === 0 || room.left <= 0) return {};
  for (const key of LINKS) {
    const value = key === "cause" || isHidden(error, key) ? read(error, key) : undefined;
    if (value !== undefined) links[key] = value;
  }
  if (isHidden(error, "errors")) links.errors = listOf(read(error, "errors"), room.left);
  room.left -= sizeOf(links);
  return linked(links, (value) => told(value, depth - 1, room));
}

/** The number of linked errors. */
function sizeOf({ errors = [], ...others }: Links<unknown>): number {
  return errors.length + Object.keys(others).length;
}

/** Converts every link. */
function linked<E, F>(links: Links<E>, to: (link: E) => F): Links<F> {
  const all: Links<F> = {};
  for (const key of LINKS) {
    const link = links[key];
    if (link !== undefined) all[key] = to(link);
  }
  if (links.errors !== undefined) all.errors = Array.from(links.errors, (link) => to(link));
  return all;
}

/** The keys of an error's own fields, without `cause`, which is a link even if it was assigned. */
function fieldsOf(error: Error): string[] {
  try {
    return Object.keys(error).filter((key) => key !== "cause" && !TEXTS.some((text) => text === key));
  } catch {
    return [];
  }
}

/** Whether a key is an own, non-enumerable property of an error. */
function isHidden(error: Error, key: string): boolean {
  try {
    return Object.getOwnPropertyDescriptor(error, key)?.enumerable === false;
  } catch {
    return false;
  }
}

/** A field as a one-entry list, or an empty list if it is not plain data. */
function plainField(error: Error, key: string, room: Room): (readonly [string, unknown])[] {
  try {
    return [[key, plainCopy(Reflect.get(error, key), MOST_FIELD_DEPTH, room)]];
  } catch {
    return [];
  }
}

/** A copy of plain data; throws if the value is not plain data or too large. */
function plainCopy(value: unknown, depth: number, room: Room): unknown {
  if (typeof value === "function" || typeof value === "symbol") throw new TypeError(`Cannot copy a ${typeof value}`);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0 || room.fields-- <= 0) throw new RangeError("Cannot copy that much");
  if (Array.isArray(value)) return Array.from(value, (item) => plainCopy(item, depth - 1, room));
  if (!isPlain(value)) throw new TypeError("Cannot copy what is no plain data");
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainCopy(item, depth - 1, room)]));
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The result of reading a guest's data; throws a `ProtocolError` if reading fails. */
function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    return refuse("it cannot be looked at", "plain data");
  }
}

function dataFrom(value: unknown, depth: number, room: Room): ErrorData {
  return { properties: {}, ...partsFrom(value, depth, { room, told: linkFrom }) };
}

function farFrom(value: unknown, depth: number, room: Room): FarError {
  return partsFrom(value, depth, { room, told: farFrom });
}

function linkFrom(value: unknown, depth: number, room: Room): ErrorLink {
  const link = recordFrom(value, "what it leads to");
  if (Object.hasOwn(link, "error")) return { error: dataFrom(link["error"], depth, room) };
  return Object.hasOwn(link, "value") ? { value: link["value"] } : refuse("a link is empty", "an error or a value");
}

function partsFrom<E>(
  value: unknown,
  depth: number,
  { room, told }: { room: Room; told: Telling<E> },
): Links<E> & Omit<FarError, keyof Links<E>> {
  const data = recordFrom(value, "it");
  const [name = "", message = "", stack = ""] = TEXTS.map((key) => textFrom(data[key], key));
  const links: Links<unknown> = {};
  for (const key of LINKS) if (data[key] !== undefined) links[key] = data[key];
  const { errors, properties } = data;
  if (Array.isArray(errors)) links.errors = errors;
  else if (errors !== undefined) refuse(`its errors are of type ${typeof errors}`, "an array");
  const size = sizeOf(links);
  if (size > 0 && depth === 0) refuse(`its causes are more than ${MOST_CAUSES} deep`, "at most that many");
  if ((room.left -= size) < 0) refuse(`it leads to more than ${MOST_ERRORS} errors`, "at most that many");
  return {
    name,
    message,
    stack,
    ...properties === undefined ? {} : { properties: { ...recordFrom(properties, "what it has of its own") } },
    ...linked(links, (link) => told(link, depth - 1, room)),
  };
}

function textFrom(value: unknown, key: string): string {
  return typeof value === "string" ? value : refuse(`its ${key} is of type ${typeof value}`, "a string");
}

function recordFrom(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && isPlain(value)) return value as Record<string, unknown>;
  return refuse(`${what} is of type ${value === null ? "null" : typeof value}`, "a plain object");
}

function refuse(found: string, wanted: string): never {
  throw new ProtocolError(`Cannot read an error from a guest: ${found}, ${wanted} is wanted`);
}

/** The first `most` items of a value that should be an array. */
function listOf(value: unknown, most: number): unknown[] {
  try {
    return Array.isArray(value) ? Array.from({ length: Math.min(value.length, most) }, (_, at) => value[at]) : [];
  } catch {
    return [];
  }
}

/** Whether a value is an error; `false` if the check itself throws. */
function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

/** A property, or a note that it cannot be read. */
function read(error: Error, key: string): unknown {
  try {
    return Reflect.get(error, key);
  } catch {
    return `(${key} cannot be read)`;
  }
}

/** A value as text, even if converting it throws. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value === "object" && value !== null ? "(an object without a text)" : typeof value;
  }
}

/** The message of any thrown value; never throws. */
export function errorText(thrown: unknown): string {
  return farError(thrown).message;
}
