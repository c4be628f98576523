/**
 * The queue of a pool's calls that wait for a guest.
 *
 * - Calls that wait again come first, in their old order. Calls that only one guest may run are in a queue of their
 *   own, which that guest serves first.
 * - Invariant: `count` is the number of waiting calls. A call that was given up is no longer counted, and is skipped.
 */

import type { Call, CallHolder } from "./call.ts";
import { Fifo } from "./fifo.ts";

/** The queue of a pool's calls that wait for a guest. */
export class WaitingCalls implements CallHolder {
  #count = 0;
  readonly #line = new Fifo<Call>();
  /** The calls that wait again; the next one is last. */
  readonly #again: Call[] = [];
  readonly #own: readonly Fifo<Call>[];
  readonly #givenUp: () => void;

  /**
   * Creates the queues for `guests` guests; `givenUp` is called when a call is given up, which makes room for another.
   */
  constructor(guests: number, { givenUp }: { readonly givenUp: () => void }) {
    this.#givenUp = givenUp;
    this.#own = Array.from({ length: guests }, () => new Fifo<Call>());
  }

  /** The number of waiting calls. */
  get count(): number {
    return this.#count;
  }

  /** Adds a call at the end of its queue. */
  add(call: Call): void {
    this.#hold(call);
    this.#lineOf(call).add(call);
  }

  /** Adds calls before all others, in their order. */
  addAgain(calls: readonly Call[]): void {
    for (const call of calls.toReversed()) {
      if (call.outcome !== undefined) continue;
      this.#hold(call);
      const line = this.#lineOf(call);
      if (line === this.#line) this.#again.push(call);
      else line.addFirst(call);
    }
  }

  /** The next call that a guest may run. */
  peek(guest: number): Call | undefined {
    const own = firstIn(this.#own[guest]);
    if (own !== undefined) return own;
    while (this.#again.at(-1)?.outcome !== undefined) this.#again.pop();
    return this.#again.at(-1) ?? firstIn(this.#line);
  }

  /** Takes that call out of its queue. */
  take(guest: number): Call | undefined {
    const call = this.peek(guest);
    if (call === undefined) return undefined;
    if (this.#own[guest]?.first === call) this.#own[guest]?.shift();
    else if (this.#again.at(-1) === call) this.#again.pop();
    else this.#line.shift();
    this.#count--;
    call.holder = undefined;
    return call;
  }

  /** Ends a waiting call. */
  giveUp(call: Call, error: Error): void {
    this.#count--;
    call.settle({ error });
    this.#givenUp();
  }

  /** Ends all waiting calls. */
  giveUpAll(error: Error): void {
    const all = [...this.#again, ...this.#line.takeAll(), ...this.#own.flatMap((line) => line.takeAll())];
    for (const call of all) if (call.outcome === undefined) call.giveUp(error);
  }

  #hold(call: Call): void {
    this.#count++;
    call.holder = this;
  }

  #lineOf({ options: { guest } }: Call): Fifo<Call> {
    return guest === undefined ? this.#line : this.#own[guest] ?? this.#line;
  }
}

/** The first call of a queue that was not given up. */
function firstIn(line: Fifo<Call> | undefined): Call | undefined {
  while (line?.first?.outcome !== undefined) line.shift();
  return line?.first;
}
