import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { MODE_NAMES, now } from "../../lib/host/mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { helpText } from "../../scripts/command/text.ts";
import { USAGE } from "../../scripts/run/request.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { Command, complaints, type Ended, inFolder, refusals, runProgram, several, startRun } from "./command.ts";
import { readTrace } from "./chrome_trace.ts";
import { serve } from "./server.ts";

const own = fileURLToPath(new URL("../guests/own_programs.ts", import.meta.url));
const hosted = fileURLToPath(new URL("../guests/host_programs.ts", import.meta.url));

interface LaneSpan {
  readonly name: string;
  readonly started: number;
  readonly finished: number;
}

interface Document {
  readonly program: string;
  readonly variant: string;
  readonly runs: readonly {
    readonly mode: string;
    readonly transport: string;
    readonly outcome: unknown;
    readonly expected: unknown;
    readonly ok: boolean;
    readonly verdict: string;
    readonly ms: number;
    readonly tables: readonly unknown[];
    readonly lanes?: readonly { readonly lane: string; readonly spans: readonly LaneSpan[] }[];
  }[];
  readonly equal: boolean;
}

/** The one document on stdout. */
function read<T = Document>({ code, stdout, stderr }: Ended, wanted = 0): T {
  assertEquals({ code, stderr: wanted === 0 ? complaints(stderr) : "" }, { code: wanted, stderr: "" });
  assertMatch(stdout, /^\{.*\}\n$/);
  return JSON.parse(stdout);
}

Deno.test("deno task run --json prints one document with the runs in every mode, and whether they are equal", async () => {
  await using command = new Command(["task", "--quiet", "run", "lock", "--mode", "all", "--pause", "0.01", "--json"]);
  const { runs, ...rest } = read(await command.end());
  assertEquals(rest, { program: "lock", variant: "plain", equal: true });
  assertEquals(runs.map(({ ms: _, ...run }) => run), [
    { mode: "direct", transport: "model", outcome: 2, expected: [2], ok: true, verdict: "right", tables: [] },
    { mode: "thread", transport: "shared", outcome: 2, expected: [2], ok: true, verdict: "right", tables: [] },
    { mode: "process", transport: "pipe", outcome: 2, expected: [2], ok: true, verdict: "right", tables: [] },
  ]);
  assert(runs.every(({ ms }) => ms >= 0 && Number.isFinite(ms)));
});

Deno.test("deno task list names the programs, with and without --json", async () => {
  await using json = new Command(["task", "--quiet", "list", "--json"]);
  const { programs: listed } = read<{ programs: Record<string, unknown>[] }>(await json.end());
  assertEquals(listed.map(({ name }) => name), programs.map(({ name }) => name));
  assertEquals(listed.find(({ name }) => name === "bank"), {
    name: "bank",
    claim: "Without a lock around check and store, more can be paid out than the account holds.",
    specimen: true,
    variants: ["plain", "locked"],
    parameters: JSON.parse(JSON.stringify(programs.find(({ name }) => name === "bank")?.parameters)),
  });
  await using text = new Command(["task", "--quiet", "list"]);
  const { code, stdout } = await text.end();
  const unwrapped = stdout.replaceAll(/\n {2,}/g, " ");
  assertEquals(code, 0);
  for (const { name, claim } of programs) assertStringIncludes(unwrapped, `${name}: ${claim}`);
  await using wrong = new Command(["task", "--quiet", "list", "--jso"]);
  const { code: wrongCode, stderr } = await wrong.end();
  assertEquals([wrongCode, stderr], [
    2,
    "Cannot use --jso: there is no such flag, one of --width, --json, --help is wanted\n",
  ]);
});

Deno.test("run --all runs every program in every variant, and all hold", async () => {
  const { programs: documents } = read<{ programs: Document[] }>(await runProgram("--all", "--json"));
  assertEquals(
    documents.map(({ program, variant }) => `${program} ${variant}`),
    programs.flatMap(({ name, variants }) => variants.map((variant) => `${name} ${variant}`)),
  );
  for (const { program, runs, equal } of documents) {
    assert(equal && runs.length === 1 && runs[0]?.ok && runs[0].mode === "direct", program);
  }
});

