/**
 * Jobs for remote workers, with remote channels, futures and remote calls: Julia's concepts, on a pool.
 *
 * | Julia                              | here                                                       |
 * | ---------------------------------- | ---------------------------------------------------------- |
 * | `RemoteChannel(() -> Channel(n))`  | a channel among the pool's shared things                   |
 * | `remote_do(f, worker, ...)`        | `pool.submit(name, argument, { guest })`                   |
 * | `remotecall_fetch(f, worker, ...)` | `await pool.submit(name, argument, { guest }).result()`    |
 * | `Future`                           | the future that `submit` gives, or a shared `future()`     |
 * | `pmap(f, c; on_error, retry)`      | `pool.map(name, inputs, { retries, onError })`             |
 *
 * - `channels`: every job comes back once, with the place where it ran; how many each worker does depends on the
 *   schedule. A future is set once, a second put fails, and it can be fetched any number of times. The error of a
 *   remote call arrives as the `cause` of a `GuestError`, with its class, message and original stack trace.
 * - `pmap`: inputs that fail are retried; those that still fail get the value that `onError` returns.
 */

import { GuestError } from "../errors.ts";
import { type AnyHostProgram, defineHostProgram, type HostContext, type HostEnd } from "../host/mod.ts";
import { Pool } from "../pool/mod.ts";
import type { Done, RemoteThings } from "./remote_work.ts";
import {
  failRemotely,
  fetchAnswer,
  putAnswer,
  remoteThings,
  remoteWork,
  serveJobs,
  unsteadySquare,
  whereAmI,
} from "./remote_work.ts";
import { draw, durationOf } from "./timed.ts";

const functions = { failRemotely, fetchAnswer, putAnswer, remoteThings, serveJobs, unsteadySquare, whereAmI };

const parameters = {
  jobs: { default: 12, min: 1, max: 1000, description: "how many jobs there are" },
  workers: { default: 4, min: 1, max: 8, description: "how many workers there are" },
  work: { default: 0.005, max: 10, fraction: true, description: "how long a job takes, in seconds" },
  retries: { default: 1, max: 10, description: "how many times an input of pmap is retried" },
} as const;

type RemotePool = Pool<typeof functions, RemoteThings>;
type Context = HostContext<typeof parameters>;

/** The results of the channels, the future and the calls. */
interface ChannelsOutcome {
  /** The jobs that came back, in order. */
  readonly ids: readonly number[];
  /** Whether each was done by a worker of the pool. */
  readonly hasPlace: boolean;
  /** What main, and then a worker, fetched from the future. */
  readonly fetched: readonly string[];
  /** The error of the second put. */
  readonly putAgain: string;
  /** Where the call for the last worker ran. */
  readonly where: string;
  /** The error of a remote call. */
  readonly error: Fault;
}

interface Fault {
  readonly name: string;
  readonly message: string;
  /** Whether the stack trace names the function that threw. */
  readonly farStack: boolean;
}

interface PmapOutcome {
  readonly values: readonly number[];
  /** How many times each input was tried. */
  readonly tries: readonly number[];
}

/** The program `remote-jobs`. */
export const remoteJobs: AnyHostProgram = defineHostProgram({
  name: "remote-jobs",
  claim: "Remote workers do every job of a channel exactly once; their futures and errors come back.",
  module: import.meta.url,
  functions,
  variants: ["channels", "pmap"],
  parameters,
  main,
  expected: ({ variant, parameters: { jobs, workers, retries } }): (ChannelsOutcome | PmapOutcome)[] => [
    variant === "pmap" ? expectedOfPmap(jobs, retries) : {
      ids: Array.from({ length: jobs }, (_, index) => index + 1),
      hasPlace: true,
      fetched: [ANSWER, ANSWER, ANSWER],
      putAgain: "StateError",
      where: `worker${workers - 1}`,
      error: {
        name: "RangeError",
        message: `Cannot do job ${jobs + 1}: there is no such job, one that was put is wanted`,
        farStack: true,
      },
    },
  ],
});

const ANSWER = "put once";

