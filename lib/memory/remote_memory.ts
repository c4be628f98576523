/**
 * Remote memory: its owner is elsewhere and performs the requested operations.
 *
 * - A `call` is answered with the method's result: the owner runs the steps, in one round trip. Every other operation
 *   that touches memory is its own request.
 * - The clock and the source of chance are this side's own, unless the owner answers everything (`asksAll`).
 */

import { runBlocking } from "./blocking.ts";
import type { Layout } from "./layout.ts";
import { checkTime, type Chooser, firstChoice, type Memory, pick } from "./memory.ts";
import type { Answer, Operation, ReadOperation } from "./operation.ts";
import type { Steps } from "./steps.ts";

/** How a remote memory reaches its owner. */
export interface RemoteMemoryOptions {
  /** Requests an operation from the owner and waits for the answer. */
  readonly perform: (operation: Operation) => Answer;
  /** Requests the next ticket from the owner. */
  readonly ticket: () => number;
  /** This side's clock, in milliseconds; it must agree with the owner's. */
  readonly clock: () => number;
  /** Answers `choose`; the first choice by default. */
  readonly chooser?: Chooser;
  /** Whether to use the owner's clock and chance, as when repeating a run; false by default. */
  readonly asksAll?: boolean;
}

/** The memory of process mode, as its guests see it. */
export class RemoteMemory implements Memory {
  /** The layout, with all names; frozen. */
  readonly layout: Layout;
  readonly #options: RemoteMemoryOptions;

  /** A view of the owner's memory. */
  constructor(layout: Layout, options: RemoteMemoryOptions) {
    this.layout = layout.freeze();
    this.#options = options;
  }

  /** Requests an operation and waits for its answer. */
  perform(operation: Operation): Answer {
    checkPlace(operation);
    if (operation.kind === "sleep") checkTime("sleep", operation.until);
    if (operation.kind === "wait" && operation.deadline !== undefined) checkTime("wait", operation.deadline);
    if (operation.kind === "read") return this.#read(operation);
    if (this.#options.asksAll === true) return this.#options.perform(operation);
    switch (operation.kind) {
      case "now":
        return this.#options.clock();
      case "choose":
        return pick(this.#options.chooser ?? firstChoice, operation.n);
      default:
        return this.#options.perform(operation);
    }
  }

  /** Draws the next ticket. */
  ticket(): number {
    return this.#options.ticket();
  }

  /** Runs the steps at once. */
  release(steps: Steps<unknown>): void {
    runBlocking(this, steps);
  }

  /** The bytes arrive in a buffer of their own; they are copied to `into` if that is given. */
  #read({ into, ...operation }: ReadOperation): Answer {
    if (into === undefined) return this.#options.perform(operation);
    // If `into` is too short, the owner rejects the operation.
    if (into.length < operation.length) return this.#options.perform({ ...operation, into });
    into.set(this.#options.perform(operation) as Uint8Array);
    return into.length === operation.length ? into : into.subarray(0, operation.length);
  }
}

/** Throws if a position in an operation is not an integer; the owner would say only that it is not an operation. */
function checkPlace(operation: Operation): void {
  for (const [part, value] of Object.entries(operation)) {
    if (!["word", "offset", "length"].includes(part) || Number.isSafeInteger(value)) continue;
    throw new RangeError(`Cannot ${operation.kind}: its ${part} is ${value}, a whole number is wanted`);
  }
}