Deno.test("run tells people the claim, a line for each mode, and what is equal; a deadlock as its cycle", async () => {
  const [{ code, stdout, stderr }, deadlock] = await several("run", [
    ["bank", "--variant", "locked", "--mode", "all", "--pause", "0", "--width", "120"],
    ["deadlock"],
  ]) as [Ended, Ended];
  assertEquals({ code, stderr: complaints(stderr) }, { code: 0, stderr: "" });
  const [claim = "", ...lines] = stdout.trimEnd().split("\n");
  assertEquals(
    claim,
    "bank (locked): Without a lock around check and store, more can be paid out than the account holds.",
  );
  MODE_NAMES.forEach((mode, index) => {
    assertMatch(
      lines[index] ?? "",
      new RegExp(`^ {2}${mode} +right +[\\d.]+ ms {2}\\{ balance: \\d+, paid: \\[ .* \\] \\}$`),
    );
  });
  assertEquals(
    lines[3],
    "Declared the same on every schedule, and equal in direct, thread and process mode: { accepted: 1, whole: true }",
  );
  assertMatch(
    deadlock.stdout,
    /ms {2}deadlock\n +a waits for right \(acquire\), which b holds {2}lib\/programs\/deadlock\.ts:\d+\n +b waits for left \(acquire\), which a holds +lib\/programs\/deadlock\.ts:\d+\n/,
  );
  assertStringIncludes(deadlock.stdout, "known bug");
});

Deno.test("run gives the same outcome for the same seed, and another for another", async () => {
  const outcome = async (seed: string) => {
    return read(await runProgram("producer-consumer-lock", "--seed", seed, "--json")).runs[0]?.outcome;
  };
  const [one, again, other] = await Promise.all([outcome("7"), outcome("7"), outcome("-8")]);
  assertEquals(one, again);
  assert(JSON.stringify(one) !== JSON.stringify(other));
});

Deno.test("run --help shows the flags; after a program its own, with ranges and defaults", async () => {
  const [help, { code, stdout, stderr }] = await several("run", [["--help"], [`${own}#counter`, "--help"]]) as [
    Ended,
    Ended,
  ];
  assertEquals(help, { code: 0, stdout: `${helpText(USAGE, [])}\n`, stderr: "" });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  for (
    const line of [
      /^deno task run counter \[flags\]: All that is counted is there\.$/m,
      /^ {2}--task-count N +how many tasks count; a whole number from 1 to 4 \[2\]$/m,
      /^ {2}--step-size N +what each adds; a number from 0\.5 to 2 \[1\]$/m,
      /^ {2}--color WORD +what it is called; one of red, green \[red\]$/m,
      /^ {2}--loud +whether it shouts$/m,
      /^ {2}--no-fair +whether nobody is overtaken$/m,
      /^Variants \(--variant V\): short, long$/m,
      /^Example: deno task run /m,
    ]
  ) assertMatch(stdout, line);
});

