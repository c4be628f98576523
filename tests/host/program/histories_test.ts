import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { runBlocking } from "../../../lib/memory/mod.ts";
import { Host } from "../../../lib/host/mod.ts";
import { guestCode } from "../../../lib/host/guest_code.ts";
import { KeptMode } from "../../../lib/host/kept_mode.ts";
import { MODES } from "../../../lib/mode/mod.ts";
import { programJob } from "../../../lib/host/program/run.ts";
import { assertLinearizable, type HistoryCall, type Specifications } from "../../../lib/testing/mod.ts";
import type { Queue } from "../../../lib/mailbox/mod.ts";
import { within } from "../../contracts/deadline.ts";
import { specified, subjectNames, subjectOf } from "../../contracts/history_subjects.ts";
import { ELSEWHERE } from "../../contracts/modes.ts";
import { runs } from "../../contracts/soak.ts";
import { ALL, historyProgram, type LogEntry, namesOf } from "../../guests/history_program.ts";

const SECONDS = 30;
const CALLS = { thread: 200, process: 100 };
const DEATH_CALLS = { thread: 150, process: 60 };
/** A pending take may have had any of the items that nobody else had. */
const LIMIT = 5_000_000;

const specifications = Object.fromEntries(
  subjectNames.map((name) => [name, subjectOf(name).specification]),
) as Specifications;

/** Runs with many tasks, several hundred calls in all, by any seed. */
const seeds = fc.record({ seed: fc.nat(), tasks: fc.integer({ min: 2, max: 3 }) });

for (const mode of ELSEWHERE) {
  Deno.test(`${mode} mode: histories of programs are linearizable`, async (test) => {
    await using host = new Host();
    for (const variant of [...subjectNames, ALL]) {
      await test.step(variant, async () => {
        const property = fc.asyncProperty(seeds, async ({ seed, tasks }) => {
          const calls = CALLS[mode] * (variant === ALL ? 3 : 1);
          const { outcome, errors } = await within(
            SECONDS,
            host.run(historyProgram, { mode, variant, seed, parameters: { tasks, calls } }),
          );
          assertEquals(errors, []);
          const history = (outcome as HistoryCall[][]).flat();
          assert(history.length > calls / 2, "they get somewhere");
          assertLinearizable(specified(history), specifications, { limit: LIMIT });
        });
        await fc.assert(property, { numRuns: runs(1, { soak: 40 }), endOnFailure: true });
      });
    }
  });

  Deno.test(`${mode} mode: histories of those who survive a death are linearizable`, async (test) => {
    const setup = { permissions: { run: true }, options: {} };
    const own = new KeptMode(MODES[mode](guestCode), {
      limit: Infinity,
      warm: { fresh: false, startLimit: 10_000, setup },
      guests: () => 0,
    });
    const death = mode === "thread" ? "exit" : "kill";
    try {
      for (const variant of subjectNames) {
        await test.step(variant, async () => {
          const property = fc.asyncProperty(seeds, async ({ seed, tasks }) => {
            const parameters = { tasks, calls: DEATH_CALLS[mode], death };
            const job = programJob(historyProgram, { mode, variant, seed, parameters });
            const { ends, memory } = await within(SECONDS, own.run(job));
            const survivors = ends.slice(0, -1).flatMap((end) => {
              assert(end.kind === "returned", "survivors go on");
              return end.value as HistoryCall[];
            });
            const victim = ends.at(-1);
            assertEquals(victim?.kind === "failed" && victim.far.name, "GuestDiedError");
            const { shared } = job.space.attach(memory);
            const log: LogEntry[] = [];
            const entries = shared["log"] as Queue<LogEntry>;
            for (;;) {
              const next = runBlocking(memory, entries.tryGet());
              if (next === undefined) break;
              log.push(next.value);
            }
            const history = [...survivors, ...lastWords(log, namesOf(variant))];
            assertLinearizable(specified(history), specifications, { limit: LIMIT });
          });
          await fc.assert(property, { numRuns: runs(1), endOnFailure: true });
        });
      }
    } finally {
      await own.close();
    }
  });
}

/** The calls of one who died: the last may be pending, and the death is a call of its own. */
function lastWords(log: readonly LogEntry[], names: readonly (typeof subjectNames)[number][]): HistoryCall[] {
  const history: HistoryCall[] = [];
  for (const entry of log) {
    if ("begin" in entry) history.push(entry);
    else history.push({ ...history.pop()!, ...entry });
  }
  const last = history.at(-1);
  if (last === undefined) return [];
  const { task, begin, end = begin } = last;
  const deaths = names.filter((name) => subjectOf(name).recovers).map((object) => {
    return { task, object, method: "died", args: [], begin: end + 0.5 };
  });
  return [...history, ...deaths];
}
