import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { accountOf, explore, type TraceRow } from "../../../../../lib/explorer/mod.ts";
import { isProgram } from "../../../../../lib/program/mod.ts";
import { programs } from "../../../../../lib/programs/mod.ts";
import { overwritten } from "../../../../../scripts/page/app/explore/overwritten.ts";
import { runs } from "../../../../contracts/soak.ts";

const counter = programs.filter(isProgram).find(({ name }) => name === "counter")!;

function rowsOf(outcome: number): readonly TraceRow[] {
  const found = explore(counter, { parameters: { tasks: 2, times: 1 }, find: { outcome } });
  if (!("schedule" in found)) throw new Error(`${outcome} comes out`);
  return accountOf(counter, found.schedule, { parameters: { tasks: 2, times: 1 } }).rows;
}

Deno.test("overwritten() finds the update that is lost, and none where none is", () => {
  assertEquals(overwritten(rowsOf(2)), []);
  const rows = rowsOf(1);
  const [lost, ...others] = overwritten(rows).map(({ read, write, over }) => {
    return [read, write, over].map((at) => `${rows[at]?.task} ${rows[at]?.text}`);
  });
  assertEquals(others, []);
  assertEquals(lost, ["0 value.load() = 0", "1 value.store(1)", "0 value.store(1)"]);
});

Deno.test("overwritten() finds nothing where the tasks run one after the other, or only one writes", () => {
  const touch = fc.record({
    task: fc.nat(2),
    thing: fc.constantFrom("x", "y"),
    act: fc.constantFrom("read", "wrote", "both"),
  });
  fc.assert(
    fc.property(fc.array(touch, { maxLength: 30 }), (touches) => {
      const row = ({ task, thing, act }: typeof touches[number], at: number): TraceRow => ({
        step: at,
        task,
        text: "",
        preempts: undefined,
        races: false,
        holds: [],
        source: undefined,
        touch: { thing, ...act === "wrote" ? {} : { read: at }, ...act === "read" ? {} : { wrote: at } },
      });
      const rows = touches.map(row);
      assertEquals(overwritten(rows.toSorted((one, other) => one.task - other.task)), []);
      assertEquals(overwritten(rows.filter(({ task, touch }) => task === 0 || touch?.wrote === undefined)), []);
      for (const { read, write, over, thing } of overwritten(rows)) {
        assertEquals([read, write, over].map((at) => rows[at]?.touch?.thing), [thing, thing, thing]);
        assertEquals(read < write && write < over, true);
        assertEquals(rows[read]?.task, rows[over]?.task);
        assertEquals(rows[write]?.task === rows[over]?.task, false);
      }
    }),
    { numRuns: runs(200) },
  );
});
