import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import { bundled } from "./bundled.ts";
import { run } from "./server.ts";

let dist: string;
Deno.test.beforeAll(async () => {
  dist = await Deno.makeTempDir({ prefix: "holdfast-logging-" });
  await bundled(dist);
});
Deno.test.afterAll(async () => await Deno.remove(dist, { recursive: true }));

/** Runs a module without permissions, packages and files of its own. */
async function printed(contents: string, permissions: readonly string[] = []): Promise<unknown[]> {
  const library = JSON.stringify(pathToFileURL(`${dist}/holdfast.js`).href);
  const entry = `import { configureGuestLogging, getLogger, guestLoggingUrl, Pool } from ${library};\n${contents}`;
  const { code, stdout, stderr } = await run([
    "--no-config",
    "--no-npm",
    "--no-remote",
    ...permissions,
    `data:text/javascript,${encodeURIComponent(entry)}`,
  ]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("a bundle logs without permissions: the package is inside", async () => {
  const lines = await printed(`
    const send = ({ lane, message }) => console.log(JSON.stringify([lane, message]));
    const logging = await configureGuestLogging({}, { lane: "a", send });
    getLogger("bank").info("paid {amount}", { amount: 5 });
    logging[Symbol.dispose]();
    getLogger("bank").info("nobody listens");
  `);
  assertEquals(lines, [["a", "paid 5"]]);
});

Deno.test("what a bundle hands to its guests logs, also for a program with the library in another copy", async () => {
  const lines = await printed(`
    const { GuestLogging } = await import(guestLoggingUrl());
    const send = ({ lane, message }) => console.log(JSON.stringify([lane, message]));
    await GuestLogging.start({}, { lane: "b", send });
    getLogger("bank").info("paid {amount}", { amount: 5 });
  `);
  assertEquals(lines, [["b", "paid 5"]]);
});

Deno.test("pools of a bundle log in every mode, from guests that have the library and no permissions", async () => {
  const library = JSON.stringify(pathToFileURL(`${dist}/holdfast.js`).href);
  const work = `${dist}/work.js`;
  await Deno.writeTextFile(
    work,
    `import { getLogger } from ${library};
    export function pay(amount) {
      getLogger("bank").info("paid {amount}", { amount });
      return amount;
    }`,
  );
  const lines = await printed(
    `
    const module = ${JSON.stringify(pathToFileURL(work).href)};
    for (const mode of ${JSON.stringify(MODE_NAMES)}) {
      const onLine = ({ lane, message }) => console.log(JSON.stringify([mode, lane, message]));
      await using pool = await Pool.open({ mode, module, workers: 2, logging: { onLine } });
      await Promise.all([5, 6].map((amount) => pool.submit("pay", amount).result()));
    }
  `,
    [`--allow-read=${dist}`, `--allow-run=${Deno.execPath()}`],
  );
  const told = [["pay#0", "paid 5"], ["pay#1", "paid 6"]];
  assertEquals(lines, MODE_NAMES.flatMap((mode) => told.map((line) => [mode, ...line])));
});
