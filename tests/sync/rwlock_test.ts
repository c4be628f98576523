import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { OwnerDiedError, StateError, WaitTimeoutError } from "../../lib/errors.ts";
import { runBlocking, type Steps } from "../../lib/memory/mod.ts";
import {
  blocking,
  type CancelToken,
  cancelToken,
  promised,
  type RWLock,
  rwlock,
  Space,
  type WaitOptions,
} from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";
import { loopMemory, Stage } from "../contracts/stage.ts";

interface Shared {
  readonly table: RWLock;
  readonly token: CancelToken;
}

interface Note {
  readonly task: number;
  readonly act: "read" | "write";
  readonly enters: boolean;
}

function does(acts: readonly Note["act"][], optionsOf: (shared: Shared) => WaitOptions | undefined = () => undefined) {
  return function* (shared: Shared, task: number, log: unknown[]): Steps<void> {
    const { table } = shared;
    for (const act of acts) {
      try {
        using held = yield* act === "read" ? table.read(optionsOf(shared)) : table.write(optionsOf(shared));
        log.push({ task, act, enters: true });
        try {
          yield* table.statistics();
          if (held.ownerDied !== undefined) yield* held.markConsistent();
        } finally {
          log.push({ task, act, enters: false });
        }
      } catch (error) {
        if (!(error instanceof WaitTimeoutError)) throw error;
      }
    }
  };
}

/** Never a writer beside anybody; the dead are beside nobody. */
function exclusive(_: Shared, { log, dead }: RunView): void {
  const inside: Note[] = [];
  for (const note of log as Note[]) {
    if (note.task === dead) continue;
    if (note.enters) inside.push(note);
    else inside.splice(inside.findIndex(({ task }) => task === note.task), 1);
    assert(inside.length <= 1 || inside.every(({ act }) => act === "read"), JSON.stringify(inside));
  }
}

function free({ table }: Shared, { memory }: RunView): void {
  assertEquals(runBlocking(memory, table.statistics()), { readers: 0, writer: undefined, waiters: 0 });
  assertEquals([runBlocking(memory, table.leaks()), runBlocking(memory, table.holders())], [[], []]);
  assertEquals(runBlocking(memory, table.tryAcquireWrite()), true);
}

const common = {
  things: () => ({ table: rwlock(), token: cancelToken() }),
  always: exclusive,
  atEnd: free,
  afterDeath: "recovers",
} as const;

testPrimitive("RWLock", [
  scenario({
    ...common,
    name: "two readers and a writer",
    tasks: [does(["read", "read"]), does(["write"]), does(["read"])],
  }),
  scenario({
    ...common,
    name: "all do both",
    tasks: [does(["write", "read"]), does(["read", "write"]), does(["write", "read"]), does(["read"])],
  }),
  scenario({
    ...common,
    name: "timeouts and a token",
    tasks: [
      does(["read", "write"], () => ({ timeout: 0.001 })),
      does(["write"], ({ token }) => ({ cancel: token, timeout: 0.002 })),
      does(["read", "read"], ({ token }) => ({ cancel: token })),
    ],
  }),
]);

