/**
 * A service: a guest that runs the functions which its module exports, one call after another, until it is given back.
 *
 * - Calls are answered in their order, each as soon as it is over. So when a guest dies, the oldest call that is not
 *   answered is the one that it was in, and those behind it were not begun.
 * - A function gets its argument and a {@linkcode ServiceContext}. It returns a value, a promise, or steps on shared things.
 * - A failure of a function is an answer; only the end of the guest ends the service.
 * - Calls are handed over by `flush`: what is called while a message is under way goes with the next one.
 *
 * @example
 * ```ts
 * import { callChannel, functionOf } from "./service.ts";
 *
 * const channel = callChannel(3, { chunk: true });
 * if (functionOf(channel).index !== 3 || !functionOf(channel).chunk) throw new Error("both in one number");
 * ```
 *
 * @module
 */

import type { ErrorData, ModeName } from "../../errors.ts";
import type { LoggingSettings, LogLine } from "../../logging/mod.ts";
import type { Shareables, Shared } from "../../sync/mod.ts";
import type { ServiceShare } from "../shared/service_share.ts";

/** What a function of a module is given beside its argument. */
export interface ServiceContext<S extends Shareables = Shareables> {
  /** The name of the guest that runs it. */
  readonly guest: string;
  /** Where it runs. */
  readonly mode: ModeName;
  /** The shared things, if there are any. */
  readonly shared: Shared<S>;
  /** The real time in milliseconds since the epoch, with a fraction; the clocks of guests agree to some microseconds. */
  readonly now: () => number;
  /** Tells the caller how far it is: any structured-cloneable value. */
  report(value: unknown): void;
}

/** An export of the module, and what it is called with. */
export interface NamedCall {
  /** The name of the export. */
  readonly export: string;
  /** Its argument. */
  readonly argument?: unknown;
}

/** What a guest logs; plain data. */
export interface ServiceLogging {
  /** What is logged. */
  readonly settings: LoggingSettings;
  /** Where the code for it is, as `guestLoggingUrl()` says on the host. */
  readonly code: string | undefined;
}

/** What a guest is to serve. */
export interface ServiceJob {
  /** The guest's name, in errors and for its functions. */
  readonly name: string;
  /** The module whose functions it runs. */
  readonly module: string;
  /** Called before anything else. */
  readonly initializer: NamedCall | undefined;
  /** The shared things, and which of their tasks it is. */
  readonly shared: { readonly share: ServiceShare; readonly task: number } | undefined;
  /** Seconds within which it must be ready; for ever where undefined. */
  readonly timeout: number | undefined;
  /** What it logs; by default nothing, and nothing is loaded for it. */
  readonly logging?: ServiceLogging | undefined;
}

/** The part of a job that travels; structured-cloneable. */
export interface ServiceMessage {
  /** Tells it from other jobs. */
  readonly service: true;
  /** See {@linkcode ServiceJob}. */
  readonly name: string;
  /** See {@linkcode ServiceJob}. */
  readonly initializer: NamedCall | undefined;
  /** What the guest makes its own view of the shared things of. */
  readonly shared:
    | { readonly call: NamedCall; readonly tasks: number; readonly words: number; readonly task: number }
    | undefined;
  /** See {@linkcode ServiceJob}. */
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
  /** Told when no more answers are there for the moment: a time to call and flush. */
  settled(): void;
  /** Told what the function of the oldest call reports. */
  reported(value: unknown): void;
  /**
   * Told each line that the guest logs, before the answer of the call that it belongs to. Lanes and sequences are the
   * guest's own: each call begins with sequence 0.
   */
  logged?(line: LogLine): void;
  /** Told once, when the guest is at its end; `idle` where it was in no call then. */
  ended(error: Error, options: { readonly idle: boolean }): void;
}

/** One call. */
export interface ServiceCall {
  /** Which function: its place in {@linkcode ServiceLink.exports}. */
  readonly index: number;
  /** Whether the argument is an array of arguments, and the value that of answers. */
  readonly chunk: boolean;
  /** The argument. */
  readonly argument: unknown;
  /** What is moved instead of copied: it is detached here. */
  readonly transfer: readonly Transferable[];
}

/** What can be moved to another realm. */
export type Transferable = ArrayBuffer | MessagePort;

/** A guest that serves, as its host sees it. */
export interface ServiceLink {
  /** The guest's name. */
  readonly guest: string;
  /** The functions that its module exports, in order. */
  readonly exports: readonly string[];
  /**
   * Adds a call to what is handed over next.
   *
   * @throws {UncloneableError} where the argument cannot be cloned: nothing is called then.
   */
  call(call: ServiceCall): void;
  /** Hands over the calls: one message for all that were added. */
  flush(): void;
  /** How many messages have been handed over. */
  readonly messages: number;
  /**
   * Gives it up while it is in a call: nothing more is heard of it. A busy thread goes on, all others end; `told` says
   * that the caller has got an error that names it. Resolves when it is out of the call, which may be never.
   */
  abandon(options: { readonly told: boolean }): Promise<void>;
  /**
   * Ends it, and its end is told: a subprocess by a signal, any other where it waits or comes back to its event loop, which
   * a busy thread does not.
   */
  end(signal: EndSignal): void;
  /** Gives the guest back when all is answered; it may serve again. */
  finish(): Promise<void>;
}

/** How a guest is ended: it may still tidy up, or not. */
export type EndSignal = "SIGTERM" | "SIGKILL";

const CHUNK = 0x8000;

/** The channel of a call's frame. */
export function callChannel(index: number, { chunk }: { readonly chunk: boolean }): number {
  if (index >= CHUNK) throw new RangeError(`Cannot call function ${index}: at most ${CHUNK} are wanted`);
  return chunk ? index + CHUNK : index;
}

/** What a channel says. */
export function functionOf(channel: number): { readonly index: number; readonly chunk: boolean } {
  return { index: channel % CHUNK, chunk: channel >= CHUNK };
}

/** The channel of all that a serving guest sends. */
export const SERVICE_CHANNEL = 1;
