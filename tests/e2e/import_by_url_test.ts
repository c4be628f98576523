import { assert, assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { Trace } from "../../mod.ts";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { runs } from "../contracts/soak.ts";
import { bundled } from "./bundled.ts";
import { readTrace } from "./chrome_trace.ts";
import { complaints, inFolder } from "./command.ts";
import { type Content, type Ended, run, runByUrl, serve } from "./server.ts";

const root = new URL("../../", import.meta.url);
const isLong = runs(1) > 1;

/** A program that runs a system of `./system.ts` in every mode and prints what came out. */
const program = (library: string) => `
import { delegate, Host, loadSystem, Simulator } from "${library}";

const module = import.meta.resolve("./system.ts");
const system = await loadSystem({ module, export: "tally", argument: { step: 3 } });
await using host = new Host();
const runs = [];
for (const mode of ${JSON.stringify(MODE_NAMES)} as const) {
  await using simulator = new Simulator(delegate(system, { mode, period: 0.1 }), { host });
  simulator.fix("u", [1, 2]);
  await simulator.initialize();
  await simulator.advanceTo(1);
  const { context, trace } = simulator;
  runs.push({ mode, n: context.output("n"), seen: context.output("seen"), certificate: await trace.certificate() });
}
console.log(JSON.stringify(runs));
`;

/** Its system: vectors and abstract values in, out and in the state. */
const system = (library: string) => `
import { abstract, defineSystem, didNothing, scalar, succeeded, vector } from "${library}";

export function tally({ step }: { step: number }) {
  return defineSystem({
    name: "tally",
    inputs: { u: vector(2) },
    state: { n: scalar(0), seen: abstract<number[]>([]) },
    outputs: {
      n: { type: scalar(), feedthrough: [], value: ({ state }) => state.n },
      seen: { type: abstract<number[]>([]), feedthrough: [], value: ({ state }) => state.seen },
      sum: { type: scalar(), value: ({ input }) => input.u[0] + input.u[1] },
    },
    initialize: () => didNothing(),
    update: {
      period: 0.1,
      run: ({ input, state, next }) => {
        next.n = state.n + step;
        next.seen = [...input.u, state.n];
        return succeeded();
      },
    },
  });
}
`;

/** The certificate of the law: a row at each event, the output after release, one period late. */
const certificate = await lawful().certificate();

function lawful(): Trace {
  const rows = new Trace(["n", "sum"]);
  for (let k = 0; k < 10; k++) rows.add(k * 0.1, [3 * k, 3]);
  return rows;
}

/** Runs the program from a site with this content, and checks what came out; gives what was asked for. */
async function check(content: Content): Promise<ReadonlySet<string>> {
  await using site = serve(content);
  checkRuns(printed(await runByUrl(site.url("/program.ts"), [site])));
  return new Set(site.asked);
}

function checkRuns(runs: unknown): void {
  assertEquals(runs, MODE_NAMES.map((mode) => ({ mode, n: 27, seen: [1, 2, 24], certificate })));
}

function printed({ code, stdout, stderr }: Ended): unknown {
  assertEquals({ code, stderr: complaints(stderr) }, { code: 0, stderr: "" });
  return JSON.parse(stdout);
}

let dist: URL;

Deno.test.beforeAll(async () => {
  const folder = await Deno.makeTempDir({ prefix: "holdfast-dist-" });
  dist = pathToFileURL(`${folder}/`);
  await bundled(folder);
});

Deno.test.afterAll(async () => await Deno.remove(dist, { recursive: true }));

Deno.test("mod.ts by URL runs a system from a URL alike in every mode", async () => {
  const texts = { "/program.ts": program("./mod.ts"), "/system.ts": system("./mod.ts") };
  const asked = await check({ folders: { "/": root }, texts });
  assert(asked.has("/lib/host/thread_entry.ts"));
  assert(asked.has("/lib/host/process_entry.ts"));
});

Deno.test("holdfast.js by URL is one file, and runs a system from a URL alike in every mode", async () => {
  const texts = { "/program.ts": program("./dist/holdfast.js"), "/system.ts": system("./dist/holdfast.js") };
  const asked = await check({ folders: { "/dist/": dist }, texts });
  assertEquals(asked, new Set(["/program.ts", "/system.ts", "/dist/holdfast.js"]));
});

Deno.test("holdfast.js takes a system that another copy of the library made", async () => {
  for (const other of ["./src/mod.ts", "./dist/holdfast.js?copy"]) {
    const texts = { "/program.ts": program("./dist/holdfast.js"), "/system.ts": system(other) };
    await check({ folders: { "/dist/": dist, "/src/": root }, texts });
  }
});

Deno.test("the library and a system may come from two sites", async () => {
  await using library = serve({ folders: { "/": root, "/dist/": dist } });
  for (const path of ["/mod.ts", "/dist/holdfast.js"]) {
    const url = library.url(path);
    await using site = serve({ texts: { "/program.ts": program(url), "/system.ts": system(url) } });
    checkRuns(printed(await runByUrl(site.url("/program.ts"), [library, site])));
  }
});

Deno.test("cli.js by URL runs the simulations alike in every mode", async () => {
  await using site = serve({ folders: { "/": dist } });
  const flags = [
    "--mode",
    MODE_NAMES.join(),
    ..."--systems 2 --period 0.002 --duration 0.1 --rate 0 --burn none".split(" "),
  ];
  const { runs } = printed(await runByUrl(site.url("/cli.js"), [site], ["sim", ...flags, "--json"])) as {
    runs: { mode: string; certificate: string }[];
  };
  assertEquals(runs.map(({ mode }) => mode), [...MODE_NAMES]);
  assertEquals(new Set(runs.map((run) => run.certificate)).size, 1);
  assertEquals(site.asked, new Set(["/cli.js"]));
});

/** What `run --json` says of one program. */
interface Runs {
  readonly program: string;
  readonly runs: readonly { readonly mode: string; readonly ok: boolean }[];
  readonly equal: boolean;
}

function checkEqual({ program, runs, equal }: Runs, wanted: readonly string[] = MODE_NAMES): void {
  assertEquals(runs.map(({ mode, ok }) => ({ mode, ok })), wanted.map((mode) => ({ mode, ok: true })), program);
  assert(equal, program);
}

Deno.test("cli.js by URL runs every program as declared in every mode, its guests from the same file", async () => {
  await using site = serve({ folders: { "/": dist } });
  const run = async (...args: string[]) => printed(await runByUrl(site.url("/cli.js"), [site], ["run", ...args]));
  const modes = isLong ? ["direct", "thread"] : ["direct"];
  const { programs } = await run("--all", "--mode", modes.join(), "--json") as { programs: Runs[] };
  assert(programs.length > 10, `${programs.length} programs`);
  for (const program of programs) checkEqual(program, modes);
  // Some take long with the numbers that they have by default: tasks, a pool and systems are what guests are started for.
  for (const name of ["lock", "pi-pool", "euler-process"]) {
    checkEqual(await run(name, "--mode", ELSEWHERE.join(), "--json") as Runs, ELSEWHERE);
  }
  assertEquals(site.asked, new Set(["/cli.js"]));
});

Deno.test("cli.js by URL runs a user's program that another copy of the library made, alike in every mode", async () => {
  const own = await Deno.readTextFile(new URL("tests/guests/own_programs.ts", root));
  const texts = { "/own.ts": own.replace("../../mod.ts", "./holdfast.js") };
  await using site = serve({ folders: { "/": dist }, texts });
  const target = `${site.url("/own.ts")}#counter`;
  checkEqual(printed(await runByUrl(site.url("/cli.js"), [site], ["run", target, "--mode", "all", "--json"])) as Runs);
  assertEquals(site.asked, new Set(["/cli.js", "/own.ts", "/holdfast.js"]));
});

Deno.test("cli.js by URL writes traces, with permissions for their folder alone", async () => {
  await using site = serve({ folders: { "/": dist } });
  await inFolder(async (folder) => {
    const permissions = [`--allow-import=${site.host}`, `--allow-read=${folder}`, `--allow-write=${folder}`];
    const path = `${folder}/trace.json`;
    const { code, stderr } = await run([...permissions, site.url("/cli.js"), "run", "lock", "--trace", path]);
    assertEquals({ code, stderr: complaints(stderr) }, { code: 0, stderr: "" });
    const lanes = ["1 adder0", "1 adder0 holds guard", "1 adder1", "1 adder1 holds guard"];
    assertEquals([...readTrace(await Deno.readTextFile(path)).lanes.keys()], lanes);
  });
});

Deno.test("cli.js by URL names its commands", async () => {
  await using site = serve({ folders: { "/": dist } });
  const help = await runByUrl(site.url("/cli.js"), [site], ["--help"]);
  assertEquals({ code: help.code, stderr: help.stderr }, { code: 0, stderr: "" });
  assert(/^ {2}sim /m.test(help.stdout), help.stdout);
  const wrong = await runByUrl(site.url("/cli.js"), [site], ["similar", "--json"]);
  assertEquals(wrong, {
    code: 2,
    stdout: "",
    stderr:
      "Cannot run the command line: there is no command similar, one of sim, list, run, explore, replay or --help is wanted\n",
  });
});

Deno.test("mod.ts and the guests reach relative, node: and full npm: specifiers only", async () => {
  for (const entry of ["mod.ts", "lib/host/thread_entry.ts", "lib/host/process_entry.ts"]) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", new URL(entry, root).href],
      stderr: "inherit",
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
      modules: { dependencies?: { specifier: string }[] }[];
    };
    const specifiers = modules.flatMap(({ dependencies = [] }) => dependencies.map(({ specifier }) => specifier));
    assert(specifiers.length > 10, `${entry}: ${specifiers.length} specifiers`);
    assertEquals(specifiers.filter((specifier) => !/^(\.{1,2}\/|node:|npm:.+@\d+\.\d+\.\d+$)/.test(specifier)), []);
  }
});