Deno.test("run refuses wrong arguments with 2 and one sentence, and runs nothing", async () => {
  const seconds = "a number of seconds from 1e-9 to 1000000 is wanted";
  const wrong: [string[], string][] = [
    [[], "there is no program, one of `deno task list`, a module or --all is wanted"],
    [["--json"], "there is no program"],
    [["lokc"], "Cannot run lokc: there is no such program, perhaps lock; one of `deno task list`, or a module"],
    [["sempahore"], "perhaps semaphore; "],
    [["xyzzy"], "Cannot run xyzzy: there is no such program, one of `deno task list`, or a module by path or URL"],
    [["lock", "race"], "Cannot use race: it is not a flag, one of "],
    [["lock", "--all"], "Cannot run lock with --all: that means the whole list, one of the two is wanted"],
    [["--all", "--variant", "locked"], "Cannot use --variant locked: --all takes every variant, one of both is wanted"],
    [["--all", "--tasks", "2"], "Cannot use --tasks: there is no such flag, one of "],
    [["lock", "--bogus"], "Cannot use --bogus: there is no such flag, one of "],
    [["lock", "--mode", "fork"], "Cannot use --mode fork: all, one of direct, thread, process, or several of them"],
    [["lock", "--mode", "direct,direct"], "Cannot use --mode direct,direct: "],
    [["bank", "--variant", "unlocked"], "Cannot use --variant unlocked: one of plain, locked is wanted"],
    [["lock", "--seed", "1.5"], "Cannot use --seed 1.5: a whole number from -(2^53 - 1) to 2^53 - 1 is wanted"],
    [["lock", "--timeout", "0"], `Cannot use --timeout 0: ${seconds}`],
    [["lock", "--tasks", "9"], "Cannot use --tasks 9: a whole number from 1 to 8 is wanted"],
    [["lock", "--tasks", "1.5"], "Cannot use --tasks 1.5: a whole number from 1 to 8 is wanted"],
    [["lock", "--tasks", "two"], "Cannot use --tasks two: a whole number from 1 to 8 is wanted"],
    [["lock", "--tasks"], "Cannot use --tasks: its value is missing, a whole number from 1 to 8 is wanted"],
    [["dir-info", "--dir", "--json"], "Cannot use --dir: its value is missing, "],
    [["pi", "--samples", "1e16"], "Cannot use --samples 1e16: a whole number from 1 to 2^53 - 1 is wanted"],
    [["lock", "--tasks", "2", "--tasks", "3"], "Cannot use --tasks twice"],
    [["lock", "--pause", "-1"], "Cannot use --pause -1: a number from 0 to 10 is wanted"],
    [["producer-consumer-queue", "--end", "never"], "Cannot use --end never: one of variant, event, close is wanted"],
    [["lock", "--trace", "/no/such/folder/trace.json"], "a file to write is wanted"],
    [["./no_such_file.ts"], "Cannot run ./no_such_file.ts: there is no such file in "],
    [["mod.ts#nothing"], "exports no such program, one of its own ("],
    [[own], `it exports 4 programs, ${own}#counter, `],
    [
      ["tests/contracts/soak.ts"],
      "it exports no program, one made by defineProgram or defineHostProgram, or for a scenario `deno task explore`, ",
    ],
    [[`${own}#counter`, "--task-count", "5"], "Cannot use --task-count 5: a whole number from 1 to 4 is wanted"],
    [[`${hosted}#teller`, "--label", "refused"], "Cannot run teller: label is refused, another one is wanted"],
    [[`${hosted}#teller`, "--lanes", "yes"], "Cannot use --lanes with yes: it takes no value"],
    [[`${own}#counter`, "--fair"], "Cannot use --fair: there is no such flag, one of "],
    [["http://127.0.0.1:1/own.ts"], "Cannot run http://127.0.0.1:1/own.ts: TypeError: "],
  ];
  const sentences = await refusals("run", wrong.map(([args]) => args));
  for (const [index, [, wanted]] of wrong.entries()) assertStringIncludes(sentences[index] ?? "", wanted);
});

const FLAGS = ["--task-count", "3", "--step-size=0.5", "--loud", "--no-fair", "--color", "green", "--variant", "long"];
const SUM = { sum: 1.5, color: "GREEN", fair: false, variant: "long", seed: 0 };

Deno.test("run takes a user's program by path, with its own flags, in every mode", async () => {
  const { program, runs, equal } = read(await runProgram(`${own}#counter`, "--mode", "all", ...FLAGS, "--json"));
  assertEquals([program, equal, runs.map(({ mode }) => mode)], ["counter", true, [...MODE_NAMES]]);
  for (const { outcome, expected, ok } of runs) assertEquals([outcome, expected, ok], [SUM, null, true]);
});

Deno.test("run takes a user's program by URL, with its own flags, in every mode", async () => {
  const text = await Deno.readTextFile(own);
  const texts = { "/own.ts": text.replace("../../mod.ts", "./mod.ts") };
  await using site = serve({ folders: { "/": new URL("../../", import.meta.url) }, texts });
  const { program, runs, equal } = read(
    await runProgram(`${site.url("/own.ts")}#counter`, "--mode", "all", ...FLAGS, "--json"),
  );
  assertEquals([program, equal, runs.map(({ mode }) => mode)], ["counter", true, [...MODE_NAMES]]);
  for (const { outcome, ok } of runs) assertEquals([outcome, ok], [SUM, true]);
  assert(site.asked.has("/own.ts"));
});

