/**
 * The steps of a task with what its guards release: that comes before the next operation of the task's own steps.
 *
 * What a release throws is thrown into the task where it stands; after its end it is what the task failed with.
 *
 * @module
 */

import { type Layout, type Memory, type Operation, type Steps, throwInto } from "../../../lib/memory/mod.ts";

/** Stands in for the memory of a task that is only asked what it would do: collects what guards release. */
export class Released implements Memory {
  readonly layout: Layout;
  #steps: Steps<unknown>[] = [];

  constructor(layout: Layout) {
    this.layout = layout;
  }

  release(steps: Steps<unknown>): void {
    this.#steps.push(steps);
  }

  /** What was released since the last time. */
  take(): readonly Steps<unknown>[] {
    return this.#steps.splice(0);
  }

  perform(): never {
    throw new TypeError("Cannot perform: the task is only asked what it would do");
  }

  ticket(): never {
    throw new TypeError("Cannot draw a ticket: the task is only asked what it would do");
  }
}

type Stand =
  | { readonly kind: "asks"; readonly operation: Operation }
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: unknown };

/** The steps of a task whose guards release into `released`. */
export function* releasing(steps: Steps<unknown>, released: Released): Steps<unknown> {
  const iterator = steps[Symbol.iterator]();
  let stand = goOn(() => iterator.next());
  for (;;) {
    const waiting = [...released.take()];
    for (let release = waiting.shift(); release !== undefined; release = waiting.shift()) {
      try {
        yield* release;
      } catch (error) {
        if (stand.kind === "asks") stand = goOn(() => throwInto(iterator, error));
        else {
          stand = { kind: "threw", error };
          waiting.length = 0;
        }
        waiting.push(...released.take());
      }
    }
    if (stand.kind === "returned") return stand.value;
    if (stand.kind === "threw") throw stand.error;
    try {
      const answer: unknown = yield stand.operation;
      stand = goOn(() => iterator.next(answer));
    } catch (error) {
      stand = goOn(() => throwInto(iterator, error));
    }
  }
}

function goOn(go: () => IteratorResult<Operation, unknown>): Stand {
  try {
    const { done, value } = go();
    return done ? { kind: "returned", value } : { kind: "asks", operation: value };
  } catch (error) {
    return { kind: "threw", error };
  }
}
