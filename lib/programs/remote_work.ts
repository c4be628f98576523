/**
 * What the workers of `remote-jobs` do: serve a channel of jobs, put and fetch a future, and answer remote calls.
 */

import { channel, future } from "../mailbox/mod.ts";
import type { Steps } from "../memory/mod.ts";
import type { ServiceContext } from "../host/mod.ts";
import { pause } from "../program/mod.ts";
import { cells } from "../sync/mod.ts";
import type { Timed } from "./timed.ts";

/** Where guests find it. */
export const remoteWork: string = import.meta.url;

/** A job that is done, and where: what `value` says of it is its id once more. */
export interface Done extends Timed<number> {
  /** Which job. */
  readonly id: number;
}

/** What workers and main share, for so many jobs. */
export function remoteThings({ jobs }: { readonly jobs: number }) {
  return {
    // Ids of what is to do, and what is done.
    jobs: channel<number>({ capacity: jobs }),
    results: channel<Done>({ capacity: jobs }),
    // Who was first to put it.
    answer: future<string>({ bytes: 256 }),
    // For each input how often it was tried.
    tries: cells({ length: jobs + 1 }),
  };
}

/** See {@linkcode remoteThings}. */
export type RemoteThings = ReturnType<typeof remoteThings>;

type Context = ServiceContext<RemoteThings>;

/** Does jobs until the channel is closed; gives how many. */
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

/** Puts the future. */
export function* putAnswer(text: string, { shared }: Context): Steps<void> {
  yield* shared.answer.put(text);
}

/** Fetches the future. */
export function* fetchAnswer(_argument: undefined, { shared }: Context): Steps<string> {
  return yield* shared.answer.fetch();
}

/** Says where it runs. */
export function whereAmI(_argument: undefined, { guest }: Context): string {
  return guest;
}

/** Cannot do it. */
export function failRemotely(id: number): never {
  throw new RangeError(`Cannot do job ${id}: there is no such job, one that was put is wanted`);
}

/** The square of a number. Of those that 3 divides the first try fails, of those that 5 divides every one. */
export function* unsteadySquare(n: number, { shared }: Context): Steps<number> {
  const before = yield* shared.tries.at(n).add(1);
  if (n % 5 === 0 || n % 3 === 0 && before === 0) {
    throw new TypeError(`Cannot square ${n}: try ${before + 1} fails, another one is wanted`);
  }
  return n * n;
}
