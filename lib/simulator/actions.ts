/**
 * What leaves do at an instant, as flat arrays: the handlers, and what each of them sees.
 */

import {
  type EventStatus,
  type LeafContext,
  mostSevere,
  type Now,
  type Ports,
  statusOf,
  succeeded,
  type Values,
} from "../diagram/mod.ts";
import { errorText, EventFailedError } from "../errors.ts";
import type { Soon } from "./waits.ts";

/** A handler of an update or a publish. It sees more than the type of a publish handler says. */
export type Handler = (now: never) => EventStatus | void;

/** Something that a leaf does; the actions of one leaf are in declared order. */
export interface Action {
  readonly part: LeafContext;
  readonly run: Handler;
}

/** The most severe status of several events, and the path of the part that it came from. */
export interface Outcome {
  readonly status: EventStatus;
  readonly by: string;
}

/** The outcome of no events. */
export const NOTHING: Outcome = { status: succeeded(), by: "" };

/** The more severe of two outcomes; the first if they are equally severe. */
export function worse(one: Outcome, other: Outcome): Outcome {
  return mostSevere(one.status, other.status) === one.status ? one : other;
}

/** Several actions that run one after another. */
export class Actions {
  readonly #parts: readonly LeafContext[];
  readonly #handlers: readonly ((now: Now<Ports, Ports>) => EventStatus | void)[];
  readonly #nows: readonly Now<Ports, Ports>[];
  readonly #values: Values;
  /** Whether any of the handlers may return a promise. */
  readonly #mayWait: boolean;
  #did = 0;

  constructor(actions: readonly Action[], values: Values) {
    this.#parts = actions.map(({ part }) => part);
    this.#handlers = actions.map(({ run }) => run as never);
    this.#nows = actions.map(({ part }) => part.now);
    this.#values = values;
    this.#mayWait = actions.some(({ part }) => part.system.behavior.async);
  }

  get length(): number {
    return this.#parts.length;
  }

  /** How many of them did something in the last run. */
  get did(): number {
    return this.#did;
  }

  /**
   * Runs all of them, and returns the most severe status with the path of its part; as a promise if handlers may return
   * promises.
   *
   * @throws {TypeError} if a handler that is not async returns a promise, or, with contracts checked, changes in place
   * a value that it was given.
   */
  run(): Soon<Outcome> {
    if (this.#mayWait) return this.#runAwaiting();
    const [handlers, nows] = [this.#handlers, this.#nows];
    let outcome = NOTHING;
    let idle = 0;
    for (let index = 0; index < handlers.length; index++) {
      const before = this.#values.lent;
      const returned = (handlers[index] as typeof handlers[number])(nows[index] as Now<Ports, Ports>);
      if (this.#values.lent > before) this.#values.takeBack(before, () => `an event of ${this.#path(index)}`);
      if (returned === undefined) continue;
      const status = statusOf(returned, this.#path(index));
      if (status.severity === "did-nothing") idle++;
      outcome = worse(outcome, { status, by: this.#path(index) });
    }
    this.#did = handlers.length - idle;
    return outcome;
  }

  async #runAwaiting(): Promise<Outcome> {
    let outcome = NOTHING;
    let idle = 0;
    for (const [index, handler] of this.#handlers.entries()) {
      const before = this.#values.lent;
      const returned = handler(this.#nows[index] as Now<Ports, Ports>);
      const isAsync = this.#parts[index]?.system.behavior.async === true;
      const came = isAsync ? await this.#awaited(returned, index) : returned;
      if (this.#values.lent > before) this.#values.takeBack(before, () => `an event of ${this.#path(index)}`);
      const status = statusOf(came, this.#path(index));
      if (status.severity === "did-nothing") idle++;
      outcome = worse(outcome, { status, by: this.#path(index) });
    }
    this.#did = this.#handlers.length - idle;
    return outcome;
  }

  async #awaited(returned: EventStatus | void, index: number): Promise<EventStatus | void> {
    const { t } = this.#values;
    try {
      return await returned;
    } catch (cause) {
      throw new EventFailedError(this.#path(index), t, errorText(cause), { cause });
    }
  }

  #path(index: number): string {
    return this.#parts[index]?.path ?? "";
  }
}
