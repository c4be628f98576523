/**
 * The remote memory: somebody else owns it, and performs the operations that are asked of them.
 *
 * - A `call` is answered with the method's result: the owner runs the steps, in one round trip. All else that touches memory
 *   is asked one by one.
 * - The clock and chance are this side's own, unless the owner is to answer everything (`asksAll`).
 */

import { runBlocking } from "./blocking.ts";
import type { Layout } from "./layout.ts";
import { checkTime, type Chooser, firstChoice, type Memory, pick } from "./memory.ts";
import type { Answer, Operation, ReadOperation, Steps } from "./operation.ts";

/** How a remote memory reaches its owner. */
export interface RemoteMemoryOptions {
  /** Asks the owner to perform an operation, and waits for the answer. */
  readonly perform: (operation: Operation) => Answer;
  /** Asks the owner for the next ticket. */
  readonly ticket: () => number;
  /** This side's clock, in milliseconds; both sides need clocks that agree. */
  readonly clock: () => number;
  /** Answers `choose`; the first choice by default. */
  readonly chooser?: Chooser;
  /** Whether the owner's clock and chance count, as in the repetition of a run; not by default. */
  readonly asksAll?: boolean;
}

/** The memory of process mode, as its guests see it. */
export class RemoteMemory implements Memory {
  /** Where everything lies, and its names; frozen. */
  readonly layout: Layout;
  readonly #options: RemoteMemoryOptions;

  /** A view of the owner's memory. */
  constructor(layout: Layout, options: RemoteMemoryOptions) {
    this.layout = layout.freeze();
    this.#options = options;
  }

  /** Has one operation performed, and waits for its answer. */
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

  /** Has the steps performed at once. */
  release(steps: Steps<unknown>): void {
    runBlocking(this, steps);
  }

  /** The bytes arrive as bytes of their own: who reads into a buffer of theirs gets them there. */
  #read({ into, ...operation }: ReadOperation): Answer {
    if (into === undefined) return this.#options.perform(operation);
    // One that is too short is for the owner to refuse.
    if (into.length < operation.length) return this.#options.perform({ ...operation, into });
    into.set(this.#options.perform(operation) as Uint8Array);
    return into.length === operation.length ? into : into.subarray(0, operation.length);
  }
}

/** Throws where an operation says where by what is no whole number: its owner would call that no operation at all. */
function checkPlace(operation: Operation): void {
  for (const [part, value] of Object.entries(operation)) {
    if (!["word", "offset", "length"].includes(part) || Number.isSafeInteger(value)) continue;
    throw new RangeError(`Cannot ${operation.kind}: its ${part} is ${value}, a whole number is wanted`);
  }
}
