import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatSchedule, parseSchedule, type Schedule } from "../../lib/explorer/mod.ts";

const names = fc.uniqueArray(fc.string({ unit: "grapheme", maxLength: 6 }), { minLength: 1, maxLength: 5 });

const schedule = (tasks: number): fc.Arbitrary<Schedule> =>
  fc.record({
    granularity: fc.constantFrom("operation" as const, "word" as const),
    clock: fc.constantFrom("free" as const, "ordered" as const),
    timersFree: fc.boolean(),
    looks: fc.record({ clock: fc.boolean(), waits: fc.boolean() }),
    departures: fc.uniqueArray(
      fc.record({ step: fc.nat(1e6), task: fc.nat(tasks - 1), choice: fc.nat(20) }),
      { selector: ({ step }) => step, maxLength: 8 },
    ).map((departures) => departures.toSorted((one, other) => one.step - other.step)),
    inTurns: fc.boolean(),
    fingerprint: fc.nat(),
  });

const given = names.chain((names) =>
  fc.record({
    names: fc.constant(names),
    schedule: schedule(names.length),
    preempted: fc.option(fc.nat(names.length - 1), { nil: undefined }),
    before: fc.string({ unit: "grapheme" }),
  })
);

Deno.test("parseSchedule() reads what formatSchedule() writes, which needs no quotes, whatever the tasks are called", () => {
  fc.assert(
    fc.property(given, ({ names, schedule, preempted, before }) => {
      const told = schedule.departures.map(() => ({ preempted, before, steps: 2 }));
      const text = formatSchedule(schedule, { names, told });
      assertMatch(text, /^hf2:[A-Za-z0-9_@.,\/=:-]+$/);
      const { print, ...parsed } = parseSchedule(text, names);
      const { fingerprint: _fingerprint, ...rest } = schedule;
      assertEquals(parsed, rest);
      assertEquals(print.length, 4);
    }),
  );
});

Deno.test("parseSchedule() finds a slip of the hand out", () => {
  const text = formatSchedule(
    {
      granularity: "operation",
      departures: [{ step: 3, task: 1, choice: 0 }, { step: 17, task: 0, choice: 2 }],
      fingerprint: 12_345,
    },
    {
      names: ["the writer", "b"],
      told: [{ preempted: 0, before: "count.store", steps: 4 }, { preempted: undefined, before: "", steps: 1 }],
    },
  );
  assertMatch(text, /^hf2:the-writer@3\.count\.store\/b\.4,@17\/the-writer=2\.1:\w{6}$/);
  for (const [from, to] of [["@3", "@4"], ["b.4", "b.5"], ["=2", "=1"], ["store", "load"]] as const) {
    const slip = text.replace(from, to);
    assertThrows(() => parseSchedule(slip, ["the writer", "b"]), RangeError, "do not fit the rest");
  }
  assertThrows(() => parseSchedule(text, ["a", "b"]), RangeError, "it names task the-writer, and there are a, b");
});
