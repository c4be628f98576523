import { assert, assertEquals, assertRejects } from "@std/assert";
import { NotRecoverableError } from "../../../lib/errors.ts";
import { Recovery } from "../../../lib/host/shared/recovery.ts";
import { runAsynchronous, runBlocking, SharedMemory } from "../../../lib/memory/mod.ts";
import { lock, semaphore, Space } from "../../../lib/sync/mod.ts";
import { within } from "../../contracts/deadline.ts";

const far = { name: "GuestDiedError", message: "it died", stack: "" };
const clock = () => performance.timeOrigin + performance.now();

/** A lock, into whose middle tasks can be put as if they had died there. */
function stage() {
  const space = new Space({ guard: lock(), permits: semaphore(1) }, { tasks: 3 });
  const memory = SharedMemory.create(space.layout, { guests: 3, clock });
  runBlocking(memory, space.initialize());
  const names = Array.from({ length: space.layout.wordCount }, (_, word) => space.layout.nameOf(word));
  const enter = (task: number) => {
    const word = names.indexOf("guard.monitor");
    memory.perform({ kind: "store", cell: "i32", word, value: task + 1, order: "atomic" });
  };
  return { space, memory, enter, recovery: new Recovery(space, memory) };
}

Deno.test("Recovery.endedAsync() waits for who is in the middle, and hears of that one's death meanwhile", async () => {
  const { space, memory, enter, recovery } = stage();
  const [first, , third] = [0, 1, 2].map((task) => space.bind(memory, { task }));
  runBlocking(memory, first!.guard.acquire());
  runBlocking(memory, first!.permits.acquireHeld());
  enter(1);
  const one = recovery.endedAsync(0, far);
  let over = false;
  void one.then(() => over = true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(over, false);
  await within(20, Promise.all([one, recovery.endedAsync(1, far)]));
  // What task 1 tore is lost for all; what it did not touch goes on.
  await assertRejects(() => runAsynchronous(memory, third!.guard.acquire()), NotRecoverableError);
  assert(runBlocking(memory, third!.permits.acquire({ timeout: 1 })));
});

Deno.test("Recovery.owners() names no owner while somebody is in the middle: it may be handing the lock over", () => {
  const space = new Space({ guard: lock({ owned: true }) }, { tasks: 2 });
  const memory = SharedMemory.create(space.layout, { guests: 2, clock });
  const names = Array.from({ length: space.layout.wordCount }, (_, word) => space.layout.nameOf(word));
  const recovery = new Recovery(space, memory);
  runBlocking(memory, space.bind(memory, { task: 1 }).guard.acquire());
  assertEquals(recovery.owners("guard"), [1]);
  const word = names.indexOf("guard.monitor");
  memory.perform({ kind: "store", cell: "i32", word, value: 1, order: "atomic" });
  assertEquals(recovery.owners("guard"), []);
  assertEquals(recovery.owners("nothing"), []);
});
