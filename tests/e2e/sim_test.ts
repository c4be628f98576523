import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import type { RunReport } from "../../scripts/sim/experiment.ts";
import { helpText } from "../../scripts/command/text.ts";
import { readFlags, USAGE } from "../../scripts/sim/flags.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { runs } from "../contracts/soak.ts";
import { readTrace } from "./chrome_trace.ts";
import { Command, complaints, type Ended, inFolder, refusals, several, sim } from "./command.ts";

const isLong = runs(1) > 1;
const FREE = ["--rate", "0", "--burn", "none"];
const GOLDEN = [
  "--mode",
  MODE_NAMES.join(),
  "--systems",
  "5",
  "--period",
  "0.002",
  "--duration",
  "1",
  ...FREE,
  "--json",
];

const fixture = (name: string) => Deno.readTextFile(new URL(`../../fixtures/${name}`, import.meta.url));
const golden: { cases: { systems?: number; duration: number; certificate?: string; final: number[] }[] } = JSON.parse(
  await fixture("golden.json"),
);
const five = golden.cases.find(({ systems }) => systems === 5);

/** What a command printed that held. */
function held({ code, stdout, stderr }: Ended): string {
  assertEquals({ code, stderr: complaints(stderr) }, { code: 0, stderr: "" });
  return stdout;
}

/** The one document on stdout. */
function reports(stdout: string): RunReport[] {
  assertMatch(stdout, /^\{.*\}\n$/);
  return (JSON.parse(stdout) as { runs: RunReport[] }).runs;
}

/** All that it printed, but for the numbers after "Rate: ". */
function unrated(text: string): string {
  return text.replaceAll(/^Rate: [\d.e+-]+/gm, "Rate: *");
}

Deno.test("deno task sim without flags prints the transcript of the original", async () => {
  const text = await fixture("transcript.txt");
  const wanted = text.slice(text.indexOf("\nDirectWorker"), text.indexOf("\nNumbers are printed"));
  await using command = new Command(["task", "--quiet", "sim"]);
  if (isLong) {
    const { code, stdout } = await command.end(120);
    assertEquals([code, unrated(stdout)], [0, unrated(wanted)]);
    return;
  }
  // The second case burns a core for 20 s: what it comes to is that of `GOLDEN`, which burns nothing.
  const [second = ""] = /^DirectWorker, num_systems=5.*\n.*\n/m.exec(wanted) ?? [];
  const printed = await command.printed(second);
  assertEquals(unrated(printed), unrated(wanted.slice(0, wanted.indexOf(second) + second.length)));
});

Deno.test("sim --json gives the golden certificate in every mode, and one document", async () => {
  const runs = reports(held(await sim(...GOLDEN)));
  assertEquals(runs.map(({ mode, transport }) => [mode, transport]), [
    ["direct", "call"],
    ["thread", "shared"],
    ["process", "pipe"],
  ]);
  for (const { mode: _, transport: __, rate, ...rest } of runs) {
    assert(rate > 0 && Number.isFinite(rate), `${rate}`);
    assertEquals(rest as unknown, {
      numSystems: 5,
      periodSec: 0.002,
      durationSec: 1,
      deterministic: true,
      limit: null,
      limitReason: "no work and no pacing",
      lag: 0,
      overruns: 0,
      y: five?.final,
      updates: 500,
      certificate: five?.certificate,
    });
  }
});

Deno.test("sim prints the rows of the first system, the rate and the limit, and no colors", async () => {
  const stdout = held(await sim("--mode", MODE_NAMES.join(), "--systems", "2", "--print", ...FREE));
  const rows = ["t=0, y=1", "t=0.1, y=1", "t=0.2, y=1.1", "t=0.3, y=1.2"];
  for (const mode of MODE_NAMES) for (const row of rows) assertMatch(stdout, new RegExp(`^${mode} *  ${row}$`, "m"));
  for (const mode of MODE_NAMES) {
    assertMatch(stdout, new RegExp(`^${mode} +[\\d.e+]+ +none +0 of 4  1\\.2$`, "m"));
  }
  assertStringIncludes(stdout, "direct, thread and process: no work and no pacing\n");
  assertStringIncludes(stdout, "Updates do nothing (--burn none): the rate shows the cost of messages.\n");
});

Deno.test("sim --rate paces every interval but the last, and counts the steps that come too late", async () => {
  const paced = ["--period", "1", "--duration", "4", "--burn", "none", "--rate", "40", "--json"];
  const late = ["--mode", "direct", "--systems", "2", "--period", "0.02", "--duration", "0.1"];
  const [all, json, text] = await several("sim", [paced, [...late, "--json"], late]) as [Ended, Ended, Ended];
  for (const { rate, limit, mode } of reports(held(all))) {
    assert(limit !== null && rate <= limit, `${rate} in ${mode} mode`);
    assertAlmostEquals(limit, 160 / 3);
  }
  const [run] = reports(held(json));
  assertEquals([run?.overruns, run?.updates, run?.limit], [4, 5, 0.5]);
  assert(run !== undefined && run.rate <= 0.5, `${run?.rate}`);
  assertStringIncludes(held(text), " 4 of 5  ");
});

