/**
 * Makes calls of a mapping's inputs, while the reader waits for earlier values.
 *
 * - Inputs that the source yields at once are submitted at once, as far as `buffer` and the pool have room. If the
 *   source or the pool takes time, submitting continues by itself, so that a slow source holds no value back.
 * - Invariant: at most one call of the source's `next` is in progress.
 * - An error of the source, or an abort, is reported after the values before it.
 */

import { roundTrip } from "../codec/mod.ts";
import { CancelledError, errorDataFrom, guestFault } from "../errors.ts";
import { type Call, type CallOptions, type CallOutcome, failureOf } from "./call.ts";
import { checkCallbacks, wholeNumber } from "./checks.ts";
import type { RunOptions } from "./pool_options.ts";

/** How many calls may be ahead of the reader. */
const BUFFER = 1024;

/** What a mapping needs from its pool. */
export interface MappingPool {
  /** The mode of its guests. */
  readonly mode: string;
  /** Whether no more calls may wait at the moment. */
  readonly isFull: boolean;
  /** Resolves when there is room for another waiting call. */
  room(): Promise<void>;
  /** Submits a call of the function. */
  submit(subject: { readonly argument: unknown; readonly chunk?: boolean; readonly options: CallOptions }): Call;
}

/** Options of a mapping. */
export interface MapOptions<A, R> extends Pick<RunOptions, "retryIf"> {
  /** How many inputs a call processes; 1 by default. */
  readonly chunkSize?: number | undefined;
  /** How many calls may be ahead of the reader; 1024 by default. */
  readonly buffer?: number | undefined;
  /** When it aborts, the loop ends with a `CancelledError`, and waiting and running calls are canceled. */
  readonly signal?: AbortSignal | undefined;
  /** How long a call may run, in seconds; unlimited by default. */
  readonly timeout?: number | undefined;
  /** How many times an input is retried after a failure; 0 by default. */
  readonly retries?: number | undefined;
  /** Returns a value for an input that failed; without it, or if it throws, the loop ends with the error. */
  readonly onError?: ((error: Error, input: A, index: number) => R) | undefined;
}

/** What is mapped, and how. */
export interface Work<A, R> {
  /** The source of the inputs. */
  readonly inputs: Iterable<A> | AsyncIterable<A>;
  /** The options. */
  readonly options: MapOptions<A, R>;
}

/** Inputs processed by one call. */
export interface Chunk<A> {
  /** The index of its first input, from 0. */
  readonly first: number;
  /** The inputs. */
  readonly inputs: readonly A[];
  /** The call. */
  readonly call: Call;
}

/** The reader of a mapping's values. */
export interface Reader<A> {
  /** How many chunks are ahead of it. */
  readonly ahead: () => number;
  /** Receives another chunk. */
  readonly submitted: (chunk: Chunk<A>) => void;
}

