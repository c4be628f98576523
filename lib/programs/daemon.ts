/**
 * A daemon: a thread that the program does not wait for at its end.
 *
 * - A thread that is not a daemon outlives main's body, and the program waits for it.
 * - A daemon (`--daemon`) is stopped once all others have ended: its last line does not appear.
 * - Main can wait for either kind (`--join`); then both finish.
 */

import { type AnyProgram, defineProgram, pause } from "../program/mod.ts";
import { event } from "../sync/mod.ts";
import { journal, linesOf, note } from "./journal.ts";

/** The lines of the journal; the first stands for a line whose task was stopped before writing it. */
const LINES = ["", "main begins", "thread starts", "thread finishes", "main ends"] as const;
const [, BEGINS, STARTS, FINISHES, ENDS] = [0, 1, 2, 3, 4] as const;

/** The program `daemon`. */
export const daemon: AnyProgram = defineProgram({
  name: "daemon",
  claim: "At its end, a program waits for its threads but stops its daemons.",
  module: import.meta.url,
  parameters: {
    daemon: { default: false, description: "whether the thread is a daemon" },
    join: { default: false, description: "whether main waits for it" },
    work: { default: 0.2, max: 10, fraction: true, description: "seconds that the thread takes" },
  },
  shared: () => ({ created: event(), started: event(), finished: event(), ...journal(4) }),
  *outcome(shared) {
    return (yield* linesOf(shared)).filter((line) => line > 0).map((line): string => LINES[line] ?? "");
  },
  tasks: ({ parameters }) => [
    {
      name: "main",
      *run({ created, started, finished, ...log }) {
        yield* note(log, BEGINS);
        yield* created.set();
        yield* started.wait();
        if (parameters.join) yield* finished.wait();
        yield* note(log, ENDS);
      },
    },
    {
      name: "thread",
      daemon: parameters.daemon,
      *run({ created, started, finished, ...log }) {
        yield* created.wait();
        yield* note(log, STARTS);
        yield* started.set();
        yield* pause(parameters.work);
        yield* note(log, FINISHES);
        yield* finished.set();
      },
    },
  ],
  // The schedule decides whether main or the thread comes first, and whether a daemon finishes before main does.
  independent: (outcome, { parameters: { join } }) =>
    "failed" in outcome || join ? outcome : outcome.filter((line) => line !== LINES[FINISHES]),
  expected({ parameters: { daemon, join } }) {
    const [begins, starts, finishes, ends] = LINES.slice(1) as [string, string, string, string];
    const all = [begins, starts, finishes, ends];
    if (join) return [all];
    const outlived = [begins, starts, ends, finishes];
    return daemon ? [[begins, starts, ends], all, outlived] : [outlived, all];
  },
});
