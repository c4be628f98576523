/**
 * Takes the inputs of a mapping and makes calls of them, while who reads the values waits for those before.
 *
 * - What the source gives at once is submitted at once, as far as `buffer` and the pool have room. Where one of them takes
 *   its time, the feed goes on by itself, so that a slow source keeps no value back.
 * - Invariant: of one feed, at most one call of the source's `next` is under way.
 * - A source that failed, or a signal that aborted, is told after the values before it.
 */

import { crossed } from "../codec/mod.ts";
import { CancelledError, errorDataFrom, guestFault } from "../errors.ts";
import { type Call, type CallOptions, type CallOutcome, failureOf } from "./call.ts";
import { checkCallbacks, wholeNumber } from "./checks.ts";
import type { RunOptions } from "./pool_options.ts";

/** How many calls are ahead of the reader. */
const BUFFER = 1024;

/** What a mapping needs of its pool. */
export interface MappingPool {
  /** Where its guests run. */
  readonly mode: string;
  /** Whether no more calls may wait for the moment. */
  readonly isFull: boolean;
  /** Resolves when one more call may wait. */
  room(): Promise<void>;
  /** Submits a call of the function. */
  submit(subject: { readonly argument: unknown; readonly chunk?: boolean; readonly options: CallOptions }): Call;
}

/** How inputs are mapped. */
export interface MapOptions<A, R> extends Pick<RunOptions, "retryIf"> {
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
  /** Gives a value for an input that failed; without it, or where it throws, the loop ends with the failure. */
  readonly onError?: ((error: Error, input: A, index: number) => R) | undefined;
}

/** What is mapped. */
export interface Work<A, R> {
  /** The source. */
  readonly inputs: Iterable<A> | AsyncIterable<A>;
  /** How. */
  readonly options: MapOptions<A, R>;
}

/** Some inputs in a call. */
export interface Chunk<A> {
  /** The place of its first input, from 0 on. */
  readonly first: number;
  /** The inputs. */
  readonly inputs: readonly A[];
  /** The call. */
  readonly call: Call;
}

/** Who reads what a feed makes. */
export interface Reader<A> {
  /** How many chunks are ahead of it. */
  readonly ahead: () => number;
  /** Takes one more. */
  readonly submitted: (chunk: Chunk<A>) => void;
}

export class Feed<A, R> {
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
  /** Whether it goes on by itself: the source or the pool takes its time. */
  #filling = false;
  /** Whether that is the source. */
  #taking = false;
  /** Whether something has changed since the reader looked, and how to wake it. */
  #isNews = false;
  #wake = () => {};
  readonly #onAbort = () => {
    const cause = this.#options.signal?.reason;
    this.#fail(new CancelledError("Cannot go on: the signal of the loop aborted", { cause }));
  };

  /** Takes a pool and what is mapped. */
  constructor(pool: MappingPool, { inputs, options }: Work<A, R>) {
    const { chunkSize = 1, buffer = BUFFER, onError } = options;
    checkCallbacks("map", { onError });
    this.#chunkSize = wholeNumber("map", { name: "chunkSize", value: chunkSize, least: 1 });
    this.#buffer = wholeNumber("map", { name: "buffer", value: buffer, least: 1 });
    this.#pool = pool;
    this.#options = options;
    this.#inputs = inputs;
  }

  /** Begins, when the loop does. */
  open(reader: Reader<A>): void {
    const inputs = this.#inputs;
    this.#reader = reader;
    this.#source = Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
    const { signal } = this.#options;
    if (signal?.aborted === true) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort);
  }

  /** Submits what there is room for; what takes its time comes later. */
  fill(): void {
    if (!this.#filling && this.#wantsMore) void this.#fill();
  }

  /** Whether nothing more comes; throws where a failure is why. */
  isOver(): boolean {
    if (this.#error !== undefined) throw this.#error.thrown;
    return this.#ended && !this.#filling;
  }

  /** Says that there is news for the reader. */
  changed(): void {
    this.#isNews = true;
    this.#wake();
  }

  /** Resolves when there is. */
  async change(): Promise<void> {
    if (!this.#isNews) await new Promise<void>((resolve) => void (this.#wake = resolve));
    this.#isNews = false;
  }

  /** Whether nobody wants what is taken any longer. */
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

  /** Takes inputs for one chunk: at once, as far as the source gives them so. */
  #take(inputs: A[]): A[] | Promise<A[]> {
    while (!this.#ended && inputs.length < this.#chunkSize) {
      // What throws has ended.
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

  /** The value of an input of a chunk that is settled. */
  async valueOf({ first, call }: Chunk<A>, { at, input }: { readonly at: number; readonly input: A }): Promise<R> {
    const { outcome } = call;
    if (outcome === undefined) throw new TypeError("Cannot give a value: the call is not settled");
    if ("error" in outcome) return this.#failed(outcome.error, input, first + at);
    if (this.#chunkSize === 1) return outcome.value as R;
    const answer = this.#answerIn(outcome.value, at, call);
    return "value" in answer ? answer.value as R : await this.#again(answer.error, input, first + at);
  }

  /** The answer to an input among those of its chunk, which are what a guest said. */
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

  /** Cancels what waits and closes the source. */
  async close(left: Iterable<Chunk<A>>): Promise<void> {
    for (const { call } of left) {
      if (call.state === "waiting") call.giveUp(new CancelledError("Cannot go on: who asked has left the loop"));
    }
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#closed = true;
    if (this.#ended && !this.#taking) return;
    const closed = this.#source?.return?.();
    // A generator that is in the middle of giving something hears of it afterwards, which may be never.
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

/** An input as it is at the moment: its source may change it before the chunk is full. What cannot be cloned fails later. */
function copyOf<A>(input: A): A {
  if (typeof input !== "object") return input;
  try {
    return crossed(input) as A;
  } catch {
    return input;
  }
}
