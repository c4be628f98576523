/**
 * The calls of a pool that wait for a guest, in line.
 *
 * - Those that wait again come first, in their old order; those that only one guest may run are in a line of its own, which
 *   it serves before.
 * - Invariant: `count` is how many wait. A call that is given up is not counted any more, and passed over.
 */

import type { Call, CallHolder } from "./call.ts";
import { Fifo } from "./fifo.ts";

export class WaitingCalls implements CallHolder {
  #count = 0;
  readonly #line = new Fifo<Call>();
  /** Calls that wait again, the next one last. */
  readonly #again: Call[] = [];
  readonly #own: readonly Fifo<Call>[];
  readonly #givenUp: () => void;

  /** Makes the lines for that many guests; tells when a call is given up, so that there is room for another. */
  constructor(guests: number, { givenUp }: { readonly givenUp: () => void }) {
    this.#givenUp = givenUp;
    this.#own = Array.from({ length: guests }, () => new Fifo<Call>());
  }

  /** How many wait. */
  get count(): number {
    return this.#count;
  }

  /** Puts a call at the end of its line. */
  add(call: Call): void {
    this.#hold(call);
    this.#lineOf(call).add(call);
  }

  /** Puts calls before all others, in their order. */
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

  /** Takes that call out of its line. */
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

  /** Ends a call that waits. */
  giveUp(call: Call, error: Error): void {
    this.#count--;
    call.settle({ error });
    this.#givenUp();
  }

  /** Ends all calls that wait. */
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

/** The first of a line that is not given up. */
function firstIn(line: Fifo<Call> | undefined): Call | undefined {
  while (line?.first?.outcome !== undefined) line.shift();
  return line?.first;
}
