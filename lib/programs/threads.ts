/**
 * The life of a thread: it is created, starts and finishes, and another task joins it.
 *
 * - Main creates and starts all threads, then joins them in the order of their numbers, in whatever order they finish.
 * - For each thread, create precedes start, start precedes finish, and finish precedes done; between threads, any order
 *   is possible.
 */

import { channel } from "../mailbox/mod.ts";
import { type AnyProgram, defineProgram, pause } from "../program/mod.ts";
import type { Shared } from "../sync/mod.ts";
import { journal, linesOf, note } from "./journal.ts";

/** The recorded stages of a thread. */
const STAGES = ["create", "start", "finish", "done"] as const;
const [CREATE, START, FINISH, DONE] = [0, 1, 2, 3] as const;

function things(tasks: number) {
  return {
    ...journal(STAGES.length * tasks),
    begun: channel<number>({ capacity: tasks, bytes: 64 * tasks }),
    ended: channel<number>({ capacity: tasks, bytes: 64 * tasks }),
  };
}

type Things = Shared<ReturnType<typeof things>>;

/** The program `threads`. */
export const threads: AnyProgram = defineProgram({
  name: "threads",
  claim: "Threads start and finish in any order; the joining task decides the order in which it waits.",
  module: import.meta.url,
  parameters: {
    tasks: { default: 3, min: 1, max: 8, explored: 2, description: "how many threads there are" },
    pause: { default: 0.01, max: 10, fraction: true, description: "seconds between start and finish" },
  },
  shared: ({ parameters }) => things(parameters.tasks),
  *outcome(shared) {
    return (yield* linesOf(shared)).map(lineText);
  },
  tasks: ({ parameters }) => [
    {
      name: "main",
      *run({ begun, ended, ...log }) {
        for (let index = 0; index < parameters.tasks; index++) {
          yield* note(log, lineOf(index, CREATE));
          yield* begun.put(index);
        }
        const over = new Set<number>();
        for (let index = 0; index < parameters.tasks; index++) {
          while (!over.has(index)) over.add(yield* ended.take());
          yield* note(log, lineOf(index, DONE));
        }
      },
    },
    ...Array.from({ length: parameters.tasks }, (_, thread) => ({
      name: `thread${thread}`,
      // All threads are alike: each takes the next number when it begins.
      *run({ begun, ended, ...log }: Things) {
        const index = yield* begun.take();
        yield* note(log, lineOf(index, START));
        yield* pause(parameters.pause);
        yield* note(log, lineOf(index, FINISH));
        yield* ended.put(index);
      },
    })),
  ],
  // The order within each thread, and of main's joins, is the same on every schedule.
  independent: (outcome) =>
    "failed" in outcome
      ? outcome
      : { lines: outcome.toSorted(), joins: outcome.filter((line) => line.startsWith("done")) },
  expected: ({ parameters: { tasks } }) => (outcome) => {
    if ("failed" in outcome || outcome.length !== STAGES.length * tasks) return false;
    const isOrdered = (lines: readonly string[]) => {
      const places = lines.map((line) => outcome.indexOf(line));
      return places.every((place, index) => place > (places[index - 1] ?? -1));
    };
    const numbers = Array.from({ length: tasks }, (_, index) => index);
    const creates = numbers.map((index) => lineText(lineOf(index, CREATE)));
    const joins = numbers.map((index) => lineText(lineOf(index, DONE)));
    const lives = numbers.map((index) => STAGES.map((_, stage) => lineText(lineOf(index, stage))));
    return [creates, joins, ...lives].every(isOrdered);
  },
});

function lineOf(index: number, stage: number): number {
  return index * STAGES.length + stage;
}

function lineText(line: number): string {
  return `${STAGES[line % STAGES.length]} ${Math.floor(line / STAGES.length)}`;
}
