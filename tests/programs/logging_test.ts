import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { fileURLToPath } from "node:url";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { logging } from "../../lib/programs/mod.ts";
import { within } from "../contracts/deadline.ts";
import { runs } from "../contracts/soak.ts";
import { inFolder } from "../e2e/command.ts";

interface Outcome {
  readonly sums: readonly number[];
  readonly merged: readonly string[];
  readonly refused: string;
}

/** Runs it and gives what came out. */
async function outcomeOf(host: Host, options: Parameters<Host["run"]>[1]): Promise<Outcome> {
  const report = await within(30, host.run(logging, options));
  assert(report.ok, `${options.mode}: ${report.errors[0]?.message}`);
  return report.outcome as Outcome;
}

/** What a worker logs from a level up, without its properties. */
function told(name: string, { terms, isDebug }: { terms: number; isDebug: boolean }): string[] {
  const lines = [`info    ${name} euler.sum: sums ${terms} terms`];
  let [e, factorial] = [0, 1];
  for (let term = 0; term < terms; factorial *= ++term) {
    const before = e;
    e += 1 / factorial;
    if (isDebug) lines.push(`debug   ${name} euler.sum: after term ${term}: ${e}`);
    if (e === before) lines.push(`warning ${name} euler.sum: term ${term} is too small to count`);
  }
  return [...lines, `info    ${name} euler.sum: comes to ${e}`];
}

function inTurns(lanes: readonly (readonly string[])[]): string[] {
  const turns = Math.max(...lanes.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => lanes.flatMap((lines) => lines.slice(turn, turn + 1))).flat();
}

Deno.test("logging: the merged log has the lines of each in turns, equal in every mode and run", async () => {
  await using host = new Host();
  const names = fc.uniqueArray(fc.constantFrom("anna", "ben", "carl_3", "d-4"), { minLength: 1, maxLength: 3 });
  for (const mode of MODE_NAMES) {
    await fc.assert(
      fc.asyncProperty(names, fc.integer({ min: 1, max: 12 }), fc.boolean(), async (names, terms, isDebug) => {
        const parameters = { names: names.join(","), terms, level: isDebug ? "debug" : "info" };
        const { merged, refused } = await outcomeOf(host, { mode, parameters });
        const lanes = names.map((name, at) => told(name, { terms: terms * (at + 1), isDebug }));
        assertEquals(merged.map((line) => line.replace(/ \{.*\}$/, "")), inTurns(lanes));
        assertEquals(refused, "LoggingError");
      }),
      { numRuns: runs(mode === "direct" ? 100 : 15) },
    );
  }
});

Deno.test("logging: each worker has its file, and there is the merged one, of whole lines", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const folder = await Deno.makeTempDir({ prefix: "holdfast-logging-test-" });
    try {
      const { merged } = await outcomeOf(host, { mode, parameters: { folder } });
      const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).toSorted();
      assertEquals(names, ["calculate_e_1.log", "calculate_e_2.log", "merged.log"]);
      const [one, other, all] = names.map((name) => Deno.readTextFileSync(`${folder}/${name}`));
      assertEquals(all, merged.map((line) => `${line}\n`).join(""));
      for (const [text, name] of [[one, "calculate_e_1"], [other, "calculate_e_2"]] as const) {
        assertEquals(text, merged.filter((line) => line.includes(` ${name} `)).map((line) => `${line}\n`).join(""));
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});

Deno.test("logging: levels and limits decide what is logged, not what is done", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const whole = await outcomeOf(host, { mode });
    // Of 20 terms two are too small to count.
    const counts = { trace: 36, debug: 36, info: 6, warning: 2, error: 0, fatal: 0, off: 0 };
    for (const [level, count] of Object.entries(counts)) {
      const { merged, sums } = await outcomeOf(host, { mode, parameters: { level } });
      assertEquals([merged.length, sums], [count, whole.sums], level);
    }
    const { merged } = await outcomeOf(host, { mode, parameters: { limit: 3, level: "debug" } });
    const dropped = merged.map((line) => line.match(/^debug +(\S+) .*: (\d+) records are dropped/)?.slice(1));
    assertEquals(dropped.filter((told) => told !== undefined), [["calculate_e_1", "7"], ["calculate_e_2", "17"]]);
    assertEquals(merged.length, 2 * 4 + 4 + 2);
  }
});

Deno.test("logging: two names that are the same, a bad name, and a folder that is none are refused before all else", async () => {
  await using host = new Host();
  const refusals = [
    [{ names: "anna,anna" }, "the name anna is taken"],
    [{ names: "anna,Anna" }, "the name Anna is taken"],
    [{ names: "merged" }, "the name merged is taken"],
    [{ names: "" }, `a worker's name is ""`],
    [{ names: "../anna" }, `a worker's name is "../anna"`],
    [{ folder: "no/such/folder" }, "does not exist"],
    [{ folder: fileURLToPath(import.meta.url) }, "is none"],
    [{ level: "loud" }, "one of trace"],
    [{ limit: -1 }, "limit"],
  ] as const;
  for (const [parameters, message] of refusals) {
    await assertRejects(() => host.run(logging, { mode: "direct", parameters }), RangeError, message);
  }
});

Deno.test("logging: a command that ends in the middle leaves no folder behind", async () => {
  await inFolder(async (folder) => {
    const [mod, programs] = ["host", "programs"].map((layer) => import.meta.resolve(`../../lib/${layer}/mod.ts`));
    const text = `
      import { Host } from "${mod}";
      import { logging } from "${programs}";
      void new Host().run(logging, { mode: "thread", parameters: { terms: 10_000 } });
      while ([...Deno.readDirSync("${folder}")].length === 0) await new Promise((resolve) => setTimeout(resolve));
      Deno.exit(3);`;
    const args = [
      "run",
      "--quiet",
      "--no-lock",
      "--allow-read",
      "--allow-write",
      `data:text/javascript,${encodeURIComponent(text)}`,
    ];
    const { code } = await new Deno.Command(Deno.execPath(), { args, env: { TMPDIR: folder } }).output();
    assertEquals([code, [...Deno.readDirSync(folder)].map(({ name }) => name)], [3, []]);
  });
});