Deno.test("run ends with 1 where an outcome is not declared, with the stack; --json says so too", async () => {
  const [{ code, stdout, stderr }, elsewhere] = await several("run", [
    [`${own}#failing`, "--message", "odd"],
    [`${own}#failing`, "--message=odd", "--mode", "thread,process", "--json"],
  ]) as [Ended, Ended];
  assertEquals(code, 1);
  assertMatch(stdout, /^ {2}direct +not declared +[\d.]+ ms {2}only failed, TypeError: it is odd$/m);
  assertMatch(stdout, /^ +\(tests\/guests\/own_programs\.ts:\d+\)$/m);
  assertMatch(stdout, /^Declared outcome:\n {2}1$/m);
  assertMatch(stderr, /^In direct mode: TypeError: it is odd\n +at .*own_programs\.ts/m);
  const failed = { failed: [{ task: "only", error: "TypeError", message: "it is odd" }] };
  const { runs, equal } = read(elsewhere, 1);
  assertEquals(runs.map(({ outcome, ok }) => [outcome, ok]), [[failed, false], [failed, false]]);
  assertEquals(equal, true);
});

Deno.test("run ends with 1 where modes differ, and shows what came out in each", async () => {
  const args = [`${own}#uneven`, "--mode", "direct,thread"];
  const [{ code, stdout }, json] = await several("run", [args, [...args, "--json"]]) as [Ended, Ended];
  assertEquals(code, 1);
  assertMatch(stdout, /^NOT EQUAL, .*:\n {2}direct +0\n {2}thread +1\n$/m);
  assertEquals(read(json, 1).equal, false);
});

Deno.test("run --timeout ends tasks that take longer, in every mode", async () => {
  for (const mode of ELSEWHERE) {
    await using command = startRun(`${own}#slow`, "--mode", mode, "--timeout", "4", "--json");
    const { runs } = read(await command.end(), 1);
    const { failed } = runs[0]?.outcome as { failed: { task: string; error: string }[] };
    assertEquals(failed.map(({ task, error }) => [task, error]), [
      ["one", "GuestTimeoutError"],
      ["other", "GuestTimeoutError"],
    ], mode);
    await command.gone();
  }
});

for (const mode of ELSEWHERE) {
  Deno.test(`run ends with 130 on Ctrl-C in ${mode} mode, and so do its guests; it told of its progress`, async () => {
    await using command = startRun(`${own}#slow`, "--mode", mode);
    await command.printed("It takes long");
    await command.has(mode === "process" ? 2 : 0);
    await command.complained(`slow in ${mode} mode: `);
    command.signal("SIGINT");
    const { code, stderr } = await command.end();
    assertEquals(code, 130);
    assertMatch(stderr, new RegExp(`^slow in ${mode} mode: [\\d.]+ s$`, "m"));
    await command.gone();
  });
}

Deno.test("run --trace writes who runs and who waits for what, a process for each mode, each from 0 on", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/trace.json`;
    const begun = now();
    const { code } = await runProgram("lock", "--mode", "all", "--pause", "0.02", "--trace", path);
    const passed = (now() - begun) * 1000;
    assertEquals(code, 0);
    const { lanes, processes, start } = readTrace(await Deno.readTextFile(path));
    assert(begun <= start && start <= now());
    assertEquals(processes, MODE_NAMES.map((mode) => `lock (plain), ${mode} mode`));
    const names = MODE_NAMES.flatMap((_, index) =>
      ["adder0", "adder0 holds guard", "adder1", "adder1 holds guard"].map((lane) => `${index + 1} ${lane}`)
    );
    assertEquals([...lanes.keys()].toSorted(), names);
    let all = 0;
    for (let run = 1; run <= MODE_NAMES.length; run++) {
      const waits = ["adder0", "adder1"].flatMap((lane) => lanes.get(`${run} ${lane}`) ?? []);
      all += Math.max(...waits.map(({ ts }) => ts));
      const names = new Set(waits.map(({ name }) => name));
      // Elsewhere one may be done before the other begins.
      const wanted = ["running", "sleep", ...run === 1 ? ["guard.acquire"] : []];
      assert(wanted.every((name) => names.has(name)), `${[...names]}`);
    }
    assert(all <= passed, `the runs have ${all} us, one after another, of ${passed}`);
  });
});

Deno.test("run shows a host program and its tables, in every mode; --json holds them", async () => {
  const args = [`${hosted}#teller`, "--mode", "all", "--label", "x y", "--loud", "--count", "3", "--width", "200"];
  const [{ code, stdout, stderr }, json, own] = await several("run", [
    args,
    [...args, "--json"],
    [`${hosted}#teller`, "--help"],
  ]) as [Ended, Ended, Ended];
  assertEquals({ code, stderr: complaints(stderr) }, { code: 0, stderr: "" });
  for (const mode of MODE_NAMES) {
    assertMatch(stdout, new RegExp(`^ {2}${mode} +right +[\\d.]+ ms {2}\\{ label: "X Y", .*\n\n {2}Rows\n`, "m"));
  }
  const table =
    "  Rows\n    label  power  third\n    x y        1  0.000\n    x y       10  0.333\n    x y      100  0.667\n";
  assertEquals(stdout.split(table).length, 1 + MODE_NAMES.length);
  const { runs, equal } = read(json);
  assertEquals([equal, runs.map(({ ok }) => ok)], [true, [true, true, true]]);
  const rows = [0, 1, 2].map((index) => ["x y", 10 ** index, index / 3]);
  for (const { tables } of runs) assertEquals(tables, [{ title: "Rows", columns: ["label", "power", "third"], rows }]);
  assertMatch(own.stdout, /^ {2}--label TEXT +what the rows are called \["a b"\]$/m);
});

