import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { DeadlockError, InterruptedError, interruptionText, StoppedError } from "../../lib/errors.ts";
import { Layout, load, runBlocking, SharedMemory, store } from "../../lib/memory/mod.ts";
import { holdEventLoop as hold } from "../../lib/platform/clock.ts";

/** A memory whose guests are here: their clock calls back, which is how the host acts in the middle of a wait. */
function stage(guests = 2) {
  const layout = new Layout();
  const [gate, other] = [layout.word("gate"), layout.word("other")];
  const acts: (() => void)[] = [];
  const clock = () => {
    acts.shift()?.();
    return performance.now();
  };
  const host = SharedMemory.create(layout, { guests, clock: () => performance.now(), hold });
  const guest = (guest: number) => SharedMemory.attach(host.handle, { guest, clock, hold });
  return { host, guest, gate, other, acts };
}

const soon = () => performance.now() + 5;
/** After the first slice of a wait, at whose end the guest looks whether it is interrupted. */
const later = () => performance.now() + 5000;

Deno.test("GuestControl.interrupt() ends the wait that it means, once", () => {
  const { host, guest, gate, acts } = stage();
  const one = guest(0);
  acts.push(() => {
    const { sequence } = host.control.publishedWait(0)!;
    host.control.interrupt(new Map([[0, sequence]]), "it is over");
    assert(host.control.remind(0));
  });
  const error = assertThrows(
    () => one.perform({ kind: "wait", word: gate, expected: 0, deadline: later() }),
    InterruptedError,
    "it is over",
  );
  assertInstanceOf(error, InterruptedError);
  assert(!host.control.remind(0));
  assertEquals(one.perform({ kind: "wait", word: gate, expected: 0, deadline: soon() }), "timed-out");
});

Deno.test("GuestControl.interrupt() gives each its error with its data, long or not", () => {
  const { host, guest, gate, acts } = stage();
  const waits = [{ task: "a", object: "guard", method: "acquire", owners: ["a"] }];
  acts.push(() => {
    const { sequence } = host.control.publishedWait(0)!;
    host.control.interrupt(new Map([[0, sequence]]), interruptionText(new DeadlockError(waits)));
  });
  const error = assertThrows(
    () => guest(0).perform({ kind: "wait", word: gate, expected: 0, deadline: later() }),
    DeadlockError,
  );
  assertEquals(error.waits, waits);
  const many = Array.from({ length: 1000 }, (_, task) => ({ ...waits[0]!, task: `${task} \u00e4` }));
  const text = interruptionText(new DeadlockError(many), host.control.longestReason);
  assert(new TextEncoder().encode(text).length <= host.control.longestReason);
  const { waits: left } = JSON.parse(text);
  assert(left.length > 10);
  assertEquals(left, many.slice(0, left.length));
});

Deno.test("GuestControl.interrupt() never reaches a guest that has left the wait that it means", () => {
  const { host, guest, gate, acts } = stage();
  const one = guest(0);
  let sequence = 0;
  acts.push(() => sequence = host.control.publishedWait(0)!.sequence);
  assertEquals(one.perform({ kind: "wait", word: gate, expected: 0, deadline: soon() }), "timed-out");
  // The host looked before that wait ended, and is late.
  host.control.interrupt(new Map([[0, sequence]]), "late");
  assertEquals(one.perform({ kind: "wait", word: gate, expected: 0, deadline: soon() }), "timed-out");
  host.control.interrupt(new Map([[0, sequence]]), "late");
  acts.push(() => assert(!host.control.remind(0)));
  assertEquals(one.perform({ kind: "wait", word: gate, expected: 0, deadline: soon() }), "timed-out");
  host.control.interrupt(new Map([[0, sequence]]), "late");
  assert(!host.control.remind(0));
});

Deno.test("GuestControl.interrupt() is not heard before it is written for all", () => {
  const { host, guest, gate, other, acts } = stage();
  const [one, two] = [guest(0), guest(1)];
  const heard: string[] = [];
  acts.push(() => {
    // Guest 0 waits; guest 1 begins to wait in the meantime.
    acts.push(() => {
      const waits = new Map([0, 1].map((guest) => [guest, host.control.publishedWait(guest)!.sequence]));
      host.control.interrupt(waits, "both");
    });
    assertThrows(
      () => two.perform({ kind: "wait", word: other, expected: 0, deadline: later() }),
      InterruptedError,
      "both",
    );
    heard.push("two");
  });
  assertThrows(
    () => one.perform({ kind: "wait", word: gate, expected: 0, deadline: later() }),
    InterruptedError,
    "both",
  );
  heard.push("one");
  assertEquals(heard, ["two", "one"]);
  // Half an interruption, as when its host is interrupted itself: nobody hears of it.
  acts.push(() => {
    const names = Array.from({ length: host.layout.wordCount }, (_, word) => host.layout.nameOf(word));
    const { sequence } = host.control.publishedWait(0)!;
    host.control.interrupt(new Map(), "half");
    runBlocking(host, store(names.indexOf("control.interruption"), 0));
    runBlocking(host, store(names.indexOf("control.guest[0].interruptedWait"), sequence));
    runBlocking(host, store(names.indexOf("control.guest[0].stop"), 2));
  });
  assertEquals(one.perform({ kind: "wait", word: gate, expected: 0, deadline: soon() + 120 }), "timed-out");
});

