/**
 * The work of `remote-jobs`' workers: serve a channel of jobs, set and fetch a future, and answer remote calls.
 */

import { channel, future } from "../mailbox/mod.ts";
import type { Steps } from "../memory/mod.ts";
import type { ServiceContext } from "../host/mod.ts";
import { pause } from "../program/mod.ts";
import { cells } from "../sync/mod.ts";
import type { Timed } from "./timed.ts";

/** The URL of this module, for guests. */
export const remoteWork: string = import.meta.url;

/** A finished job, and where it ran; its `value` repeats its ID. */
export interface Done extends Timed<number> {
  /** The job's ID. */
  readonly id: number;
}

/** What workers and main share, for a number of jobs. */
export function remoteThings({ jobs }: { readonly jobs: number }) {
  return {
    // The IDs of jobs to do, and the finished jobs.
    jobs: channel<number>({ capacity: jobs }),
    results: channel<Done>({ capacity: jobs }),
    // Who was first to set it.
    answer: future<string>({ bytes: 256 }),
    // For each input: how many times it was tried.
    tries: cells({ length: jobs + 1 }),
  };
}

/** See {@linkcode remoteThings}. */
export type RemoteThings = ReturnType<typeof remoteThings>;

type Context = ServiceContext<RemoteThings>;

/** Does jobs until the channel is closed; returns how many. */
export function* serveJobs({ seconds }: { readonly seconds: number }, { guest, now, shared }: Context): Steps<number> {
  let served = 0;
  yield* shared.jobs.forEach(function* (id): Steps<void> {
    const started = now();
    yield* pause(seconds);
    yield* shared.results.put({ id, guest, started, finished: now(), value: id });
    served++;
  });
  return served;
}

/** Sets the future. */
export function* putAnswer(text: string, { shared }: Context): Steps<void> {
  yield* shared.answer.put(text);
}

/** Fetches the future. */
export function* fetchAnswer(_argument: undefined, { shared }: Context): Steps<string> {
  return yield* shared.answer.fetch();
}

/** Returns the name of the guest in which it runs. */
export function whereAmI(_argument: undefined, { guest }: Context): string {
  return guest;
}

/** Always fails. */
export function failRemotely(id: number): never {
  throw new RangeError(`Cannot do job ${id}: there is no such job, one that was put is wanted`);
}

/** The square of a number. The first try fails for multiples of 3, and every try for multiples of 5. */
export function* unsteadySquare(n: number, { shared }: Context): Steps<number> {
  const before = yield* shared.tries.at(n).add(1);
  if (n % 5 === 0 || n % 3 === 0 && before === 0) {
    throw new TypeError(`Cannot square ${n}: try ${before + 1} fails, another one is wanted`);
  }
  return n * n;
}
