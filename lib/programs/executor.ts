/**
 * An executor: a pool that maps a function over some inputs, and reports what failed.
 *
 * - The values come in the order of the inputs, although the tasks end in the opposite order if each has a worker.
 * - Leaving the pool's scope joins: everything submitted has then ended, whether or not anybody asked for its result.
 * - A task's error is thrown where its result is requested, with its class, its message, its cause, and the guest's
 *   stack trace, which names the function that failed.
 * - A failure that nobody asks about is not lost: it is reported when the pool closes.
 */

import { GuestError, UnfetchedFailureError } from "../errors.ts";
import { after, type AnyHostProgram, defineHostProgram, now, type ServiceContext } from "../host/mod.ts";
import { Pool } from "../pool/mod.ts";
import { draw, durationOf, type Timed, timedAsync } from "./timed.ts";

/** The argument of a task. */
interface Work {
  readonly task: number;
  /** How long it waits, in seconds. */
  readonly pause: number;
}

/** The contents of an error. */
interface Told {
  readonly error: string;
  readonly message: string;
  readonly cause: string;
  /** Whether the guest's stack trace names the function that failed. */
  readonly inStack: boolean;
}

const functions = { executorTask, executorFault };

/** Waits a little, then returns the square of its number. */
export async function executorTask({ task, pause }: Work, context: ServiceContext): Promise<Timed<number>> {
  return await timedAsync(context, async () => {
    await new Promise<void>((resolve) => void after(pause * 1000, resolve));
    return task ** 2;
  });
}

/** Always fails. */
export function executorFault(task: number): never {
  throw new RangeError(`Cannot run task ${task}: there is no such task`, { cause: new TypeError("it has a bug") });
}

/** The program `executor`. */
export const executor: AnyHostProgram = defineHostProgram({
  name: "executor",
  claim: "A pool returns values in the order of their inputs, joins at its end, and loses no failure.",
  module: import.meta.url,
  functions,
  parameters: {
    tasks: { default: 3, min: 1, max: 100, description: "how many tasks there are" },
    workers: { default: 3, min: 1, max: 64, description: "how many workers run them" },
    pause: {
      default: 0.02,
      max: 10,
      fraction: true,
      description: "seconds that the last task waits; earlier ones wait longer",
    },
  },
  async main({ mode, host, settings: { parameters }, observe, signal }) {
    const { tasks, workers, pause } = parameters;
    const open = () => Pool.open<typeof functions>({ mode, module: import.meta.url, workers, host });
    const works = Array.from({ length: tasks }, (_, task) => ({ task, pause: (tasks - task) * pause }));

    const mapped: Timed<number>[] = [];
    const joining = [];
    {
      await using pool = draw(observe, await timedAsync({ guest: "main", now }, open), "start-up");
      for await (const done of pool.map("executorTask", works, { signal })) mapped.push(done);
      for (const work of works) joining.push(pool.submit("executorTask", work));
    }
    const values = mapped.map((done) => draw(observe, done));
    const joined = joining.every(({ isDone }) => isDone);
    for (const future of joining) draw(observe, await future.result());

    const asked: unknown[] = [];
    let unfetched: readonly unknown[] = [];
    try {
      await using pool = await open();
      const failing = pool.submit("executorFault", tasks);
      pool.submit("executorFault", tasks + 1);
      asked.push(await failing.result().catch((error) => error));
    } catch (error) {
      if (!(error instanceof UnfetchedFailureError)) throw error;
      unfetched = error.errors;
    }
    const began = Math.min(...mapped.map(({ started }) => started));
    const rows = mapped.map((done, task) => [task, done.guest, done.started - began, durationOf(done), done.value]);
    return {
      outcome: { values, joined, asked: asked.map(told), unfetched: unfetched.map(told) },
      tables: [
        { title: "Tasks", columns: ["task", "worker", "began at ms", "took ms", "value"], rows },
        {
          title: "Failures",
          columns: ["told by", "error", "thrown"],
          rows: [
            ...asked.map((one) => ["its result", ...place(one)]),
            ...unfetched.map((one) => ["the end", ...place(one)]),
          ],
        },
      ],
    };
  },
  expected: ({ parameters: { tasks } }) => {
    const fault = (task: number): Told => ({
      error: "RangeError",
      message: `Cannot run task ${task}: there is no such task`,
      cause: "TypeError: it has a bug",
      inStack: true,
    });
    const values = Array.from({ length: tasks }, (_, task) => task ** 2);
    return [{ values, joined: true, asked: [fault(tasks)], unfetched: [fault(tasks + 1)] }];
  },
});

function told(thrown: unknown): Told {
  if (!(thrown instanceof GuestError) || !(thrown.cause instanceof Error)) {
    return { error: String(thrown), message: "", cause: "", inStack: false };
  }
  const { name, message, cause } = thrown.cause;
  return { error: name, message, cause: String(cause), inStack: thrown.far.stack.includes(executorFault.name) };
}

/** The error thrown in the guest, and where: the first line of its stack trace, without the folder. */
function place(thrown: unknown): readonly string[] {
  if (!(thrown instanceof GuestError)) return [String(thrown), ""];
  const { name, message, stack } = thrown.far;
  const [line = ""] = stack.split("\n").filter((line) => line.startsWith("    at "));
  return [`${name}: ${message}`, line.trim().replace(/\(.*\//, "(")];
}
