/**
 * Waiting in several wait queues at once, for a single grant.
 *
 * - One lane stands in every queue, and its word here says whether it is decided. Whoever is about to grant it decides
 *   it first, by a compare-exchange, and dismisses it from the queue if that fails. Invariant: at most one queue grants
 *   one wait.
 * - A waiter that gives up leaves the queues one by one, inside each monitor; a grant that came from one before that is
 *   kept.
 */

import { NotRecoverableError } from "../errors.ts";
import { compareExchange, load, type Steps, store, wait } from "../memory/mod.ts";
import type { Bind, Binding } from "./binding.ts";
import { cancelled, cancelledWait, type CancelToken, listen, listening } from "./cancel_token.ts";
import type { Shareable } from "./space.ts";
import type { ParkOptions, WaitQueue } from "./wait_queue.ts";

/** One word per lane of a space, shared by all that wait in several queues and part of each. */
export const decisions: Shareable<Decisions> = {
  kind: "decisions",
  reserve(space, name) {
    const place = { decided: space.words(`${name}.decided`, space.lanes), listening: space.part("lanes", listening) };
    return (binding) => new Decisions(binding, place);
  },
};

/** What was granted, and by which queue. */
export interface ManyGrant {
  /** The index of the queue. */
  readonly index: number;
  /** The answer. */
  readonly answer: number;
}

/** When a wait in several queues ends without a grant, and the lane, which the caller has taken and opened. */
export interface ManyOptions extends ParkOptions {
  /** The lane. */
  readonly lane: number;
}

/** Waiting in several wait queues at once, for a single grant. */
export class Decisions {
  /** None: its words are for the queues alone. */
  readonly calls: readonly string[] = [];
  readonly #binding: Binding;
  readonly #first: number;
  readonly #listening: number;

  /** Made by {@linkcode decisions}. */
  constructor(
    binding: Binding,
    { decided, listening }: { readonly decided: number; readonly listening: Bind<{ readonly first: number }> },
  ) {
    this.#binding = binding;
    this.#first = decided;
    this.#listening = listening(binding).first;
  }

  /** Decides a lane; `false` if it is already decided. */
  *decide(lane: number): Steps<boolean> {
    const word = this.#first + lane;
    // Happens-before: what was done for the lane precedes its next reading of its answer.
    return (yield* compareExchange(word, { expected: 0, replacement: 1 })) === 0;
  }

  /** Whether a lane is decided. */
  *decided(lane: number): Steps<boolean> {
    return (yield* load(this.#first + lane)) !== 0;
  }

  /** Prepares a lane to wait in several queues, before it joins the first. */
  *open(lane: number, cancel: CancelToken | undefined): Steps<void> {
    yield* store(this.#binding.wakeWord(lane), 0);
    yield* store(this.#first + lane, 0);
    if (cancel !== undefined) yield* listen(this.#listening + lane, cancel);
  }

  /**
   * Outside all queues, queued in each: waits for the single grant. Returns `undefined` if the deadline came first.
   * Afterward it is queued nowhere. A grant that came before an error or a cancellation is kept.
   *
   * @throws {CancelledError} if the token is canceled first.
   * @throws {NotRecoverableError} if a task died inside one of the monitors.
   */
  *wait(queues: readonly WaitQueue[], options: ManyOptions): Steps<ManyGrant | undefined> {
    const { lane, cancel } = options;
    let grant: ManyGrant | undefined;
    let failure: { readonly error: unknown } | undefined;
    try {
      grant = yield* this.#sleep(queues, options);
    } catch (error) {
      failure = { error };
    } finally {
      if (cancel !== undefined) yield* listen(this.#listening + lane, undefined);
    }
    for (const [index, queue] of queues.entries()) {
      try {
        // Inside the monitor, an answer is either there or will never come.
        const answer = yield* this.#leave(queue, lane);
        if (answer !== 0) grant ??= { index, answer };
      } catch (error) {
        failure ??= { error };
      }
    }
    if (grant !== undefined) return grant;
    if (failure !== undefined) throw failure.error;
    return undefined;
  }

  /** Leaves a queue, even if interrupted while entering its monitor. */
  *#leave(queue: WaitQueue, lane: number): Steps<number> {
    try {
      return yield* queue.giveUp(lane, false);
    } catch (error) {
      if (error instanceof NotRecoverableError) throw error;
      const answer = yield* queue.giveUp(lane, false);
      if (answer === 0) throw error;
      return answer;
    }
  }

  /** Sleeps until a queue has an answer, or until the deadline. */
  *#sleep(
    queues: readonly WaitQueue[],
    { lane, deadline, cancel }: ManyOptions,
  ): Steps<ManyGrant | undefined> {
    const wake = this.#binding.wakeWord(lane);
    for (;;) {
      for (const [index, queue] of queues.entries()) {
        const answer = yield* queue.takeAnswer(lane);
        if (answer !== 0) return { index, answer };
      }
      if (cancel !== undefined && (yield* cancelled(cancel))) {
        throw cancelledWait("a select");
      }
      const result = yield* wait(wake, 0, { deadline });
      if (result === "timed-out") return undefined;
      // Whoever wakes this lane has stored its answer first, so resetting the word here loses nothing: the loop looks
      // again.
      yield* store(wake, 0);
    }
  }
}
