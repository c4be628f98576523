import { assert, assertEquals, assertThrows } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import * as library from "../../mod.ts";
import type { Bundles } from "../../scripts/bundle.ts";
import { PLATFORMS } from "../../scripts/bundle/platforms.ts";
import { ARGUMENT_LIMIT, argumentBytes } from "../../scripts/bundle/guests.ts";
import { bundled } from "./bundled.ts";
import { run } from "./server.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

let dist: string;
let made: Bundles;

Deno.test.beforeAll(async () => {
  dist = await Deno.makeTempDir({ prefix: "holdfast-dist-" });
  made = await bundled(dist);
});

Deno.test.afterAll(async () => await Deno.remove(dist, { recursive: true }));

/** The text of a bundle, and of the process guest that is packed in it. */
async function textsOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path);
  const packed = Array.from(text.matchAll(/atob\(\\?"([\w+/=]+)\\?"\)/g), ([, base64 = ""]) => {
    const stream = new Blob([Uint8Array.fromBase64(base64)]).stream();
    return new Response(stream.pipeThrough(new DecompressionStream("deflate-raw"))).text();
  });
  return [text, ...await Promise.all(packed)];
}

Deno.test("bundle() makes the module for each platform and the command line, and tells their sizes", async () => {
  assertEquals(
    made.files.map(({ path }) => path),
    [...Object.values(PLATFORMS), "cli.js", "package.json", "deno.json"].map((file) => `${dist}/${file}`),
  );
  for (const { path, bytes } of made.files) assertEquals((await Deno.stat(path)).size, bytes);
  const { process, argument, limit } = made.guests;
  assert(argument > process && argument < limit, JSON.stringify(made.guests));
});

Deno.test("bundle() makes files that import node: modules only, a browser's nothing, and say nothing of this machine", async () => {
  for (const { path } of made.files.filter(({ path }) => path.endsWith(".js"))) {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", path] }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
      modules: { kind: string; dependencies?: { specifier: string }[] }[];
    };
    assertEquals(modules.filter(({ kind }) => kind !== "node").length, 1, path);
    const specifiers = modules.flatMap(({ dependencies = [] }) => dependencies.map(({ specifier }) => specifier));
    const mayImport = path.endsWith(".browser.js") ? /^(?!)/ : /^node:/;
    assertEquals(specifiers.filter((specifier) => !mayImport.test(specifier)), [], path);
    const text = (await textsOf(path)).join("");
    assert(!text.includes(root) && !/^\/\/ (\.\.|\/)/m.test(text), `${path} names a folder of this machine`);
  }
});

Deno.test("bundle() makes the same bytes again", async () => {
  const before = await Promise.all(made.files.map(({ path }) => Deno.readTextFile(path)));
  assertEquals(await bundled(dist), made);
  assertEquals(await Promise.all(made.files.map(({ path }) => Deno.readTextFile(path))), before);
});

Deno.test("cli.js loads esbuild where it stands beside package.json, and calls itself where it names a command", async () => {
  const args = ["-A", `${dist}/cli.js`, "explore", `${root}lib/scenario/examples/late_answer.ts`, "--json"];
  const { code, stdout } = await run(args, { cwd: dist });
  const { verdict, replay } = JSON.parse(stdout);
  assertEquals([code, verdict], [1, "bug"]);
  const [, words = ""] = /^deno run -A (cli\.js replay .*)$/.exec(replay) ?? [];
  assertEquals((await run(["-A", ...words.split(" ")], { cwd: dist })).code, 0, replay);
});

Deno.test("holdfast.js exports what mod.ts exports", async () => {
  const bundled: object = await import(pathToFileURL(`${dist}/holdfast.js`).href);
  assertEquals(Object.keys(bundled), Object.keys(library));
});

Deno.test("each bundle holds its own platform alone, in its guests too", async () => {
  const markOf = {
    deno: "Deno.execPath()",
    node: `from "node:worker_threads"`,
    browser: "a browser starts no processes",
  };
  for (const [platform, file] of Object.entries(PLATFORMS)) {
    const texts = await textsOf(`${dist}/${file}`);
    assertEquals(texts.length, platform === "browser" ? 1 : 2, file);
    const held = Object.entries(markOf).filter(([, mark]) => texts.join("").includes(mark)).map(([name]) => name);
    assertEquals(held, [platform], file);
  }
});

