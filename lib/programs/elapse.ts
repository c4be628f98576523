/**
 * Real time that main spends on other things, until it is told to end.
 */

import { after } from "../host/mod.ts";

/** Waits for a number of seconds; rejects with the signal's reason when that aborts. */
export async function elapse(seconds: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal?.reason);
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort);
  const stopTimer = after(seconds * 1000, resolve);
  try {
    await promise;
  } finally {
    stopTimer();
    signal?.removeEventListener("abort", abort);
  }
}
