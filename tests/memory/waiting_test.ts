import { assertEquals } from "@std/assert";
import { Layout, SharedMemory, sharedWaiting, type Waiting } from "../../lib/memory/mod.ts";
import { holdEventLoop as hold } from "../../lib/platform/clock.ts";

type Act = readonly [act: keyof Waiting, word: number];

Deno.test("SharedMemory and its control wait and notify as they are told to, and in no other way", async () => {
  const layout = new Layout();
  const word = layout.word("gate");
  const acts: Act[] = [];
  /** What happens at the beginning of the next wait that blocks. */
  let meanwhile = () => {};
  const waiting: Waiting = {
    wait(words, word, expected, milliseconds) {
      acts.push(["wait", word]);
      meanwhile();
      return sharedWaiting.wait(words, word, expected, milliseconds);
    },
    waitAsync(words, word, expected, milliseconds) {
      acts.push(["waitAsync", word]);
      return sharedWaiting.waitAsync(words, word, expected, milliseconds);
    },
    notify(words, word, count) {
      acts.push(["notify", word]);
      return sharedWaiting.notify(words, word, count);
    },
  };
  let time = 0;
  const options = { clock: () => time, hold, waiting };
  const memory = SharedMemory.create(layout, { guests: 1, ...options });
  const guest = SharedMemory.attach(memory.handle, { guest: 0, ...options });
  const { control } = memory;
  const { turnWord, quietWord } = control;
  const check = async (act: () => unknown, ...wanted: Act[]) => {
    acts.length = 0;
    await act();
    assertEquals(acts, wanted);
  };
  await check(() => memory.perform({ kind: "wait", word, expected: 0, deadline: 0 }), ["wait", word]);
  await check(() => memory.performAsync({ kind: "wait", word, expected: 0, deadline: 0 }), ["waitAsync", word]);
  await check(() => memory.performAsync({ kind: "sleep", until: 0 }), ["waitAsync", quietWord]);
  await check(() => memory.perform({ kind: "notify", word, count: 1 }), ["notify", word]);
  meanwhile = () => time = 1;
  await check(() => memory.perform({ kind: "sleep", until: 1 }), ["wait", quietWord]);
  meanwhile = () => control.passTurn(0, { wakes: true });
  await check(() => guest.control.awaitTurn(1), ["wait", turnWord], ["notify", turnWord]);
  await check(() => control.endTurns(), ["notify", turnWord]);
  const wait = guest.performAsync({ kind: "wait", word, expected: 0 }) as Promise<unknown>;
  await check(() => control.requestStop(0), ["notify", word]);
  await wait.catch(() => {});
});

Deno.test("SharedMemory looks at a word that it polls often at first, and every 2 ms at the latest", async () => {
  const layout = new Layout();
  const word = layout.word("gate");
  const slices: number[] = [];
  let time = 0;
  const wait: Waiting["wait"] = (_words, _word, _expected, milliseconds) => {
    slices.push(milliseconds);
    time += milliseconds;
    return "timed-out";
  };
  const options = { clock: () => time, hold, waiting: { ...sharedWaiting, wait, waitAsync: wait } };
  const memory = SharedMemory.create(layout, { guests: 0, ...options });
  const poll = { kind: "wait", word, expected: 0, polls: true, deadline: 9 } as const;
  const expected = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2, 2];
  assertEquals(memory.perform(poll), "timed-out");
  assertEquals(slices.slice(0, 8), expected);
  slices.length = time = 0;
  assertEquals(await memory.performAsync(poll), "timed-out");
  assertEquals(slices.slice(0, 8), expected);
});
