import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { explore, formatSchedule, parseSchedule, replay } from "../../lib/explorer/mod.ts";
import { defineProgram } from "../../lib/program/mod.ts";
import { cell, lock, semaphore, type Shared } from "../../lib/sync/mod.ts";

const things = () => ({
  counting: lock(),
  room: semaphore(1),
  turn: lock({ fair: true }),
  readers: cell(),
  done: cell(),
});
type Things = Shared<ReturnType<typeof things>>;

const readersFirst = defineProgram({
  name: "readers-first",
  claim: "A writer gets its turn among readers that come again and again.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  shared: things,
  tasks: ({ variant }) => [
    ...["r1", "r2"].map((name) => ({
      name,
      *run({ counting, room, turn, readers, done }: Things) {
        while ((yield* done.load()) === 0) {
          if (variant === "fixed") {
            yield* turn.acquire();
            yield* turn.release();
          }
          yield* counting.acquire();
          if ((yield* readers.add(1)) === 0) yield* room.acquire();
          yield* counting.release();
          yield* counting.acquire();
          if ((yield* readers.add(-1)) === 1) yield* room.release();
          yield* counting.release();
        }
      },
    })),
    {
      name: "writer",
      *run({ room, turn, done }) {
        if (variant === "fixed") yield* turn.acquire();
        yield* room.acquire();
        yield* done.store(1);
        yield* room.release();
        if (variant === "fixed") yield* turn.release();
      },
    },
  ],
  outcome: ({ done }) => done.load(),
  expected: () => [1],
});

/** The same by spinning: a writer waits until there are no readers. */
const spinning = defineProgram({
  name: "spinning-writer",
  claim: "A writer that spins gets its turn.",
  specimens: ["plain"],
  shared: things,
  tasks: () => [
    ...["r1", "r2"].map((name) => ({
      name,
      *run({ readers, done }: Things) {
        while ((yield* done.load()) === 0) {
          const seen = yield* readers.load();
          if (seen >= 0 && (yield* readers.compareExchange(seen, seen + 1)) === seen) yield* readers.add(-1);
        }
      },
    })),
    {
      name: "writer",
      *run({ readers, done }) {
        while ((yield* readers.compareExchange(0, -1)) !== 0);
        yield* done.store(1);
        yield* readers.store(0);
      },
    },
  ],
  outcome: ({ done }) => done.load(),
  expected: () => [1],
});

const options = { stepLimit: 1000, budget: 1000 };

for (const program of [readersFirst, spinning]) {
  Deno.test(`explore() finds that the writer of ${program.name} may starve, and replay() shows it`, () => {
    const bug = explore(program, options);
    assert(bug.verdict === "bug");
    assertEquals(bug.kind, "starvation");
    assertMatch(bug.message, /^starved under a fair schedule: .*writer .* while the others come to the same state/);
    assert(bug.loop !== undefined && bug.loop.every((line) => !line.startsWith("writer: store")));
    const { finding } = replay(program, bug.schedule, options);
    assertEquals([finding?.kind, finding?.message], ["starvation", bug.message]);
  });
}

Deno.test("explore() finds no starvation where readers stand in line behind the writer", () => {
  const result = explore(readersFirst, { ...options, variant: "fixed" });
  assertEquals(result.verdict, "not-exhausted");
});

Deno.test("parseSchedule() reads what formatSchedule() writes of turns in an order", () => {
  const schedule = {
    granularity: "operation",
    departures: [{ step: 3, task: 1, choice: 0 }],
    inTurns: [{ task: 0, choice: 0 }, { task: 1, choice: 12 }],
    fingerprint: 7,
  } as const;
  const names = ["a", "b"];
  const text = formatSchedule(schedule, { names, told: [] });
  assertMatch(text, /,turns\.a\.b=12:/);
  const { departures, inTurns } = parseSchedule(text, names);
  assertEquals([departures, inTurns], [schedule.departures, schedule.inTurns]);
  assertThrows(() => parseSchedule(text, ["a", "c"]), RangeError, "it names task b, and there are a, c");
});
