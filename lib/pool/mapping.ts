/**
 * A function on many inputs: in their order, or as they are done.
 *
 * - Inputs are taken as room is there, so an endless source is fine; at most `buffer` calls are ahead of the reader.
 * - A chunk of inputs is one call: it runs on one guest, and is run again as a whole when that dies. Each input fails on its
 *   own, and is then retried on its own.
 * - Who leaves the loop, or gets a failure, cancels what waits; the source is closed.
 *
 * @example
 * ```ts
 * import { Pool } from "./pool.ts";
 *
 * const module = "data:text/javascript,export const half = (n) => { if (n & 1) throw new RangeError('odd'); return n / 2 }";
 * await using pool = await Pool.open({ mode: "direct", module, workers: 2 });
 * const halves = await Array.fromAsync(pool.map("half", [2, 3, 4], { chunkSize: 2, onError: () => -1 }));
 * if (halves.join() !== "1,-1,2") throw new Error("each input on its own");
 * ```
 *
 * @module
 */

import { CancelledError, type ErrorData, farError, GuestError, type ModeName, revivedError } from "../errors.ts";
import type { Call, CallOutcome, CallSubject } from "./call.ts";
import { wholeNumber } from "./checks.ts";

/** How many calls are ahead of the reader. */
const BUFFER = 1024;

/** How inputs are mapped. */
export interface MapOptions<A, R> {
  /** How many inputs a call takes; 1 by default. */
  readonly chunkSize?: number | undefined;
  /** How many calls may be ahead of the reader; 1024 by default. */
  readonly buffer?: number | undefined;
  /** Ends the loop with a `CancelledError` when it aborts: what waits and what runs is cancelled. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds that a call may run. */
  readonly timeout?: number | undefined;
  /** How often an input is tried again after a failure; 0 by default. */
  readonly retries?: number | undefined;
  /** After which failures; after any by default. */
  readonly retryIf?: ((error: Error) => boolean) | undefined;
  /** Gives a value for an input that failed; without it, or where it throws, the loop ends with the failure. */
  readonly onError?: ((error: Error, input: A, index: number) => R) | undefined;
}

/** A value, and where its input stood. */
export interface Mapped<R> {
  /** The place of the input, from 0 on. */
  readonly index: number;
  /** The value. */
  readonly value: R;
}

/** What a mapping needs of its pool. */
export interface MappingPool {
  /** Where its guests run. */
  readonly mode: ModeName;
  /** Resolves when one more call may wait. */
  room(): Promise<void>;
  /** Submits a call of the function. */
  submit(subject: Omit<CallSubject, "onSettled">): Call;
}

interface Work<A, R> {
  readonly inputs: Iterable<A> | AsyncIterable<A>;
  readonly options: MapOptions<A, R>;
}

/** Some inputs in a call. */
interface Chunk<A> {
  readonly first: number;
  readonly inputs: readonly A[];
  readonly call: Call;
}

type Answer = { readonly value: unknown } | { readonly error: ErrorData };

/** The values in the order of the inputs. */
export async function* mapped<A, R>(pool: MappingPool, work: Work<A, R>): AsyncGenerator<R, void> {
  const feed = new Feed(pool, work);
  const ahead: Chunk<A>[] = [];
  try {
    for (;;) {
      while (ahead.length < feed.buffer) {
        const chunk = await feed.next();
        if (chunk === undefined) break;
        ahead.push(chunk);
      }
      const chunk = ahead.shift();
      if (chunk === undefined) return;
      if (chunk.call.outcome === undefined) {
        await new Promise<void>((resolve) => chunk.call.whenSettled(() => resolve()));
      }
      for (const [at, input] of chunk.inputs.entries()) yield await feed.valueOf(chunk, { at, input });
    }
  } finally {
    await feed.close(ahead);
  }
}

