import { assert, assertEquals, assertRejects } from "@std/assert";
import { encode } from "../../../lib/codec/mod.ts";
import { TaskEnds } from "../../../lib/host/program/task_ends.ts";

const far = { name: "Error", message: "it died", stack: "" };

Deno.test("TaskEnds counts the first end of each task", async () => {
  const told: unknown[] = [];
  const ends = new TaskEnds(2, (task, failure) => void told.push([task, failure?.message, ends.live]));
  ends.endWith(1, encode({ far }));
  ends.end(1, { kind: "returned", value: 6 });
  assert(ends.has(1) && !ends.has(0));
  ends.endWith(0, encode({ value: 5 }));
  assertEquals(await ends.all, [{ kind: "returned", value: 5 }, { kind: "failed", far }]);
  // Who is told of an end finds the task counted off.
  assertEquals(told, [[1, "it died", 1], [0, undefined, 0]]);
});

Deno.test("TaskEnds counts a task as live until what it held has gone on", async () => {
  const recovery = Promise.withResolvers<void>();
  const ends = new TaskEnds(2, (_task, failure) => failure === undefined ? undefined : recovery.promise);
  ends.end(0, { kind: "failed", far });
  ends.end(1, { kind: "returned", value: 1 });
  let over = false;
  void ends.all.then(() => over = true);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals([ends.live, ends.has(0), over], [1, true, false]);
  recovery.resolve();
  await ends.all;
  assertEquals(ends.live, 0);
});

Deno.test("TaskEnds.endRest() ends the others at once, and buries nobody", async () => {
  const told: number[] = [];
  const ends = new TaskEnds(3, (task) => {
    told.push(task);
    return new Promise(() => {});
  });
  ends.end(1, { kind: "returned", value: 1 });
  ends.endRest(() => ({ kind: "failed", far }));
  assertEquals((await ends.all).map(({ kind }) => kind), ["failed", "returned", "failed"]);
  ends.end(0, { kind: "returned", value: 1 });
  assertEquals(told, [1]);
});

Deno.test("TaskEnds fails where an end cannot be dealt with", async () => {
  for (
    const thrown of [() => {
      throw new RangeError("no");
    }, () => Promise.reject(new RangeError("no"))]
  ) {
    const ends = new TaskEnds(2, thrown);
    ends.end(0, { kind: "failed", far });
    await assertRejects(() => ends.all, RangeError);
  }
});
