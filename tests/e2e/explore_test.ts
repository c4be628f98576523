import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { programs } from "../../lib/programs/mod.ts";
import { isProgram } from "../../mod.ts";
import { helpText } from "../../scripts/command/text.ts";
import { USAGE } from "../../scripts/explore.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { Command, complaints, type Ended, refusals, several, startScript } from "./command.ts";

interface Document {
  readonly program: string;
  readonly variant: string;
  readonly verdict: string;
  readonly kind: string | null;
  readonly message: string | null;
  readonly schedule: string | null;
  readonly preemptions: number | null;
  readonly minimal: boolean | null;
  readonly schedules: number;
  readonly outcomes: readonly { readonly outcome: unknown; readonly count: number }[];
  readonly covered?: number | null;
  readonly interrupted?: boolean;
  readonly declared?: boolean;
  readonly replay?: string;
  readonly reproduced?: readonly { readonly mode: string; readonly times: number; readonly reproduced: number }[];
  readonly trace?: { readonly tasks: readonly string[]; readonly rows: readonly Record<string, unknown>[] };
}

const specimen = (name: string) => fileURLToPath(new URL(`../explorer/specimens/${name}.ts`, import.meta.url));

/** Explores with each of these lists of arguments. */
async function explored(...lists: readonly (readonly string[])[]): Promise<Ended[]> {
  return await several("explore", lists.map((args) => ["--width", "120", ...args]));
}

/** The one document on stdout. */
function read<T = Document>({ code, stdout, stderr }: Ended, wanted: number): T {
  assertEquals({ code, stderr: wanted === 0 ? complaints(stderr) : "" }, {
    code: wanted,
    stderr: "",
  });
  assertMatch(stdout, /^\{.*\}\n$/);
  return JSON.parse(stdout);
}

Deno.test("deno task explore --json prints the bug of fewest preemptions with what replays it, and ends with 1", async () => {
  await using command = new Command(["task", "--quiet", "explore", specimen("bluetooth"), "--json"]);
  const document = read(await command.end(), 1);
  const { program, variant, verdict, kind, preemptions, minimal, schedule, schedules, trace, replay } = document;
  assertEquals({ program, variant, verdict, kind, preemptions, minimal }, {
    program: "bluetooth",
    variant: "plain",
    verdict: "bug",
    kind: "assertion",
    preemptions: 1,
    minimal: true,
  });
  assertMatch(schedule ?? "", /^hf2:@0\/add\.1,add@1\.g\.acquire\/stop\.8:\w{6}$/);
  assertEquals(replay, `deno task replay ${specimen("bluetooth")} ${schedule}`);
  assert(schedules > 1 && document.outcomes.reduce((sum, { count }) => sum + count, 0) === schedules);
  assertEquals(trace?.tasks, ["stop", "add"]);
  const [first, second] = trace?.rows ?? [];
  assertEquals([first?.task, first?.text, second?.preempts], ["add", "stoppingFlag.load() = 0", "add"]);
  assertMatch(String(first?.source), /specimens\/bluetooth\.ts:\d+:\d+$/);
});

Deno.test("explore tells people what happened in which order, where, and how to see it again", async () => {
  const [{ code, stdout, stderr }, race] = await explored(["deadlock", "--replay"], ["race"]) as [Ended, Ended];
  assertEquals({ code, stderr: complaints(stderr) }, { code: 1, stderr: "" });
  const [head, one, other, needs, _empty, columns = "", first = ""] = stdout.split("\n");
  assertEquals([head, one, other, needs], [
    "deadlock (plain): BUG, deadlock",
    "  a waits for right (acquire), which b holds",
    "  b waits for left (acquire), which a holds",
    "It needs no preemption. Found after 1 schedule.",
  ]);
  assertMatch(columns, /^step {2}a +b$/);
  assertMatch(first, /^ {3}0 {4}left\.acquire\(\) +lib\/programs\/deadlock\.ts:\d+$/);
  assertMatch(stdout, /right\.acquire\(\), waits forever +lib\/programs\/deadlock\.ts:\d+\n/);
  assertMatch(stdout, /\nReplay: deno task replay deadlock hf2:straight:\w{6}\n/);
  for (const mode of ELSEWHERE) {
    assertStringIncludes(stdout, `${mode} mode: 10 of 10 runs had the model's outcome\n`);
  }
  assertStringIncludes(race.stdout, "≠ nothing orders the two");
  assertMatch(race.stdout, /≠ value\.load\(\) = 0 +lib\/programs\/race\.ts:\d+\n/);
});

