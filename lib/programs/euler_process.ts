/**
 * A named process that sums 1/k! until its exit event is set, and returns its result as often as requested.
 *
 * - The host does other things for `--seconds`, sets the event, and joins the guest, which has a name and an exit code
 *   in every mode.
 * - The result is fetched twice: it is kept, whereas a queue would be empty after the first time.
 * - With `--before`, the event is set before the start. The loop checks it after each block of 1,000 iterations, so the
 *   result is still e. (In the talk that this example comes from, the loop checks before its first block, and returns
 *   0.)
 */

import { type AnyHostProgram, defineHostProgram, type HostContext, type HostEnd } from "../host/mod.ts";
import { Guest } from "../pool/mod.ts";
import { elapse } from "./elapse.ts";
import type { Euler, EulerThings } from "./euler_work.ts";
import { calculateE, E, eulerThings, eulerWork, isWholeBlocks, withoutIterations } from "./euler_work.ts";
import { draw, durationOf, type Timed } from "./timed.ts";

const NAME = "calculate_e_process";

const parameters = {
  seconds: { default: 0.1, max: 3600, fraction: true, description: "how long main does other things, in seconds" },
  before: { default: false, description: "set the exit event before the start" },
} as const;

interface Outcome {
  readonly name: string;
  /** Whether it was running when the event was set; `null` if that is before the start. */
  readonly isAlive: boolean | null;
  /** The result of each fetch. */
  readonly fetched: readonly number[];
  readonly joined: boolean;
  readonly exitCode: number | null;
  readonly iterations: number;
}

/** The program `euler-process`. */
export const eulerProcess: AnyHostProgram = defineHostProgram({
  name: "euler-process",
  claim: "A named process works until its exit event is set, and keeps its result.",
  module: import.meta.url,
  functions: { calculateE, eulerThings },
  parameters,
  main,
  independent: withoutIterations,
  expected: ({ parameters: { before } }) => (outcome) => {
    if ("failed" in outcome) return false;
    const { name, isAlive, fetched, joined, exitCode, iterations } = outcome;
    return name === NAME && isAlive === (before ? null : true) && fetched.length === 2 &&
      fetched.every((e) => e === E) && joined && exitCode === 0 && isWholeBlocks(iterations);
  },
});

async function main(context: HostContext<typeof parameters>): Promise<HostEnd<Outcome>> {
  const { mode, host, signal, observe, settings: { parameters: { seconds, before } } } = context;
  await using guest = await Guest.make<Timed<Euler>, EulerThings>({
    mode,
    module: eulerWork,
    export: "calculateE",
    shared: { export: "eulerThings" },
    name: NAME,
    host,
  });
  const { exit } = guest.shared;
  if (before) await exit.set();
  await guest.start();
  let isAlive: boolean | null = null;
  try {
    await elapse(seconds, signal);
    if (!before) isAlive = guest.isAlive;
  } finally {
    // Otherwise the end of its scope would wait forever.
    await exit.set();
  }
  const fetched = [await guest.result(), await guest.result()];
  const joined = await guest.join();
  const [work] = fetched as [Timed<Euler>];
  const { iterations } = draw(observe, work);
  return {
    outcome: {
      name: guest.name,
      isAlive,
      fetched: fetched.map(({ value }) => value.e),
      joined,
      exitCode: guest.exitCode ?? null,
      iterations,
    },
    tables: [{
      title: "Work until the exit event",
      columns: ["guest", "iterations", "ms"],
      rows: [[guest.name, iterations, durationOf(work)]],
    }],
  };
}
