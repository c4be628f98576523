import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { GuestDiedError } from "../../lib/errors.ts";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { run } from "../e2e/server.ts";

const module = "data:text/javascript,export const fail = () => { throw new RangeError('no') }";
interface Functions {
  fail(argument: null): never;
}

for (const mode of MODE_NAMES) {
  Deno.test(`${mode} mode: what a call of a pool fails with shows the line that waits for it first`, async () => {
    await using pool = await Pool.open<Functions>({ mode, module, workers: 1 });
    const ways: Readonly<Record<string, () => Promise<unknown>>> = {
      run: async () => await pool.run("fail", null),
      result: async () => await pool.submit("fail", null).result(),
      inTime: async () => await pool.submit("fail", null).result({ timeout: 60 }),
      pmap: async () => await pool.pmap("fail", [null]),
    };
    for (const [name, way] of Object.entries(ways)) {
      const { stack = "" } = await assertRejects(way, Error);
      const [head, first] = stack.split("\n");
      assertMatch(head ?? "", /^GuestError: Cannot run guest /);
      assert(first?.includes("tests/pool/caller_test.ts"), `${name}: ${stack}`);
    }
  });
}

Deno.test("a host that may not run the runtime by its path is told the flag with that path", async () => {
  const library = import.meta.resolve("../../lib/pool/mod.ts");
  const entry = `import { Pool } from ${JSON.stringify(library)};
const opened = Pool.open({ mode: "process", module: ${JSON.stringify(module)}, workers: 1 });
await opened.catch(({ name, message }) => console.log(JSON.stringify([name, message])));`;
  const { stdout } = await run([
    "--allow-read",
    "--allow-run=deno",
    `data:text/javascript,${encodeURIComponent(entry)}`,
  ]);
  const [name, message] = JSON.parse(stdout);
  assertEquals(name, GuestDiedError.name);
  assert(message.includes(`run the host with --allow-run=${Deno.execPath()}`), message);
});
