/**
 * The leak in `fib-channel` if nobody closes the channel of jobs: its workers wait forever.
 *
 * - All results arrive, main and the feeder end, and nothing looks wrong; but no worker ends.
 * - The report names them all: each waits for `jobs`, and no task is left that could send.
 */

import { DeadlockError } from "../errors.ts";
import { type AnyProgram, defineProgram } from "../program/mod.ts";
import { fibChannels, fibParameters, fibTasks } from "./fib_channel.ts";

/** The program `channel-leak`. */
export const channelLeak: AnyProgram = defineProgram({
  name: "channel-leak",
  claim: "If nobody closes the channel of jobs, its workers wait forever.",
  module: import.meta.url,
  specimens: ["plain"],
  parameters: { ...fibParameters, n: { ...fibParameters.n, default: 10 } },
  shared: ({ parameters }) => fibChannels(parameters),
  *outcome() {},
  tasks: ({ parameters }) => fibTasks(parameters, { closes: false }),
  // It leaks on every schedule, so the report is the same in all modes.
  independent: (outcome) => outcome,
  expected({ parameters: { workers } }) {
    const names = Array.from({ length: workers }, (_, index) => `worker${index}`);
    const { name, message } = new DeadlockError(
      names.map((task) => ({ task, object: "jobs", method: "next", owners: [] })),
    );
    return [{ failed: names.map((task) => ({ task, error: name, message })) }];
  },
});
