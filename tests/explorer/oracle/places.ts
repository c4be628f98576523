/**
 * Steps as places: where they stand after which answers.
 *
 * - What steps ask next is a function of the answers that they got. A place is reached by one sequence of them, and is found
 *   by running the steps from their start; it is remembered, so that each is run once.
 * - Steps that tasks share nothing with are made anew each time: nothing but answers passes from one run to the next.
 *
 * @module
 */

import { INLINE, type Operation, type Steps, throwInto } from "../../../lib/memory/mod.ts";
import { textOf } from "./texts.ts";

/** What steps are told: the value that an operation gives, or the error that is thrown where they asked. */
export type Reply = { readonly value: unknown } | { readonly error: unknown };

/** Makes steps that have not begun. */
export type Make = () => Steps<unknown>;

let places = 0;

/** See the module. */
export class Place {
  /** Which place it is, of all. */
  readonly id: number = ++places;
  /** What is asked for; undefined at the end. */
  readonly asks: Operation | undefined;
  /** What came out, at the end. */
  readonly end: Reply | undefined;
  /** The first place of the call that is asked for: filled in by who performs calls. */
  body: Place | undefined;
  readonly #make: Make;
  readonly #replies: readonly Reply[];
  readonly #next = new Map<unknown, Place>();
  // The steps, as long as they stand here.
  #running: Running | undefined;

  /** Where the steps stand after these replies: `running` is given where it stands before the last of them. */
  constructor(make: Make, replies: readonly Reply[], running?: Running) {
    this.#make = make;
    this.#replies = replies;
    this.#running = running ?? new Running(make());
    for (const reply of running === undefined ? replies : replies.slice(-1)) this.#running.resume(reply);
    const { asks, end } = this.#running;
    this.asks = asks && detached(asks);
    this.end = end;
  }

  /** Where they stand after one more reply. */
  after(reply: Reply): Place {
    const key = keyOf(reply);
    let next = this.#next.get(key);
    if (next === undefined) {
      next = new Place(this.#make, [...this.#replies, reply], this.#running);
      this.#running = undefined;
      this.#next.set(key, next);
    }
    return next;
  }
}

/** Steps on their way. */
class Running {
  asks: Operation | undefined;
  end: Reply | undefined;
  readonly #steps: Iterator<Operation, unknown, unknown>;

  constructor(steps: Steps<unknown>) {
    this.#steps = steps[Symbol.iterator]();
    this.#go(() => this.#steps.next());
  }

  resume(reply: Reply): void {
    const { asks } = this;
    this.#go(() => {
      if ("error" in reply) return throwInto(this.#steps, reply.error);
      const { value } = reply;
      // A call is answered with what it gave, as by the owner of a memory elsewhere.
      if (asks?.kind === "call") return this.#steps.next({ value: kept(value) });
      if (asks?.kind !== "read" || asks.into === undefined || !(value instanceof Uint8Array)) {
        return this.#steps.next(kept(value));
      }
      asks.into.set(value);
      return this.#steps.next(asks.into.subarray(0, value.length));
    });
  }

  #go(go: () => IteratorResult<Operation, unknown>): void {
    this.asks = undefined;
    try {
      const { done, value } = go();
      if (done) this.end = { value: kept(value) };
      else this.asks = value;
    } catch (error) {
      this.end = { error };
    }
  }
}

/** What is equal exactly where two replies are. */
function keyOf(reply: Reply): unknown {
  if ("error" in reply) return textOf(reply);
  const { value } = reply;
  // No answer of a word is a text, but for those of a wait, which answers no bytes.
  if (value instanceof Uint8Array) return String.fromCharCode(...value);
  return typeof value === "object" || Object.is(value, -0) ? textOf(reply) : value;
}

/** Steps whose calls go on at once with what they do: the places of a call's own operations. */
export function* opened(steps: Steps<unknown>): Steps<unknown> {
  const iterator = steps[Symbol.iterator]();
  let step = iterator.next();
  while (!step.done) {
    if (step.value.kind === "call") step = iterator.next(INLINE);
    else {
      let answer: unknown;
      try {
        answer = yield step.value;
      } catch (error) {
        step = throwInto(iterator, error);
        continue;
      }
      step = iterator.next(answer);
    }
  }
  return step.value;
}

/** An operation that shares no bytes with the steps, which use theirs again. */
function detached(operation: Operation): Operation {
  if (operation.kind === "write") return { ...operation, bytes: operation.bytes.slice() };
  if (operation.kind === "read") return { kind: "read", offset: operation.offset, length: operation.length };
  return operation;
}

/** A value whose bytes are its own. */
function kept(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice();
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, kept(part)]));
}