Deno.test("run tells of a host program's failure and of its progress, and ends it when its time is over", async () => {
  const failing = await runProgram(`${hosted}#failing-main`);
  assertEquals(failing.code, 1);
  assertMatch(failing.stdout, /not declared +[\d.]+ ms {2}main failed, TypeError: it is odd\n/);
  assertMatch(failing.stderr, /TypeError: it is odd\n +at .*host_programs\.ts[^]*Caused by: RangeError: it is 3\n/);
  await using command = startRun(`${hosted}#slow-main`, "--mode", "thread", "--timeout", "1.5");
  const { code, stdout, stderr } = await command.end();
  assertEquals(code, 1);
  assertMatch(stdout, /main failed, GuestTimeoutError: /);
  assertMatch(stderr, /^slow-main in thread mode: [\d.]+ s, at work$/m);
});

Deno.test("run --lanes draws who runs and who waits for what; with --json it has the spans", async () => {
  const args = ["deadlock", "--mode", "direct,thread", "--lanes"];
  const [{ code, stdout }, json, plain] = await several("run", [args, [...args, "--json"], ["deadlock", "--json"]]) as [
    Ended,
    Ended,
    Ended,
  ];
  assertEquals(code, 0);
  for (const clock of ["virtual", "real"]) {
    assertMatch(stdout, new RegExp(`^ {2}a +█.*\n +━left.*\n {2}b +█.*\n +━right.*\n {2}${clock} +\\|0 ms`, "m"));
  }
  assertMatch(stdout, /^ {2}█ running {2}░ waiting {2}━ holding {2}A right\.acquire \(held by b\)$/m);
  assert(stdout.split("\n").every((line) => !/[█░|]/.test(line) || line.length <= 80), stdout);
  const { runs } = read(json);
  for (const { mode, lanes = [] } of runs) {
    assertEquals(lanes.map(({ lane }) => lane), ["a", "b"]);
    for (const { spans } of lanes) {
      spans.forEach(({ started, finished }, index) => {
        assert(finished > started && started >= (spans[index - 1]?.finished ?? 0), `${mode}: ${JSON.stringify(spans)}`);
      });
    }
  }
  const waits = runs.flatMap(({ lanes = [] }) => lanes[0]?.spans.map(({ name }) => name) ?? []);
  assert(waits.includes("sleep") && waits.includes("right.acquire"), waits.join());
  assertEquals(read(plain).runs[0]?.lanes, undefined);
});

Deno.test("run ends with 130 on Ctrl-C while a main on the host waits", async () => {
  await using command = startRun(`${hosted}#slow-main`, "--mode", "process", "--variant", "never");
  await command.complained("at work");
  command.signal("SIGINT");
  assertEquals((await command.end()).code, 130);
  await command.gone();
});
