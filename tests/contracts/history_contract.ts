/**
 * Histories of real tasks in real workers, checked for linearizability: one test for each thing in
 * `history_subjects.ts`.
 *
 * - Two workers, one with blocking views and one with steps, and the main thread with promise views, all at once.
 * - A run that does not end is stopped, and fails.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { runBlocking, SharedMemory } from "../../lib/memory/mod.ts";
import { assertLinearizable, type HistoryCall, type SequentialSpecification } from "../../lib/testing/mod.ts";
import { specified, type SubjectName, subjectOf } from "./history_subjects.ts";
import type { HistoryReply, HistoryRequest } from "./history_worker.ts";
import { realClock } from "./memory_subjects.ts";
import { type Face, recordHistory, spaceOf } from "./record_history.ts";
import { runs } from "./soak.ts";

const WORKER_FACES: readonly Face[] = ["Sync", "steps"];
const PATIENCE_MILLISECONDS = 20_000;

/** Registers the test of one thing. */
export function testHistories(
  subject: SubjectName,
  { rounds = 4, calls = 300 }: { readonly rounds?: number; readonly calls?: number } = {},
): void {
  Deno.test(`${subject}: histories of real tasks are linearizable`, async () => {
    const workers = WORKER_FACES.map(() => {
      return new Worker(import.meta.resolve("./history_worker.ts"), { type: "module" });
    });
    try {
      for (let seed = 0; seed < runs(rounds); seed++) {
        const history = await record(subject, workers, { seed, calls });
        const specification = subjectOf(subject).specification as SequentialSpecification;
        try {
          assertLinearizable(specified(history), { [subject]: specification });
        } catch (cause) {
          throw new Error(`seed ${seed} of ${subject}`, { cause });
        }
      }
    } finally {
      for (const worker of workers) worker.postMessage("end" satisfies HistoryRequest);
    }
  });
}

async function record(
  subject: SubjectName,
  workers: readonly Worker[],
  { seed, calls }: { seed: number; calls: number },
): Promise<HistoryCall[]> {
  const tasks = workers.length + 1;
  const space = spaceOf({ subject, tasks });
  const memory = SharedMemory.create(space.layout, { guests: tasks, clock: realClock });
  runBlocking(memory, space.initialize());
  const last = performance.now() + PATIENCE_MILLISECONDS;
  let stopped = false;
  // It also keeps the event loop alive, which a promise wait does not.
  const stop = setInterval(() => {
    if (performance.now() < last) return;
    stopped = true;
    for (let guest = 0; guest < tasks; guest++) memory.control.requestStop(guest);
  }, 20);
  try {
    const replies = workers.map((worker, task) => {
      const { promise, resolve, reject } = Promise.withResolvers<HistoryReply>();
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      const recording = { subject, tasks, task, face: WORKER_FACES[task]!, calls, seed };
      worker.postMessage({ handle: memory.handle, recording } satisfies HistoryRequest);
      return promise;
    });
    const own = SharedMemory.attach(memory.handle, { guest: tasks - 1, clock: realClock });
    const mine = await recordHistory(own, { subject, tasks, task: tasks - 1, face: "Async", calls, seed });
    const others = await Promise.all(replies);
    assertEquals(stopped, false, `seed ${seed}: ${subject} does not end`);
    return [
      ...mine,
      ...others.flatMap((reply) => {
        if ("error" in reply) throw new Error(reply.error);
        return reply.history;
      }),
    ];
  } finally {
    clearInterval(stop);
  }
}