Deno.test("SharedMemory lets a guest that polls hear of its stop, and only that", () => {
  const { host, guest, gate } = stage();
  const [one, two] = [guest(0), guest(1)];
  host.control.interrupt(new Map([[1, 0]]), "not while it polls");
  host.control.requestStop(0);
  const poll = (memory: SharedMemory) => {
    for (let time = 0; time < 70_000; time++) runBlocking(memory, load(gate));
  };
  assertThrows(() => poll(one), StoppedError, "guest 0 is asked to stop");
  poll(two);
  poll(host);
});

Deno.test("SharedMemory stops a guest that calls where a call begins, in the middle of none, and not where it undoes one", () => {
  const { host, guest, gate } = stage();
  const one = guest(0);
  host.control.requestStop(0);
  let at = "before a call";
  const callOften = () => {
    for (let call = 0; call < 100; call++) {
      at = "before a call";
      one.perform({ kind: "call", object: "thing", method: "change", args: [] });
      at = "inside";
      for (let time = 0; time < 3000; time++) runBlocking(one, load(gate));
    }
  };
  assertThrows(callOften, StoppedError);
  assertEquals(at, "before a call");
  callOften();
  assertThrows(() => one.perform({ kind: "wait", word: gate, expected: 0 }), StoppedError);
});

Deno.test("SharedMemory publishes whether a sleep or a wait has an end", () => {
  const { host, guest, gate, acts } = stage();
  const one = guest(0);
  const timed: (boolean | undefined)[] = [];
  const note = () => void timed.push(host.control.publishedWait(0)?.timed);
  acts.push(note);
  one.perform({ kind: "wait", word: gate, expected: 0, deadline: soon() });
  acts.push(() => {}, note);
  one.perform({ kind: "sleep", until: soon() });
  acts.push(() => {
    note();
    host.control.requestStop(0);
  });
  assertThrows(() => one.perform({ kind: "sleep", until: Infinity }), StoppedError);
  assertEquals(timed, [true, true, false]);
});

Deno.test("SharedMemory publishes a wait by promise as one that blocks, and ends it by an interruption or a stop", async () => {
  const { host, guest, gate } = stage();
  const one = guest(0);
  const never = () => one.performAsync({ kind: "wait", word: gate, expected: 0 }) as Promise<unknown>;
  const woken = never();
  const first = host.control.publishedWait(0)!;
  assertEquals([first.word, first.asleep, first.timed], [gate, true, false]);
  host.perform({ kind: "notify", word: gate, count: 1 });
  assertEquals([await woken, host.control.publishedWait(0)], ["woken", undefined]);
  const interrupted = never();
  const { sequence } = host.control.publishedWait(0)!;
  assert(sequence !== first.sequence);
  host.control.interrupt(new Map([[0, sequence]]), "it is over");
  await assertRejects(() => interrupted, InterruptedError, "it is over");
  for (const begin of [never, () => one.performAsync({ kind: "sleep", until: Infinity }) as Promise<unknown>]) {
    const stopped = begin();
    host.control.requestStop(0);
    await assertRejects(() => stopped, StoppedError);
    assertEquals(host.control.publishedWait(0), undefined);
    host.control.admit(0);
  }
});

Deno.test("SharedMemory sleeps by promise until its time, whoever wakes it before, and leaves the host's sleep alone", async () => {
  const { host, guest } = stage();
  const until = soon() + 20;
  const sleeps = [guest(0), host].map(async (memory) => {
    assertEquals(await memory.performAsync({ kind: "sleep", until }), undefined);
    assert(performance.now() >= until, `${until - performance.now()} ms early`);
  });
  const { word, timed } = host.control.publishedWait(0)!;
  assert(timed && word !== host.control.quietWord);
  host.perform({ kind: "notify", word, count: Infinity });
  await Promise.all(sleeps);
});

Deno.test("SharedMemory publishes no wait that was given up, which hides none that follows", async () => {
  const { host, guest, gate, other } = stage();
  const one = guest(0);
  const aborts = new AbortController();
  const givenUp = one.performAsync({ kind: "wait", word: gate, expected: 0 }, aborts.signal);
  aborts.abort();
  assertEquals(host.control.publishedWait(0), undefined);
  const next = one.performAsync({ kind: "wait", word: other, expected: 0 });
  host.perform({ kind: "notify", word: gate, count: 1 });
  await givenUp;
  assertEquals(host.control.publishedWait(0)?.word, other);
  host.perform({ kind: "notify", word: other, count: 1 });
  await next;
});

Deno.test("GuestControl.admit() gives a guest the place of one that was stopped", () => {
  const { host, guest } = stage();
  const old = guest(0);
  host.control.requestStop(0);
  old.control.acknowledge();
  assertEquals([old.control.stopRequested, host.control.acknowledged(0)], [true, true]);
  host.control.admit(0);
  const young = guest(0);
  assertEquals([young.control.stopRequested, host.control.acknowledged(0)], [false, false]);
  assertEquals(host.control.publishedWait(0), undefined);
});