/** Makes calls of a mapping's inputs. */
export class Submitter<A, R> {
  readonly #buffer: number;
  readonly #pool: MappingPool;
  readonly #options: MapOptions<A, R>;
  readonly #chunkSize: number;
  readonly #inputs: Iterable<A> | AsyncIterable<A>;
  #source: Iterator<A> | AsyncIterator<A> | undefined;
  #reader: Reader<A> | undefined;
  #first = 0;
  /** Whether the source has no more inputs. */
  #ended = false;
  /** Whether the reader has left the loop. */
  #closed = false;
  #error: { readonly thrown: unknown } | undefined;
  /** Whether it continues by itself, because the source or the pool takes time. */
  #filling = false;
  /** Whether it is waiting for the source. */
  #taking = false;
  /** Whether anything has changed since the reader last checked, and how to wake it. */
  #isNews = false;
  #wake = () => {};
  readonly #onAbort = () => {
    const cause = this.#options.signal?.reason;
    this.#fail(new CancelledError("Cannot go on: the signal of the loop aborted", { cause }));
  };

  /** Takes a pool and what is to be mapped. */
  constructor(pool: MappingPool, { inputs, options }: Work<A, R>) {
    const { chunkSize = 1, buffer = BUFFER, onError } = options;
    checkCallbacks("map", { onError });
    this.#chunkSize = wholeNumber("map", { name: "chunkSize", value: chunkSize, least: 1 });
    this.#buffer = wholeNumber("map", { name: "buffer", value: buffer, least: 1 });
    this.#pool = pool;
    this.#options = options;
    this.#inputs = inputs;
  }

  /** Begins, when the loop begins. */
  open(reader: Reader<A>): void {
    const inputs = this.#inputs;
    this.#reader = reader;
    this.#source = Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
    const { signal } = this.#options;
    if (signal?.aborted === true) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort);
  }

  /** Submits as much as there is room for; what takes time follows later. */
  fill(): void {
    if (!this.#filling && this.#wantsMore) void this.#fill();
  }

  /** Whether nothing more will come; throws if an error is the reason. */
  isOver(): boolean {
    if (this.#error !== undefined) throw this.#error.thrown;
    return this.#ended && !this.#filling;
  }

  /** Tells the reader that something has changed. */
  changed(): void {
    this.#isNews = true;
    this.#wake();
  }

  /** Resolves when something has changed. */
  async change(): Promise<void> {
    if (!this.#isNews) await new Promise<void>((resolve) => void (this.#wake = resolve));
    this.#isNews = false;
  }

  /** Whether further inputs are no longer wanted. */
  get #isOff(): boolean {
    return this.#closed || this.#error !== undefined;
  }

  get #wantsMore(): boolean {
    return !this.#ended && !this.#isOff && this.#reader !== undefined && this.#reader.ahead() < this.#buffer;
  }

  async #fill(): Promise<void> {
    const { signal, timeout, retries, retryIf } = this.#options;
    const options = { signal, timeout, retries, retryIf };
    const chunk = this.#chunkSize > 1;
    this.#filling = true;
    try {
      while (this.#wantsMore) {
        const taken = this.#take([]);
        const inputs = taken instanceof Promise ? await taken : taken;
        while (this.#pool.isFull && !this.#isOff) await this.#pool.room();
        if (inputs.length === 0 || this.#isOff) break;
        const call = this.#pool.submit({ argument: chunk ? inputs : inputs[0], chunk, options });
        call.isFetched = true;
        this.#reader?.submitted({ first: this.#first, inputs, call });
        this.#first += inputs.length;
        this.changed();
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#filling = false;
    this.changed();
  }

  /** Takes inputs for one chunk, synchronously as far as the source yields them so. */
  #take(inputs: A[]): A[] | Promise<A[]> {
    while (!this.#ended && inputs.length < this.#chunkSize) {
      // If `next` throws, the source has ended.
      this.#ended = true;
      const step = this.#source?.next() ?? { done: true, value: undefined };
      if (!("done" in step)) return this.#takeLater(step, inputs);
      this.#put(step, inputs);
    }
    return inputs;
  }

  async #takeLater(step: PromiseLike<IteratorResult<A>> | IteratorResult<A>, inputs: A[]): Promise<A[]> {
    this.#taking = true;
    try {
      this.#put(await step, inputs);
    } finally {
      this.#taking = false;
    }
    return await this.#take(inputs);
  }

  #put({ done, value }: IteratorResult<A>, inputs: A[]): void {
    this.#ended = done === true;
    if (!this.#ended) inputs.push(this.#chunkSize === 1 ? value : copyOf(value));
  }

  #fail(thrown: unknown): void {
    this.#error ??= { thrown };
    this.changed();
  }

  /** The value for an input of a settled chunk. */
  async valueOf({ first, call }: Chunk<A>, { at, input }: { readonly at: number; readonly input: A }): Promise<R> {
    const { outcome } = call;
    if (outcome === undefined) throw new TypeError("Cannot give a value: the call is not settled");
    if ("error" in outcome) return this.#failed(outcome.error, input, first + at);
    if (this.#chunkSize === 1) return outcome.value as R;
    const answer = this.#answerIn(outcome.value, at, call);
    return "value" in answer ? answer.value as R : await this.#again(answer.error, input, first + at);
  }

  /** The answer for one input in the answers of its chunk, which come from a guest and must be validated. */
  #answerIn(
    answers: unknown,
    at: number,
    { guest = "" }: Call,
  ): { readonly value: unknown } | { readonly error: Error } {
    const { mode } = this.#pool;
    const answer: unknown = Array.isArray(answers) ? answers[at] : undefined;
    const isObject = typeof answer === "object" && answer !== null;
    if (isObject && "value" in answer) return { value: answer.value };
    try {
      const data = errorDataFrom(isObject && "error" in answer ? answer.error : undefined);
      return { error: failureOf(data, { guest, mode }) };
    } catch (cause) {
      const what = `it gave no answer to input ${at} of a chunk, one to each is wanted`;
      return { error: guestFault({ name: guest, mode }, what, { cause }) };
    }
  }

  /** Cancels the remaining calls and closes the source. */
  async close(left: Iterable<Chunk<A>>): Promise<void> {
    for (const { call } of left) {
      if (call.state === "waiting") call.giveUp(new CancelledError("Cannot go on: the reader has left the loop"));
    }
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#closed = true;
    if (this.#ended && !this.#taking) return;
    const closed = this.#source?.return?.();
    // A generator that is still producing an item receives this afterward, which may be never.
    if (!this.#taking) await closed;
    else if (closed instanceof Promise) closed.catch(() => {});
  }

  async #again(error: Error, input: A, index: number): Promise<R> {
    const { signal, timeout, retries = 0, retryIf } = this.#options;
    if (retries === 0 || retryIf?.(error) === false) return this.#failed(error, input, index);
    const options = { signal, timeout, retries: retries - 1, retryIf };
    while (this.#pool.isFull) await this.#pool.room();
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

/**
 * A copy of an input, because its source may change it before the chunk is full. One that cannot be cloned fails later.
 */
function copyOf<A>(input: A): A {
  if (typeof input !== "object") return input;
  try {
    return roundTrip(input) as A;
  } catch {
    return input;
  }
}
