/**
 * CPU-bound and I/O-bound tasks, one after the other and then concurrently: cooperatively, in threads or in processes.
 *
 * - The results are the same. The tables show what differs: the time, the speedup over running one task after the
 *   other, how late main's own ticks are meanwhile, and the memory.
 * - I/O-bound tasks mostly wait, so they gain from any kind of concurrency, even in direct mode. CPU-bound tasks gain
 *   only from threads and processes, up to the number of cores, and only there does main keep ticking.
 * - With `--slices` a CPU-bound task yields now and then: that does not make it faster, but main ticks.
 * - Timers stand in for I/O. If permitted, a file is read as well, by default that of this program.
 * - A subprocess reports its own resident memory; for threads, the growth of the process is divided equally among them.
 */

import type { AnyHostProgram, HostContext, HostEnd, ServiceContext } from "../host/mod.ts";
import { defineHostProgram, now, sameData } from "../host/mod.ts";
import { Pool } from "../pool/mod.ts";
import { ensure } from "../program/mod.ts";
import { type Measured, memoryTable, timesTable } from "./multitasking_tables.ts";
import { awaitReply, compute, multitaskingWork, readTimes, residentBytes } from "./multitasking_work.ts";
import { ownPath, readablePath } from "./readable.ts";
import { Ticks } from "./ticks.ts";
import { draw, durationOf, type Timed, timedAsync } from "./timed.ts";

const functions = { awaitReply, compute, readTimes, residentBytes };

const parameters = {
  tasks: { default: 8, min: 1, max: 1000, description: "how many tasks there are of each kind" },
  workers: { default: 4, min: 1, max: 64, description: "how many tasks run at once" },
  rounds: {
    default: 10_000_000,
    max: 100_000_000,
    description: "how many rounds a CPU-bound task computes, a few ns each",
  },
  slices: { default: 1, min: 1, max: 10_000, description: "in how many parts, between which others may run" },
  wait: { default: 0.03, max: 60, fraction: true, description: "how long a reply takes, in seconds" },
  file: { default: "", text: true, description: "the file to read; by default this program's own" },
  reads: { default: 20, min: 1, max: 1_000_000, description: "how many times a task reads it" },
} as const;

/** The time between two of main's own ticks, in milliseconds. */
const TICK = 10;

type Context = HostContext<typeof parameters>;
type WorkPool = Pool<typeof functions>;

/** The results of the tasks of each kind; reading is left out if it is not permitted. */
interface Outcome {
  readonly cpu: readonly number[];
  readonly io: readonly number[];
  readonly file: readonly number[] | null;
}

/** Tasks of one kind. */
interface Kind {
  readonly title: string;
  /** The name of its spans: what it waits for, if it waits. */
  readonly span: string;
  /** Runs one of them in main. */
  here(task: number, context: ServiceContext): Promise<Timed<number>>;
  /** Runs one of them in a pool. */
  there(task: number, pool: WorkPool): Promise<Timed<number>>;
}

/** The program `multitasking`. */
export const multitasking: AnyHostProgram = defineHostProgram({
  name: "multitasking",
  claim: "I/O-bound work gains from any concurrency, CPU-bound work only from parallel modes; the results are equal.",
  module: import.meta.url,
  functions,
  parameters,
  validate: ({ parameters: { file } }) => void (file === "" || fileOf(file)),
  needs({ parameters: { file } }) {
    const path = readFile(file);
    // Guests that already existed would hide the cost of starting them.
    return { fresh: true, ...path === undefined ? {} : { permissions: { read: [path] } } };
  },
  main,
  expected: ({ parameters: { tasks } }) => (outcome) => {
    if ("failed" in outcome) return false;
    const { cpu, io, file } = outcome;
    return cpu.length === tasks && io.every((reply, task) => reply === task) && (file ?? io).length === tasks;
  },
});

