/**
 * Several futures together: in the order in which they are done, or until some are.
 *
 * @example
 * ```ts
 * import { asCompleted, wait } from "./collect.ts";
 * import { Pool } from "./pool.ts";
 *
 * const module = "data:text/javascript,export const twice = (n) => 2 * n";
 * await using pool = await Pool.open<{ twice(n: number): number }>({ mode: "direct", module, workers: 1 });
 * const futures = [1, 2, 3].map((n) => pool.submit("twice", n));
 * let sum = 0;
 * for await (const future of asCompleted(futures)) sum += await future.result();
 * const { done, pending } = await wait(futures, { until: "all" });
 * if (sum !== 12 || done.size !== 3 || pending.size !== 0) throw new Error("each future comes once");
 * ```
 */

import { WaitTimeoutError } from "../errors.ts";
import { after, limit } from "../platform/mod.ts";
import type { PoolFuture } from "./pool_future.ts";

/** How long to wait for futures. */
export interface CompletedOptions {
  /** The time limit for all of them together, in seconds; unlimited by default. */
  readonly timeout?: number | undefined;
}

const UNTIL = ["all", "first", "failure"];

/** What to wait for, and how long. */
export interface WaitForOptions extends CompletedOptions {
  /**
   * Waits until all are done (`all`, the default), until one is (`first`), or until one has failed or all are done
   * (`failure`).
   */
  readonly until?: "all" | "first" | "failure" | undefined;
}

/**
 * Yields the futures in the order in which they are done, each once.
 *
 * @throws {WaitTimeoutError} if not all are done in time.
 * @throws {RangeError} if the timeout is negative.
 */
export function asCompleted<T>(
  futures: Iterable<PoolFuture<T>>,
  { timeout }: CompletedOptions = {},
): AsyncIterableIterator<PoolFuture<T>> {
  const milliseconds = limit(timeout, { act: "wait for futures" });
  return completed(new Set(futures), milliseconds);
}

async function* completed<T>(
  futures: ReadonlySet<PoolFuture<T>>,
  milliseconds: number,
): AsyncGenerator<PoolFuture<T>, void> {
  const done: PoolFuture<T>[] = [];
  let wake = () => {};
  let over = false;
  const stopTimer = after(milliseconds, () => {
    over = true;
    wake();
  });
  for (const future of futures) {
    future.whenDone(() => {
      done.push(future);
      wake();
    });
  }
  try {
    for (let given = 0; given < futures.size; given++) {
      while (done.length === 0) {
        if (over) {
          const left = futures.size - given;
          throw new WaitTimeoutError(`Cannot wait for futures: ${left} of ${futures.size} are not done in time`);
        }
        await new Promise<void>((resolve) => void (wake = resolve));
      }
      yield done.shift() as PoolFuture<T>;
    }
  } finally {
    stopTimer();
  }
}

/**
 * Waits for futures and returns which are done; a timeout only ends the wait.
 *
 * @throws {RangeError} if the timeout is negative, or `until` is invalid.
 */
export async function wait<T>(
  futures: Iterable<PoolFuture<T>>,
  { until = "all", timeout }: WaitForOptions = {},
): Promise<{ readonly done: ReadonlySet<PoolFuture<T>>; readonly pending: ReadonlySet<PoolFuture<T>> }> {
  if (!UNTIL.includes(until)) {
    throw new RangeError(`Cannot wait for futures: until ${until}, one of ${UNTIL.join(", ")} is wanted`);
  }
  const all = new Set(futures);
  const milliseconds = limit(timeout, { act: "wait for futures" });
  const over = Promise.withResolvers<void>();
  const stopTimer = after(milliseconds, over.resolve);
  let left = all.size;
  const isEnough = (future: PoolFuture<T>) => until === "first" || until === "failure" && future.state === "failed";
  if (left === 0) over.resolve();
  for (const future of all) {
    future.whenDone(() => {
      left--;
      if (left === 0 || isEnough(future)) over.resolve();
    });
  }
  await over.promise;
  stopTimer();
  const done = new Set([...all].filter(({ isDone }) => isDone));
  return { done, pending: all.difference(done) };
}
