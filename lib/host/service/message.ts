/**
 * A service: a guest that runs its module's exported functions, one call after another, until it is given back.
 *
 * - Calls are answered in order, each as soon as it is over, and each answer repeats the number of its call. So if a
 *   guest dies, it was in the oldest unanswered call, and had not begun those behind it.
 * - A function receives its argument and a {@linkcode ServiceContext}. It returns a value, a promise, steps on shared
 *   things, or, if asked for items, an async iterable.
 * - A function's failure is an answer; only the end of the guest ends the service.
 */

import type { ErrorData } from "../../errors.ts";
import type { LoggingSettings, LogLine } from "../../logging/mod.ts";
import type { Shareables, Shared } from "../../sync/mod.ts";
import type { LaneCounts, ThingsMessage } from "../shared/view.ts";

/** The second argument of a module's function. */
export interface ServiceContext<S extends Shareables = Shareables> {
  /** The name of the guest that runs it. */
  readonly guest: string;
  /** The mode in which it runs. */
  readonly mode: string;
  /** The shared things, if there are any. */
  readonly shared: Shared<S>;
  /**
   * Returns the real time in milliseconds since the epoch, with a fraction; the clocks of guests agree to within
   * microseconds.
   */
  readonly now: () => number;
  /** Reports progress to the caller: any structured-cloneable value. */
  readonly report: (value: unknown) => void;
}

/** An exported function, and its argument. */
export interface NamedCall {
  /** The name of the export. */
  readonly export: string;
  /** Its argument. */
  readonly argument?: unknown;
}

/** The exported function that returns the shared things, and how many waits on them are possible at once. */
export interface SharedCall extends NamedCall, LaneCounts {}

/** What a guest logs; plain data. */
export interface ServiceLogging {
  /** What to log, and how. */
  readonly settings: LoggingSettings;
  /** The URL of the logging code, as returned by `guestLoggingUrl()` on the host. */
  readonly code: string | undefined;
}

/** What a guest needs to create its own view of the shared things. */
export interface SharedMessage extends ThingsMessage {
  /** The call that returns the description of the things. */
  readonly call: NamedCall;
  /** The guest's task number. */
  readonly task: number;
}

/** What a guest is to serve, as a message; structured-cloneable. */
export interface ServiceMessage {
  /** The guest's name, for errors and for its functions. */
  readonly name: string;
  /** The function to call before anything else, if any. */
  readonly initializer: NamedCall | undefined;
  /** The shared things, if there are any. */
  readonly shared: SharedMessage | undefined;
  /** What it logs. By default it logs nothing and loads no logging code. */
  readonly logging?: ServiceLogging | undefined;
}

/** The answer to a call. */
export type ServiceAnswer =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: ErrorData };

/** The listener of a service. */
export interface ServiceListener {
  /** Receives each answer, in the order of the calls. */
  answered(answer: ServiceAnswer): void;
  /** Receives each item of a call that was asked for items, before its answer. */
  item?(value: unknown): void;
  /** Called when there are no more answers for the moment: a good time to call and flush. */
  settled(): void;
  /** Receives what the function of the oldest call reports. */
  reported(value: unknown): void;
  /**
   * Receives each line that the guest logs, before the answer of the call to which it belongs. Its lane is the guest's
   * own.
   */
  logged?(line: LogLine): void;
  /** Called once, when the guest has ended; `idle` if it was in no call. */
  ended(error: Error, options: { readonly idle: boolean }): void;
}

/** How a guest is ended: with or without a chance to clean up. */
export type EndSignal = "SIGTERM" | "SIGKILL";

/** The function of a call, and how it is used. */
export interface CalledFunction {
  /** The index of the function among the exports. */
  readonly at: number;
  /** Whether the argument is an array of arguments, and the result an array of answers. */
  readonly chunk: boolean;
  /** Whether its items are wanted, one by one. */
  readonly stream: boolean;
}

/** The most items on their way that have not been taken. */
export const WINDOW = 16;

/** The most functions that can be called. */
export const MOST_FUNCTIONS = 0x4000;

const CHUNK = 0x8000;
const STREAM = 0x4000;

/**
 * The index in a call's frame.
 *
 * @throws {RangeError} if the module has too many functions.
 */
export function indexOf({ at, chunk, stream }: CalledFunction): number {
  if (at >= MOST_FUNCTIONS) {
    throw new RangeError(`Cannot call function ${at}: one below ${MOST_FUNCTIONS} is wanted`);
  }
  return at + (chunk ? CHUNK : 0) + (stream ? STREAM : 0);
}

/** Decodes the index in a call's frame. */
export function functionOf(index: number): CalledFunction {
  return { at: index % MOST_FUNCTIONS, chunk: index >= CHUNK, stream: (index & STREAM) !== 0 };
}
