/**
 * A service: a guest that runs the functions which its module exports, one call after another, until it is given back.
 *
 * - Calls are answered in their order, each as soon as it is over, and each answer repeats the number of its call. So when a
 *   guest dies, the oldest call that is not answered is the one that it was in, and those behind it were not begun.
 * - A function gets its argument and a {@linkcode ServiceContext}. It returns a value, a promise, steps on shared things, or,
 *   where it is asked for items, an async iterable.
 * - A failure of a function is an answer; only the end of the guest ends the service.
 */

import type { ErrorData } from "../../errors.ts";
import type { LoggingSettings, LogLine } from "../../logging/mod.ts";
import type { Shareables, Shared } from "../../sync/mod.ts";
import type { LaneCounts, ThingsMessage } from "../shared/view.ts";

/** What a function of a module is given beside its argument. */
export interface ServiceContext<S extends Shareables = Shareables> {
  /** The name of the guest that runs it. */
  readonly guest: string;
  /** The mode that it runs in. */
  readonly mode: string;
  /** The shared things, if there are any. */
  readonly shared: Shared<S>;
  /** The real time in milliseconds since the epoch, with a fraction; the clocks of guests agree to some microseconds. */
  readonly now: () => number;
  /** Tells the caller how far it is: any structured-cloneable value. */
  readonly report: (value: unknown) => void;
}

/** An export of the module, and what it is called with. */
export interface NamedCall {
  /** The name of the export. */
  readonly export: string;
  /** Its argument. */
  readonly argument?: unknown;
}

/** The export that gives shared things, and in how many waits on them one can be at once. */
export interface SharedCall extends NamedCall, LaneCounts {}

/** What a guest logs; plain data. */
export interface ServiceLogging {
  /** What is logged. */
  readonly settings: LoggingSettings;
  /** Where the code for it is, as `guestLoggingUrl()` says on the host. */
  readonly code: string | undefined;
}

/** What a guest makes its own view of the shared things of. */
export interface SharedMessage extends ThingsMessage {
  /** What gives the description of the things. */
  readonly call: NamedCall;
  /** Which of the tasks the guest is. */
  readonly task: number;
}

/** What a guest is to serve, as it travels; structured-cloneable. */
export interface ServiceMessage {
  /** The guest's name, in errors and for its functions. */
  readonly name: string;
  /** Called before anything else. */
  readonly initializer: NamedCall | undefined;
  /** The shared things, if there are any. */
  readonly shared: SharedMessage | undefined;
  /** What it logs; by default nothing, and nothing is loaded for it. */
  readonly logging?: ServiceLogging | undefined;
}

/** The answer to a call. */
export type ServiceAnswer =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: ErrorData };

/** Who listens to a service. */
export interface ServiceListener {
  /** Told of each answer, in the order of the calls. */
  answered(answer: ServiceAnswer): void;
  /** Told each item of a call that was asked for items, before its answer. */
  item?(value: unknown): void;
  /** Told when no more answers are there for the moment: a time to call and flush. */
  settled(): void;
  /** Told what the function of the oldest call reports. */
  reported(value: unknown): void;
  /**
   * Told each line that the guest logs, before the answer of the call that it belongs to. Its lane is the guest's own.
   */
  logged?(line: LogLine): void;
  /** Told once, when the guest is at its end; `idle` where it was in no call then. */
  ended(error: Error, options: { readonly idle: boolean }): void;
}

/** How a guest is ended: it may still tidy up, or not. */
export type EndSignal = "SIGTERM" | "SIGKILL";

/** What a call is for. */
export interface CalledFunction {
  /** Which function: its place among the exports. */
  readonly at: number;
  /** Whether the argument is an array of arguments, and the value that of answers. */
  readonly chunk: boolean;
  /** Whether its items are wanted, one after another. */
  readonly stream: boolean;
}

/** How many items may be under way that nobody has taken yet. */
export const WINDOW = 16;

/** How many functions can be called. */
export const MOST_FUNCTIONS = 0x4000;

const CHUNK = 0x8000;
const STREAM = 0x4000;

/**
 * The index of a call's frame.
 *
 * @throws {RangeError} if a module has that many functions.
 */
export function indexOf({ at, chunk, stream }: CalledFunction): number {
  if (at >= MOST_FUNCTIONS) {
    throw new RangeError(`Cannot call function ${at}: one below ${MOST_FUNCTIONS} is wanted`);
  }
  return at + (chunk ? CHUNK : 0) + (stream ? STREAM : 0);
}

/** What the index of a call's frame says. */
export function functionOf(index: number): CalledFunction {
  return { at: index % MOST_FUNCTIONS, chunk: index >= CHUNK, stream: (index & STREAM) !== 0 };
}
