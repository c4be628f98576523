import { assertEquals } from "@std/assert";
import { ModelMemory, runBlocking, seededChooser } from "../../lib/memory/mod.ts";
import { runCooperative, TaskRun } from "../../lib/program/mod.ts";
import { cell, lock, semaphore, Space } from "../../lib/sync/mod.ts";

for (const fair of [false, true]) Deno.test(`lock random words fair=${fair}`, () => {
  for (let seed = 0; seed < 3000; seed++) {
    const T = 3;
    const space = new Space({ guard: lock({ fair, owned: seed % 2 === 0 }), n: cell({ order: "plain" }) }, { tasks: T });
    const memory = new ModelMemory(space.layout);
    const tasks = Array.from({ length: T }, (_, task) => {
      const { guard, n } = space.bind(memory, { task });
      return { name: `t${task}`, steps: (function* () {
        for (let i = 0; i < 4; i++) {
          using _held = yield* guard.lock();
          const seen = yield* n.load();
          yield* n.store(seen + 1);
        }
      })() };
    });
    const result = runCooperative(memory, tasks, { seed, switchAt: "operation" });
    const { n, guard } = space.bind(memory);
    assertEquals([result.kind, n.loadSync(), guard.lockedSync(), seed], ["finished", 12, false, seed]);
    assertEquals(runBlocking(memory, guard.statistics()).waiters, 0);
    for (const o of result.outcomes) if (o.kind === "threw") throw o.error;
  }
});

Deno.test("semaphore random words", () => {
  for (let seed = 0; seed < 3000; seed++) {
    const T = 3;
    const space = new Space({ s: semaphore(2) }, { tasks: T });
    const memory = new ModelMemory(space.layout);
    runBlocking(memory, space.initialize());
    let inside = 0, most = 0;
    const tasks = Array.from({ length: T }, (_, task) => {
      const { s } = space.bind(memory, { task });
      return { name: `t${task}`, steps: (function* () {
        for (let i = 0; i < 4; i++) {
          const permits = 1 + (task + i) % 2;
          using _held = yield* s.hold({ permits });
          inside += permits; most = Math.max(most, inside);
          inside -= permits;
        }
      })() };
    });
    const result = runCooperative(memory, tasks, { seed, switchAt: "operation" });
    const { s } = space.bind(memory);
    assertEquals([result.kind, runBlocking(memory, s.statistics())], ["finished", { permits: 2, waiters: 0 }]);
    for (const o of result.outcomes) if (o.kind === "threw") throw o.error;
  }
});

/** Runs until task 0 has done `steps` operations, then buries it. */
Deno.test("lock kill sweep", () => {
  for (let seed = 0; seed < 60; seed++) for (let at = 0; at < 80; at++) {
    const T = 3;
    const space = new Space({ guard: lock() }, { tasks: T });
    const memory = new ModelMemory(space.layout);
    memory.defer();
    const died: string[] = [];
    const runs = Array.from({ length: T }, (_, task) => {
      const { guard } = space.bind(memory, { task });
      return new TaskRun(memory, { name: `t${task}`, number: task, steps: (function* () {
        for (let i = 0; i < 3; i++) {
          using held = yield* guard.lock();
          if (held.ownerDied) { died.push(`t${task}`); yield* held.markConsistent(); }
        }
      })() });
    });
    const rnd = seededChooser(seed);
    const queue = [0, 1, 2];
    let count = 0;
    let dead = false;
    for (let guardCount = 0;; guardCount++) {
      if (guardCount > 20000) throw new Error(`livelock ${seed} ${at}`);
      for (const { task, answer } of memory.takeReady()) { runs[task]!.wake(answer); queue.push(task); }
      if (!dead && count === at) {
        dead = true;
        memory.unpark(0);
        const i = queue.indexOf(0); if (i >= 0) queue.splice(i, 1);
        const { guard } = space.bind(memory);
        // as a task of its own
        const sup = new TaskRun(memory, { name: "sup", number: 3, steps: guard.died!(0) });
        runs[3] = sup; queue.push(3);
        continue;
      }
      if (queue.length === 0) break;
      const [n = 0] = queue.splice(rnd(queue.length), 1);
      if (n === 0) count++;
      const run = runs[n]!;
      run.perform();
      if (!run.parked && !run.ended) queue.push(n);
    }
    for (const run of runs.slice(1)) {
      if (!run.ended) throw new Error(`seed ${seed} at ${at}: ${run.name} waits; dead at ${runs[0]!.pending?.kind} ${JSON.stringify((runs[0]!.pending as any))}`);
      if (run.outcome.kind === "threw" && (run.outcome.error as Error).name !== "NotRecoverableError") throw run.outcome.error;
    }
  }
});