async function main(context: Context): Promise<HostEnd<Outcome>> {
  const { mode, host, observe, settings: { parameters: { workers, file } } } = context;
  const path = readFile(file);
  const kinds = kindsOf(context, path);
  const alone: Measured[] = [];
  for (const kind of kinds) alone.push(await inSequence(kind, context));

  const before = residentBytes();
  const opened = await timedAsync({ guest: "main", now }, () => {
    return Pool.open<typeof functions>({ mode, module: multitaskingWork, workers, host });
  });
  await using pool = draw(observe, opened, "start-up");
  const guests = Array.from({ length: workers }, (_, guest) => guest);
  await Promise.all(guests.map((guest) => pool.run("compute", { rounds: 1, slices: 1, seed: 0 }, { guest })));
  const together: Measured[] = [];
  for (const kind of kinds) together.push(await atOnce(kind, { pool, context }));
  const own = await Promise.all(guests.map((guest) => pool.run("residentBytes", undefined, { guest })));

  const equal = alone.every(({ values }, index) => sameData(values, together[index]?.values));
  ensure(equal, "tasks at once come to what they come to one after the other");
  const [cpu = [], io = [], read = null] = together.map(({ values }) => values);
  return {
    outcome: { cpu, io, file: read },
    tables: [
      timesTable({ mode, workers, startUp: durationOf(opened), alone, together }),
      memoryTable({ mode, before, after: residentBytes(), own }),
    ],
  };
}

/** The kinds of tasks: CPU-bound, I/O-bound, and reading a file if there is one. */
function kindsOf({ signal, settings: { seed, parameters } }: Context, path: string | undefined): readonly Kind[] {
  const { rounds, slices, wait, reads } = parameters;
  const computing = (task: number) => ({ rounds, slices, seed: (seed + task) % 2 ** 31 });
  const waiting = (task: number) => ({ seconds: wait, reply: task });
  const kinds: Kind[] = [{
    title: "CPU-bound",
    span: "running",
    here: (task, context) => compute(computing(task), context),
    there: (task, pool) => pool.run("compute", computing(task), { signal }),
  }, {
    title: "I/O-bound, a timer",
    span: "reply",
    here: (task, context) => awaitReply(waiting(task), context),
    there: (task, pool) => pool.run("awaitReply", waiting(task), { signal }),
  }];
  if (path === undefined) return kinds;
  const reading = { file: path, times: reads };
  return [...kinds, {
    title: "I/O-bound, a file",
    span: "file",
    here: (_task, context) => readTimes(reading, context),
    there: (_task, pool) => pool.run("readTimes", reading, { signal }),
  }];
}

/** Runs one task after the other, in main. */
function inSequence(kind: Kind, { mode, signal, observe, progress, settings }: Context): Promise<Measured> {
  progress(`${kind.title}, one after the other`);
  const context: ServiceContext = { guest: "main", mode, shared: {}, now, report() {} };
  return measured(kind, async () => {
    const values: number[] = [];
    for (let task = 0; task < settings.parameters.tasks; task++) {
      signal.throwIfAborted();
      values.push(draw(observe, await kind.here(task, context), kind.span));
    }
    return values;
  });
}

/** Runs as many tasks at once as there are workers. */
function atOnce(
  kind: Kind,
  { pool, context: { observe, progress, settings } }: { readonly pool: WorkPool; readonly context: Context },
): Promise<Measured> {
  progress(`${kind.title}, ${pool.workers} at once`);
  return measured(kind, async () => {
    const tasks = Array.from({ length: settings.parameters.tasks }, (_, task) => kind.there(task, pool));
    return (await Promise.all(tasks)).map((work) => draw(observe, work, kind.span));
  });
}

/** Runs tasks, and measures how late main's ticks are meanwhile. */
async function measured({ title }: Kind, work: () => Promise<readonly number[]>): Promise<Measured> {
  const ticks = new Ticks({ period: TICK });
  const done = await timedAsync({ guest: "main", now }, work);
  return { title, values: done.value, ms: durationOf(done), late: ticks.stop() };
}

/** The file to read, if there is one that may be read. */
function readFile(file: string): string | undefined {
  return file === "" ? ownPath(new URL(import.meta.url)) : fileOf(file);
}

function fileOf(file: string): string {
  return readablePath(file, { program: "multitasking", kind: "file" });
}
