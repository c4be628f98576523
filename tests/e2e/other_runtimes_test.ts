import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { explore } from "../../lib/explorer/mod.ts";
import { isProgram } from "../../lib/program/mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { bundle } from "../../scripts/bundle.ts";
import { Bundler } from "../../scripts/bundle/bundler.ts";
import { TYPESCRIPT } from "../../scripts/packages.ts";
import { IS_INNER, isLeftOut, packageTests } from "../contracts/packages.ts";
import { runs } from "../contracts/soak.ts";

/** The runtimes besides Deno, by what npx calls them. */
const RUNTIMES = { Node: "node@24", Bun: "bun" } as const;
/** Threads and processes run each so manyth program in a gate, each of them in a soak. */
const NTH = runs(1) === 1 ? 6 : 1;

const ignore = isLeftOut("npx");
const test = packageTests(import.meta.url, { ignore });
const golden = JSON.parse(await Deno.readTextFile(new URL("../../fixtures/golden.json", import.meta.url)));

let folder: string;
if (IS_INNER) {
  Deno.test.beforeAll(async () => void (folder = await Deno.makeTempDir({ prefix: "holdfast-npm-" })));
  Deno.test.afterAll(async () => await Deno.remove(folder, { recursive: true }));
}

/** What a program of npm's registry prints. */
async function npx(...args: readonly string[]): Promise<string> {
  return await printed("npx", ["-y", ...args]);
}

async function printed(program: string, args: readonly string[], cwd = folder): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd, stdin: "null" }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${program} ${args.join(" ")}\n${text}\n${new TextDecoder().decode(stderr)}`);
  return text;
}

/** What Deno finds where the other runtimes explore. */
function exploredHere(count: number, budget: number): unknown {
  const found = programs.filter((program) => isProgram(program)).slice(0, count).map((program) => {
    const { verdict, schedules, outcomes } = explore(program, { seed: 1, budget });
    return { name: program.name, verdict, schedules, outcomes };
  });
  return JSON.parse(JSON.stringify(found));
}

test("Node 24 and Bun run the programs in every mode, explore as Deno does, and have the golden certificate", async () => {
  const app = `${folder}/app.js`;
  {
    await using bundler = new Bundler();
    const contents = `export * from "./mod.ts"; export { programs } from "./lib/programs/mod.ts";`;
    await Deno.writeTextFile(app, await bundler.text({ platform: "node", contents }));
  }
  await Deno.copyFile(new URL("../guests/other_runtime.ts", import.meta.url), `${folder}/other_runtime.ts`);
  await Deno.writeTextFile(`${folder}/package.json`, `{ "type": "module" }`);
  const asked = Object.values(RUNTIMES).map((runtime) =>
    npx(runtime, `${folder}/other_runtime.ts`, pathToFileURL(app).href, `${NTH}`)
  );
  const count = programs.length;
  for (const [at, name] of Object.keys(RUNTIMES).entries()) {
    const { failed, held, explored, certificates, squares, refusals } = JSON.parse(await asked[at]!);
    assertEquals(failed, [], name);
    assertEquals(held, [count, Math.ceil(count / NTH), Math.ceil(count / NTH)], name);
    assertEquals(explored, exploredHere(explored.length, 100), name);
    assertEquals(explored.length > 0, true);
    assertEquals(certificates, Array(3).fill(golden.cases[0].certificate), name);
    assertEquals(squares, Array(3).fill([1, 4, 9]), name);
    assertEquals(refusals, [
      `RangeError: Cannot forbid guests net: a process guest of ${name} may do whatever its host may, Deno can forbid it`,
      `RangeError: Cannot give guests importMap: ${name} takes none for a child, it must be left out`,
      `TypeError: Cannot use an engine: agents start guests of Deno, and this is ${name}, Deno is wanted`,
    ]);
  }
});

test("npm pack makes a package that Node 24, Bun and Deno import, and that strict TypeScript compiles against", async () => {
  const dist = `${folder}/dist`;
  await bundle(dist, { types: true });
  const [{ filename }] = JSON.parse(await printed("npm", ["pack", "--json", "--pack-destination", folder], dist));
  const user = `${folder}/user`;
  await Deno.mkdir(user);
  await Deno.writeTextFile(`${user}/package.json`, `{ "type": "module", "private": true }`);
  await printed("npm", ["install", "--no-audit", "--no-fund", "--silent", `${folder}/${filename}`], user);
  await Deno.writeTextFile(`${user}/square.js`, "export const square = (n) => n * n;\n");
  const program = `import { Pool } from "@holdfast/holdfast";

const module = import.meta.resolve("./square.js");
for (const mode of ["direct", "thread", "process"]) {
  const pool = await Pool.open({ mode, module, workers: 2 });
  const squares: unknown[] = await Promise.all([1, 2, 3].map((n) => pool.run("square", n)));
  console.log(mode, squares.join());
  await pool.close();
}
`;
  await Deno.writeTextFile(`${user}/main.ts`, program);
  const wanted = "direct 1,4,9\nthread 1,4,9\nprocess 1,4,9\n";
  for (const runtime of Object.values(RUNTIMES)) assertEquals(await npx(runtime, `${user}/main.ts`), wanted, runtime);
  assertEquals(await printed(Deno.execPath(), ["run", "--allow-all", "main.ts"], user), wanted);

  const { default: ts } = await import(TYPESCRIPT);
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.NodeNext,
    types: [],
  };
  const checked = ts.createProgram([`${user}/main.ts`], options);
  const said = ts.getPreEmitDiagnostics(checked).map(({ messageText }: { messageText: unknown }) =>
    ts.flattenDiagnosticMessageText(messageText, "\n")
  );
  assertEquals(said, []);
  assertEquals(
    checked.getSourceFiles().some(({ fileName }: { fileName: string }) => fileName.endsWith("holdfast.d.ts")),
    true,
  );
});
