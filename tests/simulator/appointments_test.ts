import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { compare, nearest, type Rational } from "../../lib/diagram/mod.ts";
import { Appointments } from "../../lib/simulator/appointments.ts";
import { runs } from "../contracts/soak.ts";

// Times that are equal, that share a nearest double, and others.
const time = fc.oneof(
  fc.record({ num: fc.bigInt(0n, 12n), den: fc.constantFrom(1n, 2n, 3n) }),
  fc.bigInt(0n, 3n).map((num): Rational => ({ num: 3n * 10n ** 40n + num, den: 10n ** 40n })),
);
const change = fc.record({
  index: fc.nat(9),
  time: fc.option(time, { nil: undefined }),
  until: fc.option(time, { nil: undefined }),
});

Deno.test("Appointments gives the earliest, and takes what is due, as a list that is looked through does", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const appointments = new Appointments(10);
      const plain = new Map<number, Rational>();
      for (const { index, time, until } of changes) {
        appointments.set(index, time);
        if (time === undefined) plain.delete(index);
        else plain.set(index, time);
        if (until !== undefined) {
          const due = [...plain].filter(([, time]) => compare(time, until) <= 0).map(([index]) => index).sort();
          assertEquals(appointments.takeUntil(until).sort(), due);
          for (const index of due) plain.delete(index);
        }
        const [first] = [...plain.values()].sort(compare);
        assertEquals(appointments.first?.t, first && nearest(first));
        assertEquals(first === undefined || compare(appointments.first!.time, first) === 0, true);
        for (let at = 0; at < 10; at++) assertEquals(appointments.timeOf(at), plain.get(at));
      }
    }),
    { numRuns: runs(300) },
  );
});