Deno.test("RWLock behaves as its sequential model", () => {
  const tasks = 4;
  type Act = Note["act"];
  const commands = fc.array(
    fc.record({
      kind: fc.constantFrom("acquire", "acquire", "timed", "try", "release", "release", "expire", "kill", "mark"),
      act: fc.constantFrom<Act>("read", "write"),
      task: fc.nat(tasks - 1),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(commands, (commands) => {
      const stage = new Stage({ table: rwlock() }, tasks);
      const dead = new Set<number>();
      let holders: { task: number; act: Act }[] = [];
      let line: { task: number; act: Act; timed: boolean }[] = [];
      let state: "sound" | "died" | "lost" = "sound";
      const fits = (act: Act) => {
        return holders.length === 0 || (state === "sound" && act === "read" && holders[0]!.act === "read");
      };
      for (const { kind, act, task } of commands) {
        if (dead.has(task)) continue;
        const expected = new Map<number, unknown>();
        const granted = () => state === "lost" ? "NotRecoverableError" : state === "sound" ? true : "OwnerDiedError";
        const settle = () => {
          while (line.length > 0 && (state === "lost" || fits(line[0]!.act))) {
            const { task, act } = line.shift()!;
            if (state !== "lost") holders.push({ task, act });
            expected.set(task, granted());
          }
        };
        const waiter = line.find((waiter) => waiter.task === task);
        if (kind === "kill") {
          stage.kill(task);
          dead.add(task);
          line = line.filter((other) => other !== waiter);
          if (holders.some((holder) => holder.task === task && holder.act === "write")) state = "died";
          holders = holders.filter((holder) => holder.task !== task);
          settle();
        } else if (kind === "expire") {
          if (waiter?.timed !== true) continue;
          stage.expire(task);
          line = line.filter((other) => other !== waiter);
          expected.set(task, false);
          settle();
        } else if (waiter === undefined) {
          stage.begin(task, ({ table }) => {
            const options = kind === "timed" ? { timeout: 9 } : undefined;
            if (kind === "mark") return table.markConsistent();
            if (kind === "release") return act === "read" ? table.releaseRead() : table.releaseWrite();
            if (kind === "try") return act === "read" ? table.tryAcquireRead() : table.tryAcquireWrite();
            return act === "read" ? table.acquireRead(options) : table.acquireWrite(options);
          });
          const mine = holders.findIndex((holder) => holder.task === task && (kind === "mark" || holder.act === act));
          if (kind === "mark" || kind === "release") {
            expected.set(task, mine === -1 ? "StateError" : undefined);
            if (mine !== -1 && kind === "mark") state = state === "died" ? "sound" : state;
            if (mine !== -1 && kind === "release") holders.splice(mine, 1);
            if (mine !== -1 && kind === "release" && state === "died" && holders.length === 0) state = "lost";
            settle();
          } else if (state === "lost" || (line.length === 0 && fits(act))) {
            if (state !== "lost") holders.push({ task, act });
            expected.set(task, granted());
          } else if (kind === "try") expected.set(task, false);
          else line.push({ task, act, timed: kind === "timed" });
        }
        const ended = [...stage.ended()].map(([task, value]) => {
          return [task, value instanceof OwnerDiedError ? value.name : value] as const;
        });
        assertEquals(ended, [...expected].sort(([one], [other]) => one - other));
        const writer = holders.find(({ act }) => act === "write")?.task;
        const readers = holders.filter(({ act }) => act === "read").length;
        const { table } = stage.host;
        const statistics = runBlocking(stage.memory, table.statistics());
        assertEquals(statistics, { readers, writer, waiters: line.length });
        const owners = [...new Set(holders.map(({ task }) => task))].sort();
        const certain = writer !== undefined || line.every(({ act }) => act === "write");
        assertEquals(runBlocking(stage.memory, table.owners()), certain ? owners : []);
        assertEquals(runBlocking(stage.memory, table.leaks()).length, owners.length);
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("RWLock of a dead writer is one task's to repair, a reader's too", () => {
  const stage = new Stage({ table: rwlock() }, 4);
  stage.begin(0, ({ table }) => table.acquireWrite());
  for (const task of [1, 2, 3]) stage.begin(task, ({ table }) => table.acquireRead());
  stage.ended();
  stage.kill(0);
  const ended = stage.ended();
  assertEquals([[...ended.keys()], ended.get(1) instanceof OwnerDiedError], [[1], true]);
  stage.begin(1, ({ table }) => table.markConsistent());
  assertEquals([...stage.ended()], [[1, undefined], [2, true], [3, true]]);
});

Deno.test("RWLock that nobody marked consistent is useless for all", () => {
  const stage = new Stage({ table: rwlock() }, 4);
  stage.begin(0, ({ table }) => table.acquireWrite());
  stage.begin(1, ({ table }) => table.acquireRead());
  stage.begin(2, ({ table }) => table.acquireWrite());
  stage.ended();
  stage.kill(0);
  stage.ended();
  stage.begin(1, ({ table }) => table.releaseRead());
  stage.begin(3, ({ table }) => table.tryAcquireRead());
  assertEquals([...stage.ended()], [[1, undefined], [2, "NotRecoverableError"], [3, "NotRecoverableError"]]);
});

Deno.test("RWLock has a blocking and a promise face, and guards that end once", async () => {
  const space = new Space({ table: rwlock() }, { tasks: 2 });
  const memory = loopMemory(space.layout);
  const { table } = space.bind(memory, { task: 0 });
  const { table: others } = space.bind(memory, { task: 1 });
  {
    using one = blocking(table).read();
    using _other = await promised(others).read();
    assertThrows(() => blocking(table).write({ timeout: 0.001 }), WaitTimeoutError);
    assertEquals([blocking(table).tryAcquireRead(), blocking(table).tryAcquireWrite()], [true, false]);
    blocking(table).releaseRead();
    one[Symbol.dispose]();
    assertThrows(() => blocking(table).releaseRead(), StateError, "does not read");
  }
  {
    using _one = await promised(table).write();
    assertEquals([blocking(others).acquireRead({ timeout: 0 }), blocking(others).acquireWrite({ timeout: 0 })], [
      false,
      false,
    ]);
    assertThrows(() => blocking(others).releaseWrite(), StateError, "does not write");
  }
  assertEquals([await promised(table).acquireWrite(), await promised(others).acquireRead({ timeout: 0.001 })], [
    true,
    false,
  ]);
  await promised(table).releaseWrite();
  assertEquals(await promised(others).acquireRead(), true);
  await promised(others).releaseRead();
  assertThrows(() => table.acquireRead({ timeout: -1 }), RangeError);
  assertThrows(() => table.write({ timeout: NaN }), RangeError);
});
