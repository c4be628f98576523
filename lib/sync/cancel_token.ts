/**
 * A cancel token: it lives in shared memory, so it can reach tasks that block.
 *
 * - `cancel` is permanent: every wait given the token ends with a `CancelledError`, and so does every later call that
 *   would have to wait.
 * - Before it queues, a waiter records on which lane it listens, then checks whether the token is canceled; `cancel`
 *   marks the token, then checks who listens. Invariant: no listener sleeps on under a canceled token, and nobody is
 *   granted anything under a token that was canceled before.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { cancelToken } from "./cancel_token.ts";
 * import { Space } from "./space.ts";
 *
 * const space = new Space({ token: cancelToken() }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * const { token } = space.bind(memory, { task: 0 });
 * runBlocking(memory, token.cancel());
 * if (!runBlocking(memory, token.isCancelled())) throw new Error("expected it to be canceled");
 * ```
 */

import { CancelledError } from "../errors.ts";
import { call, load, notify, type Steps, store } from "../memory/mod.ts";
import type { Bind, Binding, SharedThing } from "./binding.ts";
import type { Shareable } from "./space.ts";
import type { Viewable } from "./view.ts";

/** Declares a cancel token. */
export function cancelToken(): Shareable<CancelToken> {
  return {
    kind: "cancelToken",
    reserve(space, name) {
      const place = {
        name,
        cancelled: space.word(`${name}.cancelled`),
        listening: space.part("lanes", listening),
        lanes: space.lanes,
      };
      return (binding) => new CancelToken(binding, place);
    },
  };
}

interface Place {
  readonly name: string;
  readonly cancelled: number;
  readonly listening: Bind<{ readonly first: number }>;
  readonly lanes: number;
}

/**
 * For each lane of a space: the word of the token that its wait listens to, or 0. Part of everything that waits or
 * cancels.
 */
export const listening: Shareable<{ readonly calls: readonly string[]; readonly first: number }> = {
  kind: "listening",
  reserve(space, name) {
    const first = space.words(`${name}.listening`, space.lanes);
    return () => ({ calls: [], first });
  },
};

/** Records which token a lane listens to, by the lane's word; no token once it has stopped waiting. */
export function listen(word: number, token: CancelToken | undefined): Steps<void> {
  return store(word, token === undefined ? 0 : CancelToken.wordOf(token));
}

/** Whether a token is canceled, read without a call operation. */
export function* cancelled(token: CancelToken): Steps<boolean> {
  return (yield* load(CancelToken.wordOf(token))) !== 0;
}

/** The error that ends a canceled wait. */
export function cancelledWait(name: string): CancelledError {
  return new CancelledError(`Cannot go on waiting for ${name}: it is cancelled, a live token is wanted`);
}

const CALLS: readonly (keyof CancelToken & string)[] = ["cancel", "isCancelled"];

/** A cancel token: it lives in shared memory, so it can reach tasks that block. */
export class CancelToken implements SharedThing, Viewable {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #place: Place;

  /** Made by {@linkcode cancelToken}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.name;
    this.#binding = binding;
    this.#place = place;
  }

  /** Cancels it permanently. */
  cancel(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "cancel", args: [] }, this.#cancel());
  }

  /** Whether it is canceled. */
  isCancelled(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "isCancelled", args: [] }, cancelled(this));
  }

  /** A token's word, which is not 0 once it is canceled. */
  static wordOf(token: CancelToken): number {
    return token.#place.cancelled;
  }

  /** See {@linkcode Viewable}. */
  get isHoldfastViewable(): true {
    return true;
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See `SharedThing`: the dead task may have canceled it without waking everybody. */
  *died(): Steps<void> {
    if (yield* cancelled(this)) yield* this.#wakeListeners();
  }

  *#cancel(): Steps<void> {
    // Happens before reading the listeners; a listener writes and reads in the opposite order.
    yield* store(this.#place.cancelled, 1);
    yield* this.#wakeListeners();
  }

  *#wakeListeners(): Steps<void> {
    const { cancelled, listening, lanes } = this.#place;
    const { first } = listening(this.#binding);
    for (let lane = 0; lane < lanes; lane++) {
      if ((yield* load(first + lane)) !== cancelled) continue;
      const wake = this.#binding.wakeWord(lane);
      yield* store(wake, 1);
      yield* notify(wake);
    }
  }
}
