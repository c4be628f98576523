import { assertEquals, assertMatch } from "@std/assert";
import { runs } from "../contracts/soak.ts";
import { complaints } from "./command.ts";
import { serve, type Site } from "./server.ts";

const root = new URL("../../", import.meta.url);
/** What stands for the library's address in the scripts. */
const ADDRESS = "https://holdfast.example/";
const SCRIPTS = new URL("fixtures/first_use/", root);

let site: Site;

// One site has one address: what is fetched from it is compiled once.
Deno.test.beforeAll(() => void (site = serve({ folders: { "/": root } })));

Deno.test.afterAll(async () => await site[Symbol.asyncDispose]());

/** Runs `deno` in a folder that has the scripts and nothing else, with an empty configuration and the library by URL. */
async function deno(
  args: readonly string[],
  library = site.url("/"),
): Promise<{ code: number; stdout: string; stderr: string }> {
  const folder = await Deno.makeTempDir({ prefix: "holdfast-first-use-" });
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, "{}");
    for (const { name } of Deno.readDirSync(SCRIPTS)) {
      const text = await Deno.readTextFile(new URL(name, SCRIPTS));
      await Deno.writeTextFile(`${folder}/${name}`, text.replaceAll(ADDRESS, library));
    }
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: folder,
      env: { NO_COLOR: "1", NO_PROXY: "127.0.0.1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a script, and gives what it printed. */
async function printed(script: string): Promise<unknown> {
  const rights = ["--allow-import", "--allow-read", `--allow-run=${Deno.execPath()}`];
  const { code, stdout, stderr } = await deno(["run", "--quiet", "--no-prompt", "--no-lock", ...rights, script]);
  assertEquals({ code, stderr: complaints(stderr) }, { code: 0, stderr: "" });
  return JSON.parse(stdout);
}

Deno.test("a vehicle with a two-rate controller arrives in every mode alike, and its controllers are checked", async () => {
  assertEquals(await printed("vehicle.ts"), { same: true, arrived: true });
});

Deno.test("a bounded buffer that wakes one waiter of a shared condition is found to deadlock, and one that wakes all is proved", async () => {
  assertEquals(await printed("buffer.ts"), { one: "deadlock", all: "proved" });
});

Deno.test("an application with workers of its own, a lock and a pool passes every sanitizer of deno test", async () => {
  const { code, stdout } = await deno(["test", "--allow-all", "--no-check", "--no-lock", "application_test.ts"]);
  assertMatch(stdout, /1 passed \| 0 failed/);
  assertEquals(code, 0);
});

Deno.test("the scripts have no cast and type-check under strict, also beside a checkout of the library", async () => {
  const scripts = [...Deno.readDirSync(SCRIPTS)].map(({ name }) => name);
  for (const name of scripts) {
    const text = await Deno.readTextFile(new URL(name, SCRIPTS));
    assertEquals(text.match(/ as (?!const)|<any>|: any|@ts-/g), null, name);
  }
  // What is local is checked whole: the library, too, by the settings of the project that imports it. So it has every error
  // of the scripts that the library by URL has, but those of an address.
  for (const library of runs(1) > 1 ? [site.url("/"), root.href] : [root.href]) {
    const { code, stderr } = await deno(["check", "--allow-import", "--no-lock", ...scripts], library);
    assertEquals({ code, errors: stderr.match(/\[ERROR\].*/g) }, { code: 0, errors: null });
  }
});
