import { blocking } from "../../lib/sync/mod.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { channel, future, queue, select } from "../../lib/mailbox/mod.ts";
import { runBlocking } from "../../lib/memory/mod.ts";
import { runs } from "../contracts/soak.ts";
import { Stage } from "../contracts/stage.ts";

const MEGABYTE = 2 ** 20;
/** What goes beside a value in one batch; no other value is it. */
const BESIDE = "beside the value of this test";

const things = () => ({
  fifo: queue(),
  lifo: queue({ order: "lifo" }),
  least: queue({ order: "priority", maxsize: 3 }),
  pipe: channel({ capacity: 4 }),
});

/** The value after its way through each thing that carries values. */
function travelled(value: unknown, stage = new Stage(things(), 1)): unknown[] {
  const { fifo, lifo, least, pipe } = stage.host;
  const all: unknown[] = [];
  for (const jobs of [fifo, lifo, least]) {
    blocking(jobs).put(value);
    all.push(blocking(jobs).get());
    blocking(jobs).putAll([value, BESIDE]);
    all.push(blocking(jobs).takeUpTo(2).find((item) => item !== BESIDE));
  }
  blocking(pipe).put(value);
  all.push(blocking(pipe).fetch(), blocking(pipe).take());
  runBlocking(stage.memory, select([{ put: pipe, value }]));
  all.push(runBlocking(stage.memory, select([{ take: pipe }]))?.value);
  const { answer } = new Stage({ answer: future() }, 1).host;
  blocking(answer).put(value);
  all.push(blocking(answer).fetch(), blocking(answer).fetch());
  return all;
}

Deno.test("Queues, channels and futures carry any structured-cloneable value", () => {
  const cycle: { self?: unknown; list: unknown[] } = { list: [] };
  cycle.self = cycle;
  cycle.list.push(cycle, cycle.list);
  const buffer = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer;
  const values = [
    undefined,
    null,
    NaN,
    -0,
    2n ** 70n,
    -5n,
    "\ud800 lone",
    new Map<unknown, unknown>([[{ a: 1 }, new Set([1, "two"])], [NaN, undefined]]),
    new Date(0),
    /x+/gi,
    new Float64Array([NaN, -0, Infinity]),
    { one: new Uint16Array(buffer, 2, 2), other: new DataView(buffer) },
    Object.assign(Array(3), { 0: 1, 2: 3 }),
    Object(3n),
  ];
  const stage = new Stage(things(), 1);
  for (const value of values) for (const copy of travelled(value, stage)) assertEquals(copy, structuredClone(value));
  for (const copy of travelled(cycle) as (typeof cycle)[]) {
    assert(copy !== cycle && copy.self === copy && copy.list[0] === copy && copy.list[1] === copy.list);
  }
  const error = new RangeError("outer", { cause: new TypeError("inner") });
  for (const copy of travelled(error)) {
    assert(copy instanceof RangeError && copy.message === "outer" && copy.stack === error.stack);
    assert(copy.cause instanceof TypeError && copy.cause.message === "inner");
  }
});

Deno.test("Queues, channels and futures carry what fast-check makes up", () => {
  const stage = new Stage(things(), 1);
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      const clone = structuredClone(value);
      for (const copy of travelled(value, stage)) assertEquals(copy, clone);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("Queues, channels and futures carry 16 MB, and as much again when it is taken", () => {
  const value = new Uint8Array(16 * MEGABYTE);
  for (let at = 0; at < value.length; at += 4099) value[at] = at;
  const same = (copy: unknown) =>
    copy instanceof Uint8Array && copy.length === value.length && copy[4099] === 4099 % 256;
  const stage = new Stage(things(), 1);
  for (let round = 0; round < 2; round++) {
    for (const jobs of [stage.host.fifo, stage.host.least]) {
      blocking(jobs).put(value);
      assert(same(blocking(jobs).get()));
    }
    blocking(stage.host.pipe).put(value);
    assert(same(blocking(stage.host.pipe).take()));
  }
  const { answer } = new Stage({ answer: future() }, 1).host;
  blocking(answer).put(value);
  assert(same(blocking(answer).fetch()));
});