Deno.test("sim --no-deterministic waits for no reply, and tells by how much the shown one lags", async () => {
  const args = ["--period", "0.01", "--duration", "0.2", "--rate", "0", "--no-deterministic", "--systems", "2"];
  const [json, text] = await several("sim", [[...args, "--json"], ["--mode", "thread", ...args]]) as [Ended, Ended];
  for (const { mode, deterministic, lag, y, limit } of reports(held(json))) {
    assertEquals([deterministic, limit], [false, mode === "direct" ? 0.5 : null]);
    assert(Number.isInteger(lag) && lag >= 0 && lag <= 19, `${lag}`);
    // The output is that of the request at y - 1; the initialization, which is at 0 too, has the index -1.
    const released = Math.round((Math.min(...y) - 1) / 0.01);
    assert(lag >= 18 - released && (mode !== "direct" || lag === 0), `${mode} mode: lag ${lag}, y ${y}`);
  }
  const stdout = held(text);
  assertMatch(stdout, /^mode +rate +limit +late steps +lag +y$/m);
  assertMatch(stdout, /^thread +[\d.e+]+ +none +0 of 20 +\d+ +1/m);
});

Deno.test("sim refuses wrong flags with 2 and one sentence, and runs nothing", async () => {
  const seconds = "a number of seconds from 1e-9 to 1000000 is wanted";
  const wrong: [string, string[], string][] = [
    ["--bogus", ["--bogus"], "--mode"],
    ["stray", ["stray"], "--mode"],
    ["--period", ["--period", "0"], seconds],
    ["--period", ["--period", "-1"], seconds],
    ["--period", ["--period", "NaN"], seconds],
    ["--period", ["--period", ""], seconds],
    ["--period", ["--period", "1e400"], seconds],
    ["--period", ["--period"], seconds],
    ["--duration", ["--duration", "0.05"], "a number of seconds from the period to 1000000 is wanted"],
    ["--systems", ["--systems", "0"], "an integer from 1 to 256 is wanted"],
    ["--systems", ["--systems", "1e9"], "an integer from 1 to 256 is wanted"],
    ["--mode", ["--mode", "fork"], "direct, thread, process"],
    ["--mode", ["--mode", ""], "direct, thread, process"],
    ["--burn", ["--burn", "gpu"], "wall, cpu, none"],
    ["--rate", ["--rate", "-1"], "a number from 0 to 1000000000 is wanted"],
    ["--timeout", ["--timeout", "0"], seconds],
    ["--json", ["--json", "--json"], "--json"],
    ["--trace", ["--trace"], "a file to write is wanted"],
    ["--trace", ["--trace", "/no/such/folder/trace.json"], "a file to write is wanted"],
    ["--trace", ["--trace", "/"], "a file to write is wanted"],
    ["--csv", ["--csv", "/no/such/folder/rows.csv"], "a file to write is wanted"],
    ["--svg", ["--svg", "plot.png"], "a file that ends in .svg is wanted"],
    ["--diagram", ["--diagram", "diagram.png"], "a file that ends in .svg, .mmd or .dot is wanted"],
    ["--diagram", ["--diagram", "/no/such/folder/diagram.dot"], "a file to write is wanted"],
    ["--plot", ["--plot", "--plot"], "--plot is wanted once"],
  ];
  const sentences = await refusals("sim", wrong.map(([, args]) => args));
  for (const [index, [flag, , wanted]] of wrong.entries()) {
    assertMatch(sentences[index] ?? "", /^Cannot use /);
    assertStringIncludes(sentences[index] ?? "", flag);
    assertStringIncludes(sentences[index] ?? "", wanted);
  }
});

Deno.test("sim --help shows the flags and an example", async () => {
  assertEquals(held(await sim("--help", "--systems", "0")), `${helpText(USAGE, [])}\n`);
  const [, example = ""] = /^Example: deno task sim (.*)$/m.exec(USAGE) ?? [];
  assertEquals(readFlags(example.split(" "))?.cases.map(({ modes }) => modes), [[...ELSEWHERE]]);
});

