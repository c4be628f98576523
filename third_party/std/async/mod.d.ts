/**
 * Types of the asynchronous functions that the JavaScript beside this file re-exports. Times are in milliseconds.
 *
 * @module
 */

/** Options of {@linkcode delay}. */
export interface DelayOptions {
  /** Rejects the delay with its reason. */
  signal?: AbortSignal;
  /** Whether the delay keeps the process alive; `true` by default. */
  persistent?: boolean;
}

/** Resolves after `ms`. */
export function delay(ms: number, options?: DelayOptions): Promise<void>;

/** Options of {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Rejects the promise with its reason. */
  signal?: AbortSignal;
}

/** The promise itself, or a rejection with a `TimeoutError` (a DOMException) after `ms`. */
export function deadline<T>(p: Promise<T>, ms: number, options?: DeadlineOptions): Promise<T>;

/** The promise itself, or a rejection with the reason of `signal`. */
export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
/** The iterable itself, ended by the reason of `signal`. */
export function abortable<T>(p: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T>;

/** What {@linkcode debounce} makes. */
export interface DebouncedFunction<T extends readonly unknown[]> {
  (...args: T): void;
  /** Drops the pending call. */
  clear(): void;
  /** Makes the pending call at once. */
  flush(): void;
  /** Whether a call is pending. */
  readonly pending: boolean;
}

/** A function that calls `fn` once `wait` has passed without another call. */
export function debounce<T extends readonly unknown[]>(
  fn: (this: DebouncedFunction<T>, ...args: T) => void,
  wait: number,
  options?: { signal?: AbortSignal },
): DebouncedFunction<T>;

/** Merges several asynchronous iterables in the order in which their values arrive. */
export class MuxAsyncIterator<T> implements AsyncIterable<T> {
  constructor(...iterables: AsyncIterable<T>[]);
  /** Adds an iterable. */
  add(iterable: AsyncIterable<T>): void;
  /** The merged values. */
  iterate(): AsyncIterableIterator<T>;
  [Symbol.asyncIterator](): AsyncIterator<T>;
}

/** Maps with at most `poolLimit` calls at a time; the results come in the order of the input. */
export function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R>;

/** What {@linkcode retry} rejects with after the last attempt; its cause is the last error. */
export class RetryError extends Error {
  constructor(cause: unknown, attempts: number);
}

/** Options of {@linkcode retry}. */
export interface RetryOptions {
  /** Factor between two waits; 2 by default. */
  multiplier?: number;
  /** Longest wait; 60000 by default. */
  maxTimeout?: number;
  /** Number of attempts; 5 by default. */
  maxAttempts?: number;
  /** First wait; 1000 by default. */
  minTimeout?: number;
  /** Share of a wait that is drawn at random, 0 to 1; 1 by default. */
  jitter?: number;
  /** Whether an error is worth another attempt; always by default. */
  isRetriable?: (error: unknown) => boolean;
  /** Ends the attempts with its reason. */
  signal?: AbortSignal;
}

/** Calls `fn` until it succeeds, with growing waits between the attempts. */
export function retry<T>(fn: (() => Promise<T>) | (() => T), options?: RetryOptions): Promise<T>;

/** A tuple of `N` values of type `T`; an array where `N` is not a literal. */
export type Tuple<T, N extends number, Seen extends readonly T[] = []> = number extends N ? T[]
  : Seen["length"] extends N ? [...Seen]
  : Tuple<T, N, [...Seen, T]>;

/** Branches an asynchronous iterable into `n`; 2 by default. */
export function tee<T, N extends number = 2>(iterable: AsyncIterable<T>, n?: N): Tuple<AsyncIterable<T>, N>;