Deno.test("holdfast.js can be bundled again, with threads and processes", async () => {
  const contents = `
    import { delegate, Host, loadSystem, Simulator } from "./holdfast.js";
    const system = await loadSystem({ module: "holdfast:blocks", export: "integrator", argument: { period: 0.1 } });
    await using host = new Host();
    const certificates = [];
    for (const mode of ${JSON.stringify(MODE_NAMES)}) {
      await using simulator = new Simulator(delegate(system, { mode, period: 0.1 }), { host });
      simulator.fix("u", 1);
      await simulator.initialize();
      await simulator.advanceTo(1);
      certificates.push(await simulator.trace.certificate());
    }
    console.log(JSON.stringify(certificates));
  `;
  const outfile = `${dist}/user/program.js`;
  const again = fileURLToPath(new URL("../guests/bundled_again.ts", import.meta.url));
  const lock = `--lock=${root}scripts/packages.lock`;
  const bundler = await run(["--allow-all", "--frozen", lock, again, dist, contents, outfile]);
  assertEquals(bundler, { code: 0, stdout: "", stderr: "" });
  const { code, stdout, stderr } = await run(["--no-config", `--allow-run=${Deno.execPath()}`, outfile]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const certificates: string[] = JSON.parse(stdout);
  assertEquals(certificates, Array(3).fill(certificates[0]));
});

Deno.test(
  "holdfast.js in Node does what needs no guests, and says of the rest what is missing",
  { ignore: !hasNpx() },
  async () => {
    const program = `
    import { Host, Pool } from "./holdfast.js";
    const host = new Host();
    const module = "data:text/javascript,export const square = (n) => n * n;";
    const said = [];
    for (const mode of ${JSON.stringify(MODE_NAMES)}) {
      const squared = Pool.open({ mode, module, workers: 1, host }).then((pool) => pool.run("square", 3));
      said.push(await squared.catch((error) => error.name + ": " + error.message));
    }
    console.log(JSON.stringify(said));
    process.exit();
  `;
    await Deno.writeTextFile(`${dist}/node.mjs`, program);
    const { success, stdout } = await new Deno.Command("npx", { args: ["-y", "node@24", `${dist}/node.mjs`] }).output();
    assert(success);
    const [direct, ...others] = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(direct, 9);
    assertEquals(others.length, MODE_NAMES.length - 1);
    for (const said of others) assert(said.startsWith("TypeError: ") && said.includes("Deno is wanted"), said);
  },
);

function hasNpx(): boolean {
  try {
    return new Deno.Command("npx", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

Deno.test("argumentBytes() refuses a guest that is too long for one argument", () => {
  assertEquals(argumentBytes("x".repeat(80_000)), btoa("x".repeat(80_000)).length);
  assertThrows(() => argumentBytes("x".repeat(95_000)), RangeError, `Cannot inline the process guest: it takes 126668`);
  assertThrows(
    () => argumentBytes("x".repeat(ARGUMENT_LIMIT)),
    RangeError,
    "of an argument, at most 122880 are wanted",
  );
});

Deno.test("deno task bundle takes --out, --no-types, --json and --help, and nothing else", async () => {
  const task = async (...args: string[]) => await run(["--allow-all", `${root}scripts/bundle.ts`, ...args]);
  const help = await task("--help");
  assertEquals(help.code, 0);
  for (const flag of ["--out", "--no-types", "--json"]) assert(help.stdout.includes(flag), help.stdout);
  for (const [args, named] of [[["--minify"], "--minify"], [["here"], "here"], [["--out", ""], "--out"]] as const) {
    const wrong = await task(...args);
    assertEquals({ code: wrong.code, stdout: wrong.stdout }, { code: 2, stdout: "" });
    assert(wrong.stderr.startsWith(`Cannot use ${named}`), wrong.stderr);
  }
});