Deno.test("sim --trace writes Chrome's format: a lane per worker, arrows for the requests, and how many are in flight", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/trace.json`;
    await Deno.writeTextFile(path, "something longer than nothing");
    const before = now();
    held(
      await sim("--systems", "2", "--period", "0.01", "--duration", "0.1", "--rate", "0", "--trace", path, "--json"),
    );
    const { lanes, processes, start, flows, counters } = readTrace(await Deno.readTextFile(path));
    const end = Math.max(...[...lanes.values()].flat().map(({ ts, dur }) => ts + dur));
    assert(before <= start && start + end / 1000 <= now(), `from ${start} for ${end} us`);
    assertEquals(processes, MODE_NAMES.map((mode) => `${mode} mode`));
    assertEquals(
      [...lanes.keys()].toSorted(),
      MODE_NAMES.flatMap((_, index) => {
        return ["busy0", "busy1", "main"].map((lane) => `${index + 1} ${lane}`);
      }),
    );
    for (const [lane, spans] of lanes) {
      const names = new Set(spans.map(({ name }) => name));
      const wanted = lane.endsWith("main") ? ["release", "update"] : ["burning", "waiting"];
      assert(wanted.every((name) => names.has(name)), `${lane}: ${[...names]}`);
      if (/[23] main/.test(lane)) assert(names.has("wait"), lane);
      const burning = spans.filter(({ name }) => name === "burning");
      if (!lane.endsWith("main")) assertEquals(burning.length, 10, lane);
      for (const { dur } of burning) assert(dur > 9_999, `${lane}: burnt ${dur} us of 10000`);
      if (lane.endsWith("main")) continue;
      // The last request is joined and not released.
      assertEquals(flows.get(lane), 9, lane);
      assertEquals(
        counters.get(lane.replace(" ", " requests in flight: "))?.join("").replace(/^0/, ""),
        "10".repeat(10),
        lane,
      );
    }
  });
});

function now(): number {
  return performance.timeOrigin + performance.now();
}

Deno.test("sim --plot, --svg, --csv, --diagram and --profile show the runs, without colors, and change nothing of them", async () => {
  await inFolder(async (folder) => {
    const files = ["plot.svg", "rows.csv", "diagram.mmd"].map((name) => `${folder}/${name}`);
    const [svg = "", csv = "", diagram = ""] = files;
    const seen = ["--plot", "--profile", "--svg", svg, "--csv", csv, "--diagram", diagram];
    const args = ["--mode", "direct,thread", "--systems", "2", ...FREE];
    const ends = await several("sim", [
      [...args, ...seen, "--width", "100"],
      [...args, "--json"],
      [...args, ...seen, "--json"],
    ]) as [Ended, Ended, Ended];
    const stdout = held(ends[0]);
    // deno-lint-ignore no-control-regex
    assert(!/\x1b/.test(stdout), stdout);
    assertMatch(stdout, /^The outputs in direct and thread mode, the same in each, 4 rows:\n\n1\.20 ┤ *[⠀-⣿]?/m);
    assertMatch(stdout, /^⠒⠒ y0, y1$/m);
    assertMatch(stdout, /^Profile of thread mode:\nsystem +where +time +calls +a call +share\n/m);
    for (const system of ["busy0 +thread", "busy1 +direct", "time +inline"]) {
      assertMatch(stdout, new RegExp(`^${system} +[\\d.]+ [mnµ]?s +4 `, "m"));
    }
    assertEquals(
      await Deno.readTextFile(csv),
      "t,y0,y1\r\n0,1,1\r\n0.1,1,1\r\n0.2,1.1,1.1\r\n0.30000000000000004,1.2,1.2\r\n",
    );
    assertStringIncludes(await Deno.readTextFile(svg), ">y0, y1</text>");
    assertStringIncludes(await Deno.readTextFile(diagram), '["busy0<br>busy<br>direct, thread, every 0.1 s"]');

    const plain = reports(held(ends[1]));
    const all = reports(held(ends[2])) as (RunReport & { signals: unknown })[];
    assertEquals(all.map(({ certificate }) => certificate), plain.map(({ certificate }) => certificate));
    for (const { signals, profile, mode } of all) {
      assertEquals(signals, {
        columns: ["t", "y0", "y1"],
        rows: [[0, 1, 1], [0.1, 1, 1], [0.2, 1.1, 1.1], [0.30000000000000004, 1.2, 1.2]],
      });
      assertEquals(profile?.systems.map(({ path, where }) => `${path} ${where}`).toSorted(), [
        `busy0 ${mode}`,
        `busy1 ${mode}`,
        "time inline",
      ]);
      assert((profile?.gain.factor ?? 0) >= 1 && profile?.paced === 0);
    }
  });
});

Deno.test("sim --csv has columns for each mode where their rows differ", async () => {
  await inFolder(async (folder) => {
    const args = ["--mode", "direct,thread", "--period", "0.01", "--rate", "0", "--no-deterministic"];
    const stdout = held(await sim(...args, "--csv", `${folder}/rows.csv`, "--plot"));
    const [header, ...rows] = (await Deno.readTextFile(`${folder}/rows.csv`)).trimEnd().split("\r\n");
    const isSame = stdout.includes("the same in each");
    assertEquals(header, isSame ? "t,y0" : "t,direct.y0,thread.y0");
    assertEquals(rows.map((row) => row.split(",")[0]), ["0", "0.01", "0.02", "0.03"]);
  });
});

Deno.test("sim runs twice at once in one folder", async () => {
  const both = await Promise.all([sim(...GOLDEN), sim(...GOLDEN)]);
  for (const ended of both) {
    assertEquals(reports(held(ended)).map(({ certificate }) => certificate), Array(3).fill(five?.certificate));
  }
});
