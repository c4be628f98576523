/**
 * A cancel token: lives in memory, so that it reaches tasks that block.
 *
 * - `cancel` is for good; every wait that was given the token ends with a `CancelledError`, as does each that begins later
 *   and would have to wait.
 * - Whoever waits says on which lane it listens before it looks whether the token is cancelled, and `cancel` marks the
 *   token before it looks who listens: invariant: no listener sleeps on under a cancelled token.
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
 * if (!runBlocking(memory, token.isCancelled())) throw new Error("cancelled is wanted");
 * ```
 */

import { call, load, notify, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { blocking } from "./faces.ts";
import type { Shareable } from "./space.ts";

/** A cancel token to be. */
export function cancelToken(): Shareable<CancelToken> {
  return {
    kind: "cancelToken",
    reserve(space, name) {
      const place = {
        name,
        cancelled: space.word(`${name}.cancelled`),
        listening: space.words(`${name}.listening`, space.lanes),
        lanes: space.lanes,
      };
      return (binding) => new CancelToken(binding, place);
    },
  };
}

interface Place {
  readonly name: string;
  readonly cancelled: number;
  readonly listening: number;
  readonly lanes: number;
}

const CALLS: readonly (keyof CancelToken)[] = ["cancel", "isCancelled"];

/** See the module. */
export class CancelToken implements SharedThing {
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

  /** Cancels it, for good. */
  cancel(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "cancel", args: [] }, this.#cancel());
  }

  /** Whether it is cancelled. */
  isCancelled(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "isCancelled", args: [] }, this.cancelled());
  }

  /** The blocking face of `cancel`, which never waits for long: for event loops too. */
  cancelSync(): void {
    blocking(this.#binding, this.cancel());
  }

  /** The blocking face of `isCancelled`. */
  isCancelledSync(): boolean {
    return blocking(this.#binding, this.isCancelled());
  }

  /** Whether it is cancelled, for a wait: without a call. */
  *cancelled(): Steps<boolean> {
    return (yield* load(this.#place.cancelled)) !== 0;
  }

  /** Says that a lane waits, or no longer. */
  listen(lane: number, listens: boolean): Steps<void> {
    return store(this.#place.listening + lane, listens ? 1 : 0);
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See `SharedThing`: the dead may have cancelled it and not woken everybody. */
  *died(): Steps<void> {
    if (yield* this.cancelled()) yield* this.#wakeListeners();
  }

  *#cancel(): Steps<void> {
    // Happens before the look at each listener, who looks the other way round.
    yield* store(this.#place.cancelled, 1);
    yield* this.#wakeListeners();
  }

  *#wakeListeners(): Steps<void> {
    const { listening, lanes } = this.#place;
    for (let lane = 0; lane < lanes; lane++) {
      if ((yield* load(listening + lane)) === 0) continue;
      const wake = this.#binding.wakeWord(lane);
      yield* store(wake, 1);
      yield* notify(wake);
    }
  }
}