function expectedOfPmap(jobs: number, retries: number): PmapOutcome {
  const numbers = Array.from({ length: jobs }, (_, index) => index + 1);
  const triesOf = (n: number) => n % 5 === 0 ? 1 + retries : n % 3 === 0 ? Math.min(2, 1 + retries) : 1;
  const fails = (n: number) => n % 5 === 0 || n % 3 === 0 && retries === 0;
  return { values: numbers.map((n) => fails(n) ? -n : n * n), tries: numbers.map(triesOf) };
}

async function main(context: Context): Promise<HostEnd<ChannelsOutcome | PmapOutcome>> {
  const { mode, host, settings: { variant, parameters: { jobs, workers } } } = context;
  await using pool = await Pool.open<typeof functions, "remoteThings">({
    mode,
    module: remoteWork,
    workers,
    shared: { export: "remoteThings", argument: { jobs } },
    host,
  });
  return await (variant === "pmap" ? pmap(pool, context) : channels(pool, context));
}

async function channels(pool: RemotePool, context: Context): Promise<HostEnd<ChannelsOutcome>> {
  const { observe, settings: { parameters: { jobs } } } = context;
  const done = await doneJobs(pool, context);
  done.forEach((work) => draw(observe, work));

  const { answer } = pool.shared;
  await pool.submit("putAnswer", ANSWER, { guest: 0 }).result();
  const putAgain = await faultOf(pool.submit("putAnswer", "put twice").result());
  const fetched = [
    await answer.fetch(),
    await answer.fetch(),
    await pool.submit("fetchAnswer", undefined).result(),
  ];
  const last = pool.workers - 1;
  const where = await pool.submit("whereAmI", undefined, { guest: last }).result();
  const error = await faultOf(pool.submit("failRemotely", jobs + 1, { guest: last }).result());
  const names = Array.from({ length: pool.workers }, (_, guest) => `worker${guest}`);
  return {
    outcome: {
      ids: done.map(({ id }) => id).toSorted((one, other) => one - other),
      hasPlace: done.every(({ guest }) => names.includes(guest)),
      fetched,
      putAgain: putAgain.name,
      where,
      error,
    },
    tables: [{
      title: "Who did which jobs",
      columns: ["worker", "jobs", "ms at work"],
      rows: names.map((name) => {
        const own = done.filter(({ guest }) => guest === name);
        return [name, own.map(({ id }) => id).join(" "), own.reduce((sum, work) => sum + durationOf(work), 0)];
      }),
    }],
  };
}

/** The jobs as they came back from workers that serve a channel until it is closed. */
async function doneJobs(pool: RemotePool, { signal, settings }: Context): Promise<readonly Done[]> {
  const { jobs: count, work } = settings.parameters;
  const { jobs, results } = pool.shared;
  const serving = Array.from({ length: pool.workers }, (_, guest) => {
    return pool.submit("serveJobs", { seconds: work }, { guest });
  });
  const done: Done[] = [];
  try {
    for (let id = 1; id <= count; id++) await jobs.put(id, { signal });
    while (done.length < count) done.push(await results.take({ signal }));
  } finally {
    // Otherwise the workers would serve forever.
    await jobs.close();
  }
  await Promise.all(serving.map((future) => future.result()));
  return done;
}

async function pmap(pool: RemotePool, { signal, settings }: Context): Promise<HostEnd<PmapOutcome>> {
  const { jobs, retries } = settings.parameters;
  const numbers = Array.from({ length: jobs }, (_, index) => index + 1);
  const onError = (_error: Error, n: number) => -n;
  const values = await Array.fromAsync(pool.map("unsteadySquare", numbers, { signal, retries, onError }));
  return { outcome: { values, tries: await Promise.all(numbers.map((n) => pool.shared.tries.at(n).load())) } };
}

/** The error of a remote call. */
async function faultOf(call: Promise<unknown>): Promise<Fault> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof GuestError && error.cause instanceof Error)) throw error;
    const { name, message, stack = "" } = error.cause;
    return { name, message, farStack: stack.includes("failRemotely") };
  }
  return { name: "", message: "", farStack: false };
}
