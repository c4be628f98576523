import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Built, type CacheKey, keepBundle, keptBundle } from "../../lib/scenario/bundle_cache.ts";
import { inFolder } from "../e2e/command.ts";

const numRuns = Deno.env.has("HOLDFAST_SOAK") ? 5000 : 100;
const built: Built = { code: "return {};", names: [["default", "all"]], map: "{}" };
let instances = 0;

/** What another process finds: one whose memory is empty. */
async function foundElsewhere(key: CacheKey): Promise<Built | undefined> {
  const url = `${import.meta.resolve("../../lib/scenario/bundle_cache.ts")}?${++instances}`;
  const other: { readonly keptBundle: typeof keptBundle } = await import(url);
  return other.keptBundle(key);
}

/** A folder with a module in it, and a key whose bundles are kept beside it. */
async function inProject(
  body: (key: CacheKey & { readonly folder: string }, module: string, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const module = `${folder}/project/scenario.ts`;
    await Deno.mkdir(`${folder}/project`);
    await Deno.writeTextFile(module, "export default async () => {};\n");
    await body({ folder: `${folder}/kept/here`, name: module, version: "1" }, module, `${folder}/project`);
  });
}

Deno.test("keptBundle() gives what was made of the same, in this process and in others", async () => {
  await inProject(async (key, module, project) => {
    assertEquals(keptBundle(key), undefined);
    keepBundle(key, { built, files: [module] });
    const found = async () => [keptBundle(key), await foundElsewhere(key)];
    assertEquals(await found(), [built, built]);
    assertEquals(keptBundle({ ...key, version: "2" }), undefined);
    assertEquals(await foundElsewhere({ ...key, name: "another" }), undefined);
    // What is neither in a module nor there at first decides, too.
    const text = await Deno.readTextFile(module);
    for (const [path, other] of [[module, "export {};\n"], [`${project}/deno.json`, "{}"]] as const) {
      await Deno.writeTextFile(path, other);
      assertEquals([path, await found()], [path, [undefined, undefined]]);
      if (path === module) await Deno.writeTextFile(path, text);
      else await Deno.remove(path);
      assertEquals([path, await found()], [path, [built, built]]);
    }
  });
});

Deno.test("a file that is cut or changed is made anew, and a folder that cannot be written keeps nothing", async () => {
  await inProject(async (key, module) => {
    keepBundle(key, { built, files: [module] });
    const [file, ...more] = [...Deno.readDirSync(key.folder)].map(({ name }) => `${key.folder}/${name}`);
    assert(file !== undefined && more.length === 0);
    const whole = await Deno.readFile(file);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        async (at, byte, cut) => {
          const bytes = cut ? whole.slice(0, at) : whole.with(at, byte);
          await Deno.writeFile(file, bytes);
          assertEquals(await foundElsewhere(key), !cut && whole[at] === byte ? built : undefined);
        },
      ),
      { numRuns },
    );
    const nowhere = { ...key, folder: `${module}/below` };
    keepBundle(nowhere, { built, files: [module] });
    assertEquals([keptBundle(nowhere), await foundElsewhere(nowhere)], [built, undefined]);
  });
});

Deno.test("whoever else writes, a bundle is found whole", async () => {
  await inProject(async (key, module) => {
    const codes = ["one ", "other "].map((word) => word.repeat(20_000));
    keepBundle(key, { built: { ...built, code: codes[0] ?? "" }, files: [module] });
    const workers = codes.map((code) => {
      const worker = new Worker(import.meta.resolve("../guests/bundle_writer.ts"), { type: "module" });
      const { promise, resolve } = Promise.withResolvers<void>();
      worker.onmessage = () => resolve();
      worker.postMessage({ key, files: [module], code, times: 50 });
      return { worker, ended: promise };
    });
    let isOver = false;
    const all = Promise.all(workers.map(({ ended }) => ended)).then(() => isOver = true);
    while (!isOver) assert(codes.includes((await foundElsewhere(key))?.code ?? ""));
    await all;
    for (const { worker } of workers) worker.terminate();
    assertEquals([...Deno.readDirSync(key.folder)].length, 1);
  });
});
