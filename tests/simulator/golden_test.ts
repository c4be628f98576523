import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { busy, clock } from "../../lib/blocks/mod.ts";
import { delegate, type Diagram, DiagramBuilder, type System } from "../../lib/diagram/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { runs } from "../contracts/soak.ts";
import { type Outcome, simulate } from "./outcome.ts";

interface Case {
  readonly name: string;
  readonly systems?: number;
  readonly innerPeriod?: number;
  readonly period: number;
  readonly duration: number;
  readonly rows?: number[][];
  readonly firstRows?: number[][];
  readonly lastRows?: number[][];
  readonly final?: number[];
  readonly updates?: number;
  readonly certificate?: string;
  readonly lastReleasedTime?: number;
  readonly releasedTimes?: number[];
  readonly note?: string;
}

const cases: Case[] = JSON.parse(await Deno.readTextFile(new URL("../../fixtures/golden.json", import.meta.url))).cases;
const isChain = ({ name }: Case) => name.startsWith("chain");

/** A busy system that also shows the time up to which its values stand. */
function stamped(period: number): Diagram {
  const builder = new DiagramBuilder("stamped");
  const worker = builder.add("busy", busy({ period, burn: "none" }));
  const time = builder.add("clock", clock());
  builder.exportInput("u", worker.input("u"));
  builder.exportOutput("y", worker.output("y"));
  builder.exportOutput("t", time.output("t"));
  return builder.build();
}

/** The diagram of a case, its parts added in the order that `shuffle` makes of them. */
function diagramOf(
  golden: Case,
  { delegated = true, shuffle = (list) => list }: { delegated?: boolean; shuffle?: <T>(list: T[]) => T[] } = {},
): Diagram {
  const { period, innerPeriod = period } = golden;
  const count = isChain(golden) ? 3 : golden.systems ?? 1;
  const builder = new DiagramBuilder("golden");
  const names = Array.from({ length: count }, (_, index) => `busy${index}`);
  const inner = stamped(innerPeriod);
  const system: System = delegated ? delegate(inner, { mode: "direct", period }) : inner;
  const workers = new Map(shuffle(names).map((name) => [name, builder.add(name, system)]));
  const time = builder.add("clock", clock());
  shuffle(names.map((name, index) => () => {
    const into = workers.get(name)!.input("u");
    builder.connect(
      isChain(golden) && index > 0 ? workers.get(names[index - 1]!)!.output("y") : time.output("t"),
      into,
    );
  })).forEach((connect) => connect());
  names.forEach((name) => builder.exportOutput(name, workers.get(name)!.output("y")));
  builder.exportOutput("released", workers.get("busy0")!.output("t"));
  return builder.build();
}

async function runCase(golden: Case, diagram = diagramOf(golden)): Promise<Outcome> {
  await using host = new Host();
  const record = Object.keys(diagram.outputs).filter((name) => name !== "released");
  return await simulate(diagram, { host, record, until: [golden.duration] });
}

/** Equal bit for bit, except where the fixture's note says that its y are decimals. */
function assertRows(actual: number[][], expected: number[][], golden: Case): void {
  if (golden.note === undefined) return assertEquals(actual, expected);
  assertEquals(actual.length, expected.length);
  expected.forEach((row, index) =>
    row.forEach((value, column) => assertAlmostEquals(actual[index]![column]!, value, 1e-12))
  );
}

assert(cases.length === 7);
for (const golden of cases) {
  Deno.test(`A directly delegated run gives the golden rows of: ${golden.name}`, async () => {
    const { rows, certificate, final, counters } = await runCase(golden);
    if (golden.rows !== undefined) assertRows(rows, golden.rows, golden);
    if (golden.firstRows !== undefined) assertRows(rows.slice(0, golden.firstRows.length), golden.firstRows, golden);
    if (golden.lastRows !== undefined) assertRows(rows.slice(-golden.lastRows.length), golden.lastRows, golden);
    if (golden.certificate !== undefined) assertEquals(certificate, golden.certificate);
    if (golden.updates !== undefined) assertEquals(counters.updates, golden.updates);
    if (golden.final !== undefined) {
      const { released: _, ...outputs } = final;
      assertRows([Object.values(outputs) as number[]], [golden.final], golden);
    }
  });
}

Deno.test("A directly delegated run shows the golden released times", async () => {
  for (const golden of cases) {
    if (golden.releasedTimes === undefined && golden.lastReleasedTime === undefined) continue;
    await using host = new Host();
    const { rows } = await simulate(diagramOf(golden), { host, record: ["released"], until: [golden.duration] });
    const times = rows.map(([, released]) => released);
    if (golden.releasedTimes !== undefined) assertEquals(times, golden.releasedTimes);
    if (golden.lastReleasedTime !== undefined) assertEquals(times.at(-1), golden.lastReleasedTime);
  }
});

Deno.test("The golden chain is equal bit for bit in every order of registration", async () => {
  const golden = cases.find(isChain)!;
  const { certificate } = await runCase(golden);
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat(100)), async (picks) => {
      const pick = () => picks.next().value as number;
      const shuffle = <T>(list: T[]) => {
        return list.map((item) => ({ item, key: pick() })).sort((a, b) => a.key - b.key).map(({ item }) => item);
      };
      assertEquals((await runCase(golden, diagramOf(golden, { shuffle }))).certificate, certificate);
    }),
    { numRuns: runs(10) },
  );
});

Deno.test("An inline run gives the golden rows where inner events fall on delegated ones: y of a row is one period old", async () => {
  for (const golden of cases.filter(({ innerPeriod }) => innerPeriod === undefined)) {
    const inline = diagramOf(golden, { delegated: false });
    const { rows, certificate } = await runCase(golden, inline);
    if (golden.rows !== undefined) assertRows(rows, golden.rows, golden);
    if (golden.certificate !== undefined) assertEquals(certificate, golden.certificate);
  }
});