Deno.test("explore says what is proved, or how far it got, and the outcomes", async () => {
  const [proved, far, ordered] = await explored(
    ["bank", "--variant", "locked"],
    [specimen("reorder"), "--setters", "3", "--budget", "10", "--strategy", "bounded"],
    ["deadlock", "--variant", "ordered", "--strategy", "depth-first", "--json"],
  ) as [Ended, Ended, Ended];
  assertEquals(proved.code, 0);
  assertMatch(
    proved.stdout,
    /^bank \(locked\): PROVED, .*: \d+ schedules stand for all\.\nIts outcomes, each with its/,
  );
  assertEquals(far.code, 0);
  assertStringIncludes(
    far.stdout,
    "reorder (plain): NOT EXHAUSTED, no bug in 10 schedules; there are more.\nA larger --budget continues the search.\n",
  );
  const document = read(ordered, 0);
  assertEquals([document.verdict, document.kind, document.schedule], ["proved", null, null]);
});

Deno.test("explore keeps the program's own flags for the replay", async () => {
  const [found] = await explored(
    [specimen("reorder"), "--setters", "4", "--strategy", "random", "--seed", "-7", "--json"],
  ) as [Ended];
  const document = read(found, 1);
  assertMatch(document.replay ?? "", / hf2:\S+:\w{6} --seed -7 --setters 4$/);
  // What is shown is the smallest, with one task that sets and one that checks.
  assertEquals(document.trace?.tasks.length, 2);
});

Deno.test("explore --find ends with 0 where it is found, --ignore leaves kinds out", async () => {
  const [lost, never, race, ignored] = await explored(
    ["counter", "--find", "2", "--times", "1", "--json"],
    ["counter", "--find", "3", "--times", "1"],
    ["counter", "--find", "race", "--times", "1"],
    ["counter", "--ignore", "race", "--ignore", "leak", "--times", "1"],
  ) as [Ended, Ended, Ended, Ended];
  assertEquals(read<{ verdict: string; outcome: unknown }>(lost, 0).outcome, 2);
  assertEquals(never.code, 1);
  assertStringIncludes(never.stdout, "PROVED, no order of the tasks' actions shows what was looked for");
  assertEquals([race.code, ignored.code], [0, 0]);
});

Deno.test("explore shows the smallest run that it knows, and what it comes to", async () => {
  const [{ stdout }, bank, counter] = await explored(["producer-consumer-event"], ["bank"], ["counter"]) as [
    Ended,
    Ended,
    Ended,
  ];
  assertStringIncludes(stdout, "Shown with --messages 1, in 16 steps.");
  assertMatch(stdout, /\n {2}15 .*\n.*waits forever.*\n\nReplay: deno task replay \S+ \S+ --messages 1\n/);
  assertStringIncludes(bank.stdout, "Outcome: { balance: 300, paid: [ 500, 700 ] }\n");
  assertStringIncludes(counter.stdout, "Outcome: 1\n");
});

