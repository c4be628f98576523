import { assertEquals } from "@std/assert";
import { findDeadlock, type TaskWait } from "../../../lib/host/mod.ts";

const wait = (task: number, object: string, more: Partial<TaskWait> = {}): TaskWait => {
  return { task, object, method: "acquire", timed: false, queued: true, ...more };
};

/** The tasks of the deadlock among these waits; the lock `oN` belongs to task N. */
function found(waits: readonly TaskWait[], live: number, owners?: Readonly<Record<string, readonly number[]>>) {
  const ownersOf = (object: string) => owners?.[object] ?? (object.startsWith("o") ? [Number(object.slice(1))] : []);
  return findDeadlock(waits, {
    names: ["t0", "t1", "t2", "t3"],
    live,
    recovery: { owners: ownersOf, holders: ownersOf },
  })?.tasks;
}

Deno.test("findDeadlock() finds a circle whatever others do, and names it from its first task on", () => {
  assertEquals(found([wait(2, "o1"), wait(1, "o2")], 5), [1, 2]);
  assertEquals(found([wait(0, "o0")], 2), [0]);
  assertEquals(found([wait(3, "o1"), wait(1, "o2"), wait(2, "o1")], 9), [1, 2]);
});

Deno.test("findDeadlock() finds no circle over one that gives up, does not wait, or is only at the door", () => {
  assertEquals(found([wait(0, "o1"), wait(1, "o0", { timed: true })], 2), undefined);
  assertEquals(found([wait(0, "o1")], 2), undefined);
  assertEquals(found([wait(0, "o0", { queued: false })], 2), undefined);
  assertEquals(found([wait(0, "o1"), wait(1, "o0", { queued: false })], 3), undefined);
});

Deno.test("findDeadlock() finds that nobody can act any more when all wait, none for a time", () => {
  assertEquals(found([wait(0, "s"), wait(1, "s")], 2), [0, 1]);
  assertEquals(found([wait(0, "s"), wait(1, "s")], 3), undefined);
  assertEquals(found([wait(0, "s"), wait(1, "s", { timed: true })], 2), undefined);
  assertEquals(found([], 0), undefined);
  assertEquals(found([wait(0, "s"), wait(1, "s", { queued: false })], 2), [0, 1]);
});
