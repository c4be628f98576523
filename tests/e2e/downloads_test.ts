import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { inFolder } from "./command.ts";

const root = new URL("../../", import.meta.url);
/** What the programs and their tests are made of. */
const PACKAGES = ["@logtape/logtape", "deno-std", "fast-check", "pure-rand"];

/** A task on a machine that has no package yet. */
async function fresh(cwd: string, ...task: string[]): Promise<{ code: number; stderr: string; packages: string[] }> {
  const cache = await Deno.makeTempDir({ prefix: "holdfast-cache-" });
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", ...task],
      cwd,
      env: { DENO_DIR: cache, NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr), packages: [...packagesIn(`${cache}/npm`)].sort() };
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** The packages below a folder of registries: a package has a folder for each version. */
function* packagesIn(folder: string, name = "", depth = 0): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    if (!entry.isDirectory) continue;
    if (/^\d/.test(entry.name) && depth > 1) yield name;
    else {
      const inner = depth === 0 ? "" : name === "" ? entry.name : `${name}/${entry.name}`;
      yield* packagesIn(`${folder}/${entry.name}`, inner, depth + 1);
    }
  }
}

Deno.test("a task on a fresh machine fetches what programs and tests are made of, and no package of another task", async () => {
  for (const task of [["list"], ["run", "race", "--pause", "0.001"], ["sim", "--help"]]) {
    const { code, packages } = await fresh(fileURLToPath(root), ...task);
    assertEquals({ task, code, packages }, { task, code: 0, packages: PACKAGES });
  }
});

Deno.test("run, explore and replay refuse a package that is not the one that deno.lock names", async () => {
  await inFolder(async (folder) => {
    const lock = await Deno.readTextFile(new URL("deno.lock", root));
    const forged = lock.replace(/(?<="@logtape.*\s*"integrity": "sha512-)..../, "AAAA");
    await Deno.writeTextFile(`${folder}/deno.lock`, forged);
    await Deno.copyFile(new URL("deno.json", root), `${folder}/deno.json`);
    for (const name of ["scripts", "lib", "mod.ts", "third_party"]) {
      await Deno.symlink(fileURLToPath(new URL(name, root)), `${folder}/${name}`);
    }
    for (const task of [["run", "race"], ["explore", "race"], ["replay", "race", "hf2:straight:vx1p7y"]]) {
      const { code, stderr } = await fresh(folder, ...task);
      assertEquals(code, 1, task.join(" "));
      assertStringIncludes(stderr, "checksum did not match");
    }
  });
});