Deno.test("explore and replay draw who acts and who waits for what, and write that to a file", async () => {
  const file = await Deno.makeTempFile();
  try {
    const [found] = await explored(["deadlock", "--lanes", "--trace", file]) as [Ended];
    assertMatch(found.stdout, /\n {2}a +█+.*A░+\n +━left━+\n {2}b .*█+.*B░+\n +━right━+\n {2}rows +\|0 /);
    assertStringIncludes(found.stdout, "A right.acquire (held by b)  B left.acquire (held by a)\n");
    const { traceEvents } = JSON.parse(await Deno.readTextFile(file));
    const waits = traceEvents.map(({ name }: { name: string }) => name).filter((name: string) =>
      name.endsWith("acquire")
    );
    assertEquals(waits, ["right.acquire", "left.acquire"]);
    const [schedule = ""] = /hf2:\S+/.exec(found.stdout) ?? [];
    await using command = startScript("replay", "deadlock", schedule, "--lanes", "--json");
    const document = read<{ trace: { lanes: unknown[] } }>(await command.end(), 0);
    assertEquals(document.trace.lanes.length, 2);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("explore --clock ordered leaves times out of order out", async () => {
  const paid = '{"balance":300,"paid":[500,700]}';
  const [early] = await explored(["bank", "--find", paid, "--clock", "ordered", "--json"]) as [Ended];
  const { outcome, schedule } = read<{ outcome: unknown; schedule: string }>(early, 0);
  assertEquals(outcome, { balance: 300, paid: [500, 700] });
  assertMatch(schedule, /^hf2:ordered/);
});

Deno.test("explore --all finds bugs in the specimens, in all of them, and nowhere else", async () => {
  const [all, { code, stdout }] = await explored(["--all", "--budget", "100", "--json"], [
    "--all",
    "--budget",
    "100",
  ]) as [
    Ended,
    Ended,
  ];
  const { programs: documents } = read<{ programs: Document[] }>(all, 0);
  assertEquals(
    documents.map(({ program, variant }) => `${program} ${variant}`),
    programs.filter(isProgram).flatMap(({ name, variants }) => variants.map((variant) => `${name} ${variant}`)),
  );
  for (const { program, variant, verdict, declared } of documents) {
    const isSpecimen = programs.some(({ name, specimens }) => name === program && specimens.includes(variant));
    assertEquals([program, declared, verdict === "bug"], [program, true, isSpecimen]);
  }
  assertEquals(code, 0);
  const [head = "", ...rows] = stdout.trimEnd().split("\n");
  assertMatch(head, /^program +variant +found +preemptions +schedules +ms$/);
  assertEquals([rows.length, rows.every((row) => / \d+ {2}as declared$/.test(row))], [documents.length, true]);
});

Deno.test("explore prints what it has at Ctrl-C, and ends with 130", async () => {
  await using command = startScript("explore", "semaphore", "--budget", "1000000000", "--strategy", "random", "--json");
  await command.complained("semaphore (plain): ");
  command.signal("SIGINT");
  const document = read(await command.end(), 130);
  assertEquals([document.verdict, document.interrupted], ["not-exhausted", true]);
  assert(document.schedules > 0 && document.outcomes.length > 0);
});

Deno.test("explore --workers prints what it prints without, and ends at Ctrl-C with what it has", async () => {
  const args = ["counter", "--tasks", "3", "--times", "2", "--strategy", "depth-first", "--ignore", "race", "--json"];
  const [one, two] = await explored(args, [...args, "--workers", "2"]) as [Ended, Ended];
  assertEquals([two.stdout, two.code], [one.stdout, one.code]);
  const endless = ["--tasks", "4", "--times", "4", "--budget", "1000000000", "--find", "17", "--json"];
  await using command = startScript("explore", "counter", "--strategy", "depth-first", ...endless, "--workers", "2");
  await command.complained("counter (plain): ");
  command.signal("SIGINT");
  const { code, stdout } = await command.end();
  assertEquals([code, JSON.parse(stdout).interrupted], [130, true]);
});

Deno.test("explore refuses what it does not understand in one sentence, with 2", async () => {
  const refused: readonly (readonly [args: readonly string[], stderr: string])[] = [
    [[], "Cannot explore: there is no program, one of `deno task list`, a module or --all is wanted\n"],
    [["lock", "--strategy", "fast"], "Cannot use --strategy fast: one of portfolio, depth-first, "],
    [["lock", "--budget", "0"], "Cannot use --budget 0: a whole number from 1 to 1000000000 is wanted\n"],
    [["lock", "--find", "dedlock"], "Cannot use --find dedlock: one of assertion, dropped-steps, "],
    [
      ["lock", "--ignore", "race,nondeterminism"],
      "Cannot use --ignore race,nondeterminism: one or more of assertion, ",
    ],
    [["lock", "--workers", "0"], "Cannot use --workers 0: a whole number from 1 to 256 is wanted\n"],
    [["lock", "--workers", "two"], "Cannot use --workers two: a whole number from 1 to 256 is wanted\n"],
    [["lock", "--clock", "late"], "Cannot use --clock late: one of free, ordered is wanted\n"],
    [["--all", "--lanes"], "Cannot use --lanes: --all shows no runs, one program is wanted\n"],
    [["lock", "--trace", "/no/such/place"], "Cannot use --trace /no/such/place: "],
    [["lock", "--granularity", "byte"], "Cannot use --granularity byte: operation or word is wanted\n"],
    [["lock", "--variant", "x"], "Cannot use --variant x: one of plain is wanted\n"],
    [["lock", "--tasks", "many"], "Cannot use --tasks many: a whole number from "],
    [["--all", "--variant", "plain"], "Cannot use --variant plain: --all takes every variant, one of both is wanted\n"],
    [["lokc"], "Cannot explore lokc: there is no such program, perhaps lock; "],
  ];
  const sentences = await refusals("explore", refused.map(([args]) => args));
  for (const [index, [, wanted]] of refused.entries()) {
    assertEquals(sentences[index]?.slice(0, wanted.length), wanted);
  }
  const [help, own] = await explored(["--help"], ["bank", "--help"]) as [Ended, Ended];
  assertEquals([help.code, help.stdout], [0, `${helpText(USAGE, ["--width", "120"])}\n`]);
  assertStringIncludes(own.stdout, "deno task explore bank [flags]: ");
  assertStringIncludes(own.stdout, "  --balance N ");
});

Deno.test("explore and replay refuse a program whose main runs on the host, and say why", async () => {
  const hosted = "tests/guests/host_programs.ts#teller";
  for (const [name, ...args] of [["explore", hosted], ["replay", hosted, "hf2:straight:zj91lf"]] as const) {
    await using command = startScript(name, ...args);
    const { code, stdout, stderr } = await command.end();
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assertMatch(
      stderr,
      new RegExp(`^Cannot ${name} teller: its main runs on the host, .* shared memory, .* is wanted\n$`),
    );
  }
});
