/**
 * Scenarios that use the library's own primitives.
 */

import { queue } from "../../lib/mailbox/mod.ts";
import type { World } from "../../lib/scenario/mod.ts";
import { shareIn } from "../../lib/scenario/share.ts";
import { cell, lock, semaphore } from "../../lib/sync/mod.ts";

/** A counter of several adders, guarded or not. */
export async function counted(world: World, { adders, guarded }: { adders: number; guarded: boolean }) {
  const { guard, count } = shareIn(world, { guard: lock(), count: cell() });
  const add = async () => {
    if (guarded) await guard.acquire();
    await count.store(await count.load() + 1);
    if (guarded) await guard.release();
  };
  await Promise.all(Array.from({ length: adders }, add));
  const sum = await count.load();
  world.expect(sum === adders, "each is counted");
  return sum;
}

/** Two locks, taken in one order or in two. */
export async function crossed(world: World, inOrder: boolean) {
  // No call fails by it.
  world.faults({ fails: true, late: 1 });
  const { a, b } = shareIn(world, { a: lock(), b: lock() });
  const both = async (first: typeof a, second: typeof a) => {
    using _first = await first.lock();
    using _second = await second.lock();
  };
  await Promise.all([both(a, b), inOrder ? both(a, b) : both(b, a)]);
}

/** Somebody who waits for a permit until it comes, for so many seconds, or until that is aborted; and the time then. */
export async function waiting(world: World, until: "come" | "aborted" | number) {
  const { full } = shareIn(world, { full: semaphore(0) });
  const { signal, abort } = aborting();
  const begin = Date.now();
  const options = until === "aborted" ? { signal } : until === "come" ? {} : { timeout: until };
  const wait = full.acquire(options).catch(String);
  await world.io("give");
  if (until === "aborted") abort("over");
  else await full.release();
  return [await wait, Date.now() - begin];
}

function aborting() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason: string) => controller.abort(reason) };
}

/** Two who put into a queue of one place, and one who gets. */
export async function queued(world: World) {
  const { jobs } = shareIn(world, { jobs: queue<{ job: string }>({ maxsize: 1 }) });
  const get = async () => [(await jobs.get()).job, (await jobs.get()).job].join("");
  const [got] = await Promise.all([get(), jobs.put({ job: "a" }), jobs.put({ job: "b" })]);
  return got;
}

/** A call of a script: of a cell, and of a semaphore with one permit. */
export type Call = "load" | "add" | "store" | "try" | "take" | "give";

/** Tasks that do the calls of scripts; what they saw. */
export async function scripted(world: World, scripts: readonly (readonly Call[])[]) {
  const { word, permit } = shareIn(world, { word: cell(), permit: semaphore(1) });
  const calls = {
    load: () => word.load(),
    add: () => word.add(1),
    store: () => word.store(5),
    try: () => permit.tryAcquire(),
    take: () => permit.acquire(),
    give: () => permit.release(),
  };
  return await Promise.all(scripts.map(async (script) => {
    const seen: unknown[] = [];
    for (const call of script) seen.push(await calls[call]() ?? null);
    return seen;
  }));
}
