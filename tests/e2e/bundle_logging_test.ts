import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { bundle } from "../../scripts/bundle.ts";
import { run } from "./server.ts";

let dist: string;
Deno.test.beforeAll(async () => {
  dist = await Deno.makeTempDir({ prefix: "holdfast-logging-" });
  await bundle(dist);
});
Deno.test.afterAll(async () => await Deno.remove(dist, { recursive: true }));

/** Runs a module without permissions, packages and files of its own. */
async function printed(contents: string): Promise<unknown[]> {
  const library = JSON.stringify(pathToFileURL(`${dist}/holdfast.js`).href);
  const entry = `import { configureGuestLogging, getLogger, guestLoggingUrl } from ${library};\n${contents}`;
  const { code, stdout, stderr } = await run([
    "--no-config",
    "--no-npm",
    "--no-remote",
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
