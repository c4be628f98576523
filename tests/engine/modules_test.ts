import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { moduleAnswer, Modules } from "../../lib/engine/modules.ts";
import { GuestError } from "../../lib/errors.ts";
import { Host } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { agents, NatsServer, natsTests } from "../contracts/nats.ts";
import { Command, inFolder } from "../e2e/command.ts";

const test = natsTests(import.meta.url);
const root = fileURLToPath(new URL("../../", import.meta.url));

/** A module of two files, the second one in TypeScript. */
async function writeModule(folder: string): Promise<string> {
  await Deno.writeTextFile(`${folder}/twice.ts`, "export const twice = (x: number): number => 2 * x;\n");
  await Deno.writeTextFile(
    `${folder}/work.ts`,
    `export { twice } from "twice";\nexport const at = () => import.meta.url;\n`,
  );
  // Where that is, says the configuration beside it.
  await Deno.writeTextFile(`${folder}/deno.json`, `{"imports":{"twice":"./twice.ts"}}`);
  return pathToFileURL(`${folder}/work.ts`).href;
}

Deno.test("moduleAnswer() takes a module for shared while all of its files are the same, and else wants it", async () => {
  await inFolder(async (folder) => {
    const module = await writeModule(folder);
    const files = await new Modules().files({ module, permissions: {}, options: {} });
    assertEquals(files.map(({ url }) => url.split("/").at(-1)).sort(), ["deno.json", "twice.ts", "work.ts"]);
    assertEquals(await moduleAnswer(module, files), "shared");
    assertEquals(await moduleAnswer(module, files.slice(0, 0)), "wanted");
    await Deno.writeTextFile(`${folder}/twice.ts`, "export const twice = (x: number): number => 3 * x;\n");
    assertEquals(await moduleAnswer(module, files), "wanted");
    // What decides where imports lead is a part of the module.
    await Deno.mkdir(`${folder}/named`);
    const texts = { "named/map.json": `{"imports":{"twice":"../twice.ts"}}`, "deno.json": `{"imports":{}}` };
    for (const [name, text] of Object.entries(texts)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const importMap = `${folder}/named/map.json`;
    const configured = await new Modules().files({ module, permissions: {}, options: { importMap } });
    assertEquals(await moduleAnswer(module, configured), "shared");
    for (const [name, text] of Object.entries(texts)) {
      await Deno.writeTextFile(`${folder}/${name}`, "{}");
      assertEquals(await moduleAnswer(module, configured), "wanted", name);
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    assertEquals(await new Modules().files({ module, permissions: {}, options: { importMap: "map.json" } }), []);
    assertEquals(await moduleAnswer("data:text/javascript,", []), "url");
    assertEquals(await moduleAnswer("https://example.com/x.ts", []), "url");
    assertEquals(await moduleAnswer("holdfast:blocks", []), "built-in");
  });
});

test("a module comes by its URL, from shared files, or is sent along where the agent cannot read it", async () => {
  await using server = await NatsServer.start();
  await inFolder(async (folder) => {
    const file = await writeModule(folder);
    const data = "data:text/javascript,export const twice = (x) => 2 * x; export const at = () => import.meta.url;";
    const cameTo = async (module: string): Promise<{ came: (string | undefined)[]; at: string; twice: number }> => {
      await using host = new Host({ engine: { servers: server.url } });
      await using pool = await Pool.open({ mode: "process", module, workers: 2, host });
      const [at, twice] = [await pool.run("at", null) as string, await pool.run("twice", 21) as number];
      return { came: host.places.map(({ module }) => module), at, twice };
    };
    {
      await using _near = await agents(server.url, ["near"]);
      assertEquals(await cameTo(file), { came: ["shared"], at: file, twice: 42 });
      assertEquals(await cameTo(data), { came: ["url"], at: data, twice: 42 });
    }
    // It may read its own files alone.
    await using far = new Command([
      ...["run", "--quiet", "--no-check", "--frozen", `--lock=${root}scripts/packages.lock`, "--allow-net"],
      ...[`--allow-read=${root}`, "--allow-write", "--allow-sys=hostname", `--allow-run=${Deno.execPath()}`],
      ...[`${root}scripts/agent.ts`, "--engine", server.url, "--name", "far"],
    ]);
    await far.printed("Agent far");
    const { came, at, twice } = await cameTo(file);
    assertEquals([came, twice, at === file], [["sent"], 42, false]);
    const isThere = (url: URL) => Deno.stat(url).then(() => true, () => false);
    const there = [new URL(at), new URL(".", at)];
    assertEquals(await Promise.all(there.map(isThere)), [false, true], "a module goes with its guests");
    far.signal("SIGINT");
    await far.end();
    assertEquals(await Promise.all(there.map(isThere)), [false, false], "nothing is left of an agent");
  });
});

test("a module that an agent cannot load is a typed error", async () => {
  await using server = await NatsServer.start();
  await using _one = await agents(server.url, ["alpha"]);
  await using host = new Host({ engine: { servers: server.url } });
  const cases = [
    ["data:text/javascript,throw new RangeError('not today')", "not today"],
    ["http://127.0.0.1:9/none.ts", "none.ts"],
    ["file:///nowhere/work.ts", "/nowhere/work.ts"],
  ] as const;
  for (const [module, text] of cases) {
    const error = await Pool.open({ mode: "process", module, workers: 1, host }).then(
      () => undefined,
      (error) => error,
    );
    assertInstanceOf(error, GuestError);
    assertEquals(error.phase, "load");
    assertStringIncludes(error.message, text);
  }
});
