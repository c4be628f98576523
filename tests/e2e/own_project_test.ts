import { assertEquals } from "@std/assert";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import { run } from "./server.ts";

const LIBRARY = new URL("../../mod.ts", import.meta.url).href;

/** A project of a user's: an import map of its own, and a system that needs it. */
const FILES = {
  "deno.json": JSON.stringify({ imports: { "holdfast": LIBRARY, "constants": "./constants.ts" } }),
  "constants.ts": "export const FACTOR = 6;",
  "system.ts": `
    import { FACTOR } from "constants";
    import { defineSystem, scalar } from "holdfast";
    export const times = (by: number) => defineSystem({
      name: "times",
      outputs: { y: { type: scalar(), value: () => FACTOR * by } },
    });`,
  "main.ts": `
    import { delegate, Host, loadSystem, Simulator } from "holdfast";
    const times = await loadSystem({ module: import.meta.resolve("./system.ts"), export: "times", argument: 7 });
    await using host = new Host();
    for (const mode of ${JSON.stringify(MODE_NAMES)} as const) {
      await using simulator = new Simulator(delegate(times, { mode, period: 1 }), { host });
      await simulator.initialize();
      console.log(mode, simulator.context.output("y"));
    }`,
};

Deno.test("A system with bare specifiers of its project's deno.json runs in every mode, from any folder", async () => {
  const folder = await Deno.makeTempDir({ prefix: "holdfast-" });
  try {
    for (const [name, text] of Object.entries(FILES)) await Deno.writeTextFile(`${folder}/${name}`, text);
    for (const cwd of [folder, "/"]) {
      const { code, stdout, stderr } = await run(["--allow-read", "--allow-run", `${folder}/main.ts`], { cwd });
      assertEquals({ code, stdout, stderr }, {
        code: 0,
        stdout: MODE_NAMES.map((mode) => `${mode} 42\n`).join(""),
        stderr: "",
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
