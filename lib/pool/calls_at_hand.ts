/**
 * The calls that a guest has, in their order.
 *
 * - Invariant: the first is the one that the guest is in; those before it are answered and of no interest any more.
 *
 * @module
 */

import { Call } from "./call.ts";

/** How many answered calls are dragged along. */
const MOST_ANSWERED = 4096;

/** Stands where an answered call stood, which may be large. */
const ANSWERED = new Call("", { packed: { bytes: new Uint8Array(0), from: 0, end: 0, moved: undefined } });

/** See the module. */
export class CallsAtHand {
  #calls: Call[] = [];
  #first = 0;

  /** How many there are. */
  get count(): number {
    return this.#calls.length - this.#first;
  }

  /** The one that the guest is in. */
  get first(): Call | undefined {
    return this.#calls[this.#first];
  }

  /** The one that was added last, unless all are answered. */
  get last(): Call | undefined {
    return this.count === 0 ? undefined : this.#calls.at(-1);
  }

  /** Adds one. */
  add(call: Call): void {
    this.#calls.push(call);
  }

  /** Gives the first one, which is answered: the next one is the first. */
  answered(): Call | undefined {
    const call = this.first;
    if (call === undefined) return undefined;
    this.#calls[this.#first++] = ANSWERED;
    if (this.#first === this.#calls.length || this.#first > MOST_ANSWERED) {
      this.#calls = this.#calls.slice(this.#first);
      this.#first = 0;
    }
    return call;
  }

  /** Takes all away. */
  leave(): readonly Call[] {
    const left = this.#calls.slice(this.#first);
    this.#calls = [];
    this.#first = 0;
    return left;
  }
}
