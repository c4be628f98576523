import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import type { Failed } from "../../lib/program/mod.ts";
import { sort } from "../../lib/programs/mod.ts";
import { sorted, sortValues, sortWork, type Values } from "../../lib/programs/sort_work.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { checkEquivalence } from "../../lib/testing/mod.ts";
import { within } from "../contracts/deadline.ts";
import { runs } from "../contracts/soak.ts";

const WAYS = [
  "plain",
  "two workers at once",
  "two workers one after another",
  "two workers that do nothing",
  "two warm workers at once",
  "two warm workers one after another",
];

Deno.test("sort: two arrays come out alike in every mode", async () => {
  await using host = new Host();
  const parameters = { length: fc.integer({ min: 1, max: 300 }), repeat: fc.integer({ min: 1, max: 2 }) };
  await checkEquivalence(sort, { fc, host, parameters, modes: ["direct"], numRuns: runs(50) });
  await checkEquivalence(sort, { fc, host, parameters, modes: MODE_NAMES, numRuns: runs(1), timeout: 30 });
});

Deno.test("sort tells the time of each way, and how often plain sorting fits in", async () => {
  await using host = new Host();
  for (const kind of ["numbers", "typed"]) {
    for (const mode of MODE_NAMES) {
      const { ok, tables, errors } = await host.run(sort, { mode, parameters: { length: 100, kind, repeat: 2 } });
      assert(ok, errors[0]?.message);
      const rows = tables[0]?.rows ?? [];
      assertEquals(rows.map(([name]) => name), WAYS);
      const plain = Number(rows[0]?.[1]);
      for (const [, time, ratio] of rows) assertEquals(ratio, Number(time) / plain);
    }
  }
});

Deno.test("sort draws main's ways, and each worker while it sorts", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const spans: Span[] = [];
    const parameters = { length: 100, repeat: 1 };
    await host.run(sort, { mode, parameters, observe: (span) => void spans.push(span) });
    assertEquals(spans.filter(({ lane }) => lane === "main").map(({ name }) => name), WAYS.with(0, "running"), mode);
    const lanes = spans.filter(({ lane, name }) => lane !== "main" && name === "running").map(({ lane }) => lane);
    const wanted = ["warm0", "warm0", "warm1", "warm1", "worker0", "worker0", "worker0", "worker1"];
    assertEquals(lanes.toSorted(), wanted, mode);
  }
});

Deno.test("sorted() sorts as numbers, and holds what it held", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true })), (numbers) => {
      const typed = sorted(Float64Array.from(numbers));
      const plain = sorted([...numbers]);
      for (const values of [typed, plain]) {
        assert(values.every((value: number, index: number) => index === 0 || (values[index - 1] ?? NaN) <= value));
        const left = new Map<number, number>();
        for (const number of numbers) left.set(number, (left.get(number) ?? 0) + 1);
        for (const value of values) left.set(value, (left.get(value) ?? 0) - 1);
        assert([...left.values()].every((count) => count === 0));
      }
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("sortValues() moves typed arrays there and back, and copies arrays of numbers", async () => {
  const context = { guest: "worker0", mode: "direct", shared: {}, now: () => 0, report() {} } as const;
  const values = Float64Array.of(2, 1);
  const moved = sortValues(values, context);
  assert("transfer" in moved && moved.transfer[0] === values.buffer && !("transfer" in sortValues([2, 1], context)));
  for (const mode of MODE_NAMES) {
    await using pool = await Pool.open<typeof import("../../lib/programs/sort_work.ts")>({
      mode,
      module: sortWork,
      workers: 1,
    });
    const typed = Float64Array.of(3, 1, 2);
    const numbers: Values = [3, 1, 2];
    const back = await pool.run("sortValues", typed, { transfer: [typed.buffer] });
    assertEquals<unknown>([typed.buffer.detached, back.value], [true, Float64Array.of(1, 2, 3)], mode);
    assertEquals<unknown>([(await pool.run("sortValues", numbers)).value, numbers], [[1, 2, 3], [3, 1, 2]], mode);
  }
});

Deno.test("sort refuses arrays of nothing and kinds that are none", async () => {
  await using host = new Host();
  for (const parameters of [{ length: 0 }, { length: 1.5 }, { kind: "text" }, { repeat: 0 }]) {
    await assertRejects(() => host.run(sort, { mode: "direct", parameters }), RangeError, "Cannot run sort");
  }
});

Deno.test("sort ends when its time is over, between two ways", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const parameters = { length: 100_000, repeat: 1000 };
    const { outcome } = await within(20, host.run(sort, { mode, parameters, timeout: 0.01 }));
    assertEquals((outcome as Failed).failed[0]?.error, "GuestTimeoutError", mode);
  }
});
