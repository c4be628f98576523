import { assertEquals } from "@std/assert";
import { scratch } from "../../lib/platform/deno_scratch.ts";

const MODULE = new URL("../../lib/platform/deno_scratch.ts", import.meta.url).href;
const text = new TextEncoder().encode("text");

/** The folder of a file, as if it had been made long ago. */
function aged(url: string): string {
  const folder = new URL(".", url).pathname;
  Deno.utimeSync(folder, 0, 0);
  return folder;
}

async function isThere(folder: string): Promise<boolean> {
  return await Deno.stat(folder).then(() => true, () => false);
}

Deno.test("scratch() removes what a killed process left, and nothing of one that lives", async () => {
  const living = scratch();
  const folder = aged(living.keep("a", text));
  const source = `import { scratch } from ${JSON.stringify(MODULE)};
    console.log(scratch().keep("b", new Uint8Array(1)));
    Deno.kill(Deno.pid, "SIGKILL");`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "--allow-all", `data:text/javascript,${encodeURIComponent(source)}`],
  }).output();
  const left = new TextDecoder().decode(stdout).trim();
  // It may just have been made: its lock may be on its way.
  const young = new URL(".", left).pathname;
  scratch().remove();
  assertEquals([await isThere(young), await isThere(folder)], [true, true]);
  aged(left);
  scratch().remove();
  assertEquals([await isThere(young), await isThere(folder)], [false, true]);
  living.drop("a");
  living.remove();
  assertEquals(await isThere(folder), false);
});
