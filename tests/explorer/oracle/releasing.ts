/**
 * The steps of a task with what its guards release: that comes before the next operation of the task's own steps.
 *
 * What a release throws is thrown where its guard is disposed of. That is known only when its operations were answered: then
 * the task begins again, on a view of its own, with the answers that it has got, and all releases up to that one are performed
 * at once.
 *
 * @module
 */

import { type Layout, type Memory, type Operation, type Steps, throwInto } from "../../../lib/memory/mod.ts";

/** Stands in for the memory of a task that is only asked what it would do: collects what guards release. */
export class Released implements Memory {
  readonly layout: Layout;
  #steps: { readonly steps: Steps<unknown>; readonly number: number }[] = [];
  #count = 0;
  readonly #known: number;
  readonly #performAtOnce: (steps: Steps<unknown>) => void;

  /** So many releases, the first ones, are performed at once, by `perform`. */
  constructor(layout: Layout, known = 0, perform = (_: Steps<unknown>) => {}) {
    this.layout = layout;
    this.#known = known;
    this.#performAtOnce = perform;
  }

  release(steps: Steps<unknown>): void {
    const number = this.#count++;
    if (number < this.#known) this.#performAtOnce(steps);
    else this.#steps.push({ steps, number });
  }

  /** What was released since the last time. */
  take(): readonly { readonly steps: Steps<unknown>; readonly number: number }[] {
    return this.#steps.splice(0);
  }

  perform(): never {
    throw new TypeError("Cannot perform: the task is only asked what it would do");
  }

  ticket(): never {
    throw new TypeError("Cannot draw a ticket: the task is only asked what it would do");
  }
}

type Reply = { readonly value: unknown } | { readonly error: unknown };

/** The steps of a task that `make` makes, on a view whose guards release into what it is given. */
export function* releasing(layout: Layout, make: (released: Released) => Steps<unknown>): Steps<unknown> {
  const log: Reply[] = [];
  for (let known = 0;;) {
    const end = yield* new Attempt(log, known).steps(layout, make);
    if (typeof end !== "number") return end.value;
    known = end + 1;
  }
}

/** A task from its start: its first operations are answered by a log. */
class Attempt {
  readonly #log: Reply[];
  readonly #known: number;
  #next = 0;

  /** Of its releases so many are performed at once. */
  constructor(log: Reply[], known: number) {
    this.#log = log;
    this.#known = known;
  }

  /** Gives what the task returns, or the number of the release that fails, where that was not known. */
  *steps(
    layout: Layout,
    make: (released: Released) => Steps<unknown>,
  ): Generator<Operation, { readonly value: unknown } | number, unknown> {
    const released = new Released(layout, this.#known, (steps) => {
      // All its operations are in the log.
      const { value: known } = this.#perform(steps).next();
      if (known !== undefined) throw new TypeError("Cannot release: nobody has performed that, a known end is wanted");
    });
    const iterator = make(released)[Symbol.iterator]();
    for (let go = () => iterator.next();;) {
      let step: IteratorResult<Operation, unknown> | undefined;
      let failure: { readonly error: unknown } | undefined;
      try {
        step = go();
      } catch (error) {
        failure = { error };
      }
      for (const { steps, number } of released.take()) {
        try {
          yield* this.#perform(steps);
        } catch {
          return number;
        }
      }
      if (failure !== undefined) throw failure.error;
      if (step === undefined || step.done) return { value: step?.value };
      const reply = yield* this.#replyTo(step.value);
      go = () => "error" in reply ? throwInto(iterator, reply.error) : iterator.next(reply.value);
    }
  }

  *#perform(steps: Steps<unknown>): Generator<Operation, void, unknown> {
    const iterator = steps[Symbol.iterator]();
    for (let step = iterator.next(); !step.done;) {
      const reply = yield* this.#replyTo(step.value);
      step = "error" in reply ? throwInto(iterator, reply.error) : iterator.next(reply.value);
    }
  }

  /** What an operation came to, the first time; asks only for what it has not come to yet. */
  *#replyTo(operation: Operation): Generator<Operation, Reply, unknown> {
    let reply = this.#log[this.#next];
    if (reply === undefined) {
      try {
        reply = { value: yield operation };
      } catch (error) {
        reply = { error };
      }
      this.#log.push(reply);
    }
    this.#next++;
    return reply;
  }
}
