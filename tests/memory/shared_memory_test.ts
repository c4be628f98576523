import { assert, assertEquals, assertThrows } from "@std/assert";
import { StoppedError } from "../../lib/errors.ts";
import { Layout, SharedMemory, sleep, store, wait } from "../../lib/memory/mod.ts";
import { runBlocking } from "../../lib/memory/mod.ts";
import { testMemoryContract } from "../contracts/memory_contract.ts";
import { realClock, SharedSubject } from "../contracts/memory_subjects.ts";
import type { TaskCall } from "../contracts/memory_tasks.ts";

testMemoryContract(() => new SharedSubject());

function gate(guests = 1) {
  const layout = new Layout();
  const word = layout.word("gate");
  return { word, memory: SharedMemory.create(layout, { guests, clock: realClock }) };
}

/** Returns to the event loop until a condition holds, or a test's patience ends. */
async function until(condition: () => boolean, what: string): Promise<void> {
  const last = performance.now() + 10_000;
  while (!condition()) {
    assert(performance.now() < last, `not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function controlWord(memory: SharedMemory, name: string): number {
  const words = Array.from({ length: memory.layout.wordCount }, (_, word) => word);
  return words.find((word) => memory.layout.nameOf(word) === name) ?? -1;
}

for (const call of [{ task: "waitOnce", args: [0] }, { task: "sleepUntil", args: [Infinity] }] satisfies TaskCall[]) {
  Deno.test(`GuestControl.requestStop() ends ${call.task}, and the guest acknowledges`, async () => {
    using subject = new SharedSubject();
    const { memory } = gate();
    const reply = subject.start(memory, { guest: 0, call });
    await until(() => memory.control.publishedWait(0) !== undefined, "the guest waits");
    assert(!memory.control.acknowledged(0));
    const started = performance.now();
    await until(() => {
      memory.control.requestStop(0);
      return memory.control.acknowledged(0);
    }, "the guest acknowledges");
    assertEquals(await reply, { kind: "stopped" });
    assert(performance.now() - started < 5000);
  });
}

Deno.test("GuestControl.requestStop() before a wait lets the guest not wait at all", async () => {
  using subject = new SharedSubject();
  const { memory } = gate();
  memory.control.requestStop(0);
  assertEquals(await subject.start(memory, { guest: 0, call: { task: "waitOnce", args: [0] } }), { kind: "stopped" });
  assert(memory.control.acknowledged(0));
});

Deno.test("SharedMemory throws StoppedError from every wait and sleep of a stopped guest, even of no length", () => {
  const { memory, word } = gate(2);
  const [stopped, other] = [0, 1].map((guest) => SharedMemory.attach(memory.handle, { guest, clock: realClock }));
  assertEquals([stopped!.control.stopRequested, runBlocking(stopped!, wait(word, 1))], [false, "not-equal"]);
  memory.control.requestStop(0);
  assertEquals([stopped!.control.stopRequested, other!.control.stopRequested, memory.control.stopRequested], [
    true,
    false,
    false,
  ]);
  assertThrows(() => runBlocking(stopped!, wait(word, 1)), StoppedError, "guest 0 is asked to stop");
  assertThrows(() => runBlocking(stopped!, sleep(0)), StoppedError);
  assertEquals(runBlocking(other!, wait(word, 1)), "not-equal");
});

Deno.test("GuestControl.requestStop() notifies the word on which the guest waits", async () => {
  using subject = new SharedSubject();
  const { memory, word } = gate(2);
  // Guest 0 only says that it waits; guest 1 waits, and its word does not change, so only a notify ends that.
  runBlocking(memory, store(controlWord(memory, "control.guest[0].waitingOn"), word));
  const reply = subject.start(memory, { guest: 1, call: { task: "waitOnce", args: [word] } });
  let awake = false;
  reply.then(() => awake = true);
  try {
    await until(() => {
      memory.control.requestStop(0);
      return awake;
    }, "guest 1 is notified");
  } finally {
    memory.control.requestStop(1);
  }
  assertEquals(await reply, { kind: "returned", value: "woken" });
});

Deno.test("SharedMemory wait sees a stop whose notify was lost, between two slices", async () => {
  using subject = new SharedSubject();
  const { memory } = gate();
  const reply = subject.start(memory, { guest: 0, call: { task: "waitOnce", args: [0] } });
  await until(() => memory.control.publishedWait(0) !== undefined, "the guest waits");
  runBlocking(memory, store(controlWord(memory, "control.guest[0].stop"), 1));
  assertEquals(await reply, { kind: "stopped" });
});

Deno.test("SharedMemory wait answers woken when its word changes without a notify", async () => {
  using subject = new SharedSubject();
  const { memory, word } = gate();
  const reply = subject.start(memory, { guest: 0, call: { task: "waitOnce", args: [word] } });
  await until(() => memory.control.publishedWait(0) !== undefined, "the guest waits");
  runBlocking(memory, store(word, 1));
  const [{ kind, value }] = await subject.withDeadline(memory, [reply]) as [{ kind: string; value?: unknown }];
  assertEquals(kind, "returned");
  // The first slice may not have begun when the word changed.
  assert(value === "woken" || value === "not-equal");
});

Deno.test("GuestControl.requestStop() leaves the other guests alone", async () => {
  using subject = new SharedSubject();
  const { memory, word } = gate(2);
  const call: TaskCall = { task: "passGate", args: [word, controlWord(memory, "control.turn")] };
  const replies = [0, 1].map((guest) => subject.start(memory, { guest, call }));
  await until(() => [0, 1].every((guest) => memory.control.publishedWait(guest) !== undefined), "both wait");
  await until(() => {
    memory.control.requestStop(0);
    return memory.control.acknowledged(0);
  }, "guest 0 acknowledges");
  runBlocking(memory, store(word, 1));
  memory.perform({ kind: "notify", word, count: Infinity });
  assertEquals(await Promise.all(replies), [{ kind: "stopped" }, { kind: "returned", value: undefined }]);
  assertEquals(memory.control.publishedWait(1), undefined);
});

Deno.test("GuestControl.publishedWait() names the word, and tells one wait from the next", async () => {
  using subject = new SharedSubject();
  const { memory, word } = gate();
  assertEquals(memory.control.publishedWait(0), undefined);
  const reply = subject.start(memory, { guest: 0, call: { task: "passGate", args: [word, word + 1] } });
  await until(() => memory.control.publishedWait(0) !== undefined, "the guest waits");
  const first = memory.control.publishedWait(0)!;
  assertEquals(memory.layout.nameOf(first.word), "gate");
  assertEquals(memory.control.publishedWait(0), first);
  // Woken for nothing, the guest waits again.
  await until(() => {
    memory.perform({ kind: "notify", word, count: 1 });
    const wait = memory.control.publishedWait(0);
    return wait !== undefined && wait.sequence > first.sequence;
  }, "another wait");
  runBlocking(memory, store(word, 1));
  memory.perform({ kind: "notify", word, count: 1 });
  assertEquals(await reply, { kind: "returned", value: undefined });
  assertEquals(memory.control.publishedWait(0), undefined);
});

Deno.test("SharedMemory.ticket() draws one sequence on all sides", () => {
  const { memory } = gate();
  const guest = SharedMemory.attach(memory.handle, { guest: 0, clock: realClock });
  assertEquals([memory.ticket(), guest.ticket(), guest.ticket(), memory.ticket()], [1, 2, 3, 4]);
});

Deno.test("SharedMemory names every control word, after the words of the layout", () => {
  const { memory } = gate(2);
  const names = Array.from({ length: memory.layout.wordCount }, (_, word) => memory.layout.nameOf(word));
  const guests = ["control.guest[0]", "control.guest[1]"];
  const perGuest = [
    "stop",
    "acknowledged",
    "waitingOn",
    "waitSequence",
    "expected",
    "timed",
    "interruptedWait",
    "claimed",
  ];
  assertEquals(names.filter((name) => !name.endsWith("]")), [
    "gate",
    "control.padding",
    "control.interruption",
    "control.turn",
    "control.ticket",
    "control.quiet",
    ...guests.flatMap((guest) => perGuest.map((name) => `${guest}.${name}`)),
  ]);
  assertEquals(names.filter((name) => !/^(gate|control\.)/.test(name)), []);
  assertEquals(names.length % 2, 0);
});

Deno.test("SharedMemory begins its bytes at a multiple of 8, for any number of words and guests", () => {
  for (let words = 0; words < 4; words++) {
    for (let guests = 0; guests < 4; guests++) {
      const layout = new Layout();
      layout.words("words", words);
      assertEquals(SharedMemory.create(layout, { guests, clock: realClock }).layout.wordCount % 2, 0);
    }
  }
});

Deno.test("SharedMemory refuses a guest that it has no control words for", () => {
  const { memory } = gate(2);
  for (const guest of [-1, 2, 0.5]) {
    assertThrows(() => SharedMemory.attach(memory.handle, { guest, clock: realClock }), RangeError, "Cannot attach");
  }
  assertThrows(() => memory.control.requestStop(2), RangeError, "Cannot reach guest 2");
  assertThrows(() => memory.control.acknowledge(), TypeError, "this is the host");
});

Deno.test("SharedMemory that spins sees its word change before it says that it waits", () => {
  const layout = new Layout();
  const word = layout.word("word");
  let looks = 0;
  const clock = () => {
    if (++looks === 3) host.perform({ kind: "store", cell: "i32", word, value: 1, order: "atomic" });
    return looks / 1000;
  };
  const host = SharedMemory.create(layout, { guests: 1, clock, spin: 20 });
  const guest = SharedMemory.attach(host.handle, { guest: 0, clock });
  assertEquals(guest.perform({ kind: "wait", word, expected: 0 }), "woken");
  const sequence = controlWord(host, "control.guest[0].waitSequence");
  assertEquals(host.perform({ kind: "load", cell: "i32", word: sequence, order: "atomic" }), 0);
});

Deno.test("SharedMemory spins no longer than it may, and not at all by default", () => {
  for (const { spin, most } of [{ spin: 20, most: 8 }, { spin: undefined, most: 4 }]) {
    const layout = new Layout();
    const word = layout.word("word");
    let looks = 0;
    const host = SharedMemory.create(layout, {
      guests: 0,
      clock: () => ++looks * 0.005,
      ...(spin === undefined ? {} : { spin }),
    });
    assertEquals(host.perform({ kind: "wait", word, expected: 0, deadline: 0 }), "timed-out");
    assert(looks <= most, `${looks} looks at the clock`);
  }
  for (const spin of [-1, 21, NaN]) {
    assertThrows(
      () => SharedMemory.create(new Layout(), { guests: 0, clock: () => 0, spin }),
      RangeError,
      "Cannot spin",
    );
  }
});
