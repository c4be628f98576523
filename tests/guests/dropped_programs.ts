/**
 * Programs with a task that makes steps and runs them wrongly, or late.
 *
 * @module
 */

import type { Steps } from "../../lib/memory/mod.ts";
import { channel, future, queue, select } from "../../lib/mailbox/mod.ts";
import { type AnyProgram, defineProgram } from "../../lib/program/mod.ts";
import { barrier, cell, condition, event, lock, once, rwlock, semaphore, type Shared } from "../../lib/sync/mod.ts";

const things = () => ({
  guard: lock(),
  permits: semaphore(1),
  table: rwlock(),
  changed: condition(),
  ready: event(),
  setup: once(),
  gate: barrier(1),
  jobs: queue<number>({ bytes: 256 }),
  words: channel<number>({ bytes: 256, capacity: 2 }),
  answer: future<number>({ bytes: 64 }),
  count: cell(),
});
type Things = Shared<ReturnType<typeof things>>;

/** What a task does that looks like a call and is none; the last word of a name is the call that is told. */
export const drops: Readonly<Record<string, (things: Things) => unknown>> = {
  "guard.acquire()": ({ guard }) => guard.acquire(),
  "guard.tryAcquire()": ({ guard }) => guard.tryAcquire(),
  "permits.release()": ({ permits }) => permits.release(),
  "permits.hold()": ({ permits }) => permits.hold(),
  "table.acquireRead()": ({ table }) => table.read(),
  "changed.isMine()": ({ changed }) => changed.waitFor(() => true),
  "ready.set()": ({ ready }) => ready.set(),
  "setup.begin()": ({ setup }) => setup.run(() => {}),
  "gate.arrive()": ({ gate }) => gate.wait({ action: () => {} }),
  "jobs.put()": ({ jobs }) => jobs.put(1),
  "jobs.taskDone()": ({ jobs }) => jobs.taskDone(),
  "words.next()": ({ words }) => words.forEach(() => {}),
  "words.select()": ({ words }) => select([{ take: words }]),
  "words.bind()": ({ words }) => words.bind(),
  "answer.outcome()": ({ answer }) => answer.whenDone(() => {}),
  "store()": ({ count }) => count.store(5),
};

function* dropping(things: Things, call: string): Steps<void> {
  using _held = yield* things.guard.lock();
  yield* things.count.add(1);
  yield* things.words.put(7);
  drops[call]?.(things);
  yield* things.words.take();
  yield* things.words.bind();
}

function programOf(name: string, run: (things: Things) => Steps<unknown>): AnyProgram {
  return defineProgram({
    name,
    claim: "Steps that nobody runs are an error.",
    module: import.meta.url,
    shared: things,
    outcome: ({ count }) => count.load(),
    tasks: () => [{ name: "one", run }],
    expected: () => () => true,
  });
}

/** A program for each. */
export const programs: readonly AnyProgram[] = Object.keys(drops).map((call, index) => {
  return programOf(`drop${index}`, (things) => dropping(things, call));
});

export const starless: AnyProgram = programOf("starless", function* ({ guard }) {
  // What somebody writes who forgets the star.
  yield guard.acquire() as never;
});

/** Steps that are made before they are run, run twice, or given up with their task. */
export const late: AnyProgram = programOf("late", function* ({ count, guard, words }) {
  const [one, other] = [count.add(1), count.add(2)];
  yield* other;
  yield* one;
  yield* one;
  const put = words.put(1);
  using _held = yield* guard.lock();
  yield* put;
  yield* words.bind();
  yield* words.take();
});

export const failing: AnyProgram = programOf("failing", function* ({ count, guard }) {
  // deno-lint-ignore holdfast-steps/dropped
  guard.acquire();
  yield* count.add(1);
  throw new Error("on purpose");
});