/** The values as they are done. */
export async function* mappedUnordered<A, R>(
  pool: MappingPool,
  work: Work<A, R>,
): AsyncGenerator<Mapped<R>, void> {
  const feed = new Feed(pool, work);
  const under = new Set<Chunk<A>>();
  const done: Chunk<A>[] = [];
  let wake = () => {};
  try {
    for (;;) {
      while (under.size + done.length < feed.buffer) {
        const chunk = await feed.next();
        if (chunk === undefined) break;
        under.add(chunk);
        chunk.call.whenSettled(() => {
          under.delete(chunk);
          done.push(chunk);
          wake();
        });
      }
      if (done.length === 0) {
        if (under.size === 0) return;
        await new Promise<void>((resolve) => void (wake = resolve));
      }
      for (const chunk of done.splice(0)) {
        for (const [at, input] of chunk.inputs.entries()) {
          yield { index: chunk.first + at, value: await feed.valueOf(chunk, { at, input }) };
        }
      }
    }
  } finally {
    await feed.close(under);
  }
}

/** Takes inputs and makes calls of them. */
class Feed<A, R> {
  readonly buffer: number;
  readonly #pool: MappingPool;
  readonly #options: MapOptions<A, R>;
  readonly #chunkSize: number;
  readonly #source: Iterator<A> | AsyncIterator<A>;
  #taken = 0;
  #over = false;

  constructor(pool: MappingPool, { inputs, options }: Work<A, R>) {
    const { chunkSize = 1, buffer = BUFFER } = options;
    this.#chunkSize = wholeNumber("map", { name: "chunkSize", value: chunkSize, least: 1 });
    this.buffer = wholeNumber("map", { name: "buffer", value: buffer, least: 1 });
    this.#pool = pool;
    this.#options = options;
    this.#source = Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
  }

  /** The next chunk, submitted; undefined where there is none. */
  async next(): Promise<Chunk<A> | undefined> {
    const inputs: A[] = [];
    while (!this.#over && inputs.length < this.#chunkSize) {
      const step = this.#source.next();
      const { done, value } = step instanceof Promise ? await step : step;
      if (done === true) this.#over = true;
      else inputs.push(value);
    }
    if (inputs.length === 0) return undefined;
    await this.#pool.room();
    const first = this.#taken;
    this.#taken += inputs.length;
    const { signal, timeout, retries, retryIf } = this.#options;
    const chunk = this.#chunkSize > 1;
    const options = { signal, timeout, retries, retryIf };
    const call = this.#pool.submit({ argument: chunk ? inputs : inputs[0], chunk, options });
    call.isFetched = true;
    return { first, inputs, call };
  }

  /** The value of an input of a chunk that is settled. */
  async valueOf({ first, call }: Chunk<A>, { at, input }: { readonly at: number; readonly input: A }): Promise<R> {
    const { outcome } = call;
    if (outcome === undefined) throw new TypeError("Cannot give a value: the call is not settled");
    if ("error" in outcome) return this.#failed(outcome.error, input, first + at);
    if (this.#chunkSize === 1) return outcome.value as R;
    const answer = (outcome.value as readonly Answer[])[at];
    if (answer === undefined) throw new TypeError("Cannot give a value: the chunk has fewer answers than inputs");
    if ("value" in answer) return answer.value as R;
    const cause = revivedError(answer.error);
    const { mode } = this.#pool;
    const guest = call.guest ?? "";
    const error = new GuestError({ guest, mode, phase: "run", far: farError(cause), cause });
    return await this.#again(error, input, first + at);
  }

  /** Cancels what waits and closes the source. */
  async close(left: Iterable<Chunk<A>>): Promise<void> {
    for (const { call } of left) {
      if (call.state === "waiting") call.giveUp(new CancelledError("Cannot go on: who asked has left the loop"));
    }
    if (!this.#over) await this.#source.return?.();
  }

  async #again(error: Error, input: A, index: number): Promise<R> {
    const { signal, timeout, retries = 0, retryIf } = this.#options;
    if (retries === 0 || retryIf?.(error) === false) return this.#failed(error, input, index);
    const options = { signal, timeout, retries: retries - 1, retryIf };
    const again = this.#pool.submit({ argument: input, options });
    again.isFetched = true;
    const outcome = await new Promise<CallOutcome>((resolve) => again.whenSettled(resolve));
    return "value" in outcome ? outcome.value as R : this.#failed(outcome.error, input, index);
  }

  #failed(error: Error, input: A, index: number): R {
    const { onError } = this.#options;
    if (onError === undefined) throw error;
    return onError(error, input, index);
  }
}
