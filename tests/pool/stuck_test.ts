import { assertEquals, assertStringIncludes } from "@std/assert";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import { within } from "../contracts/deadline.ts";

const SECONDS = 20;

async function run(args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "--no-check", "--allow-all", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await within(SECONDS, command.output());
  return { code, out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
}

const stuckRun = new URL("../guests/pool_stuck_run.ts", import.meta.url).href;

Deno.test("Pool.close() throws a GuestStuckError where a call does not come back, and the pool went on", async () => {
  const { code, out } = await run([stuckRun, "60000", "close"]);
  const expected = { failed: "CancelledError", value: 9, started: 2, closing: "GuestStuckError", again: "it closes" };
  assertEquals([JSON.parse(out), code], [expected, 7]);
});

Deno.test("Pool.close() waits for a call that comes back soon", async () => {
  const { code, out } = await run([stuckRun, "400", "close"]);
  const expected = { failed: "CancelledError", value: 9, started: 2, closing: "it closes", again: "it closes" };
  assertEquals([JSON.parse(out), code], [expected, 7]);
});

Deno.test("Pool.close() throws a GuestStuckError, too, where a timeout has told of the guest before", async () => {
  const { code, out } = await run([stuckRun, "60000", "timeout"]);
  const expected = {
    failed: "GuestTimeoutError",
    value: 9,
    started: 2,
    closing: "GuestStuckError",
    again: "it closes",
  };
  assertEquals([JSON.parse(out), code], [expected, 7]);
});

Deno.test("Pool.terminate() throws a GuestStuckError where a call does not come back", async () => {
  const { code, out } = await run([stuckRun, "60000", "terminate"]);
  const expected = { failed: "CancelledError", value: 0, started: 1, closing: "GuestStuckError", again: "it closes" };
  assertEquals([JSON.parse(out), code], [expected, 7]);
});

/** A script that uses a pool of the test guests. */
function script(body: string): string {
  const source = `
    import { Pool, Guest } from ${JSON.stringify(import.meta.resolve("../../lib/pool/mod.ts"))};
    const module = ${JSON.stringify(import.meta.resolve("../guests/pool_work.ts"))};
    ${body}
  `;
  return `data:text/typescript,${encodeURIComponent(source)}`;
}

Deno.test("a pool in direct mode ends with its caller, which a call exits or crashes", async () => {
  for (
    const [fault, expected, text] of [
      ["exits", 3, ""],
      ["crashes while it awaits", 1, "it fails"],
      ["leaves a rejection", 1, "it fails"],
    ] as const
  ) {
    const { code, out, error } = await run([script(`
      await using pool = await Pool.open({ mode: "direct", module, workers: 1 });
      await pool.run("fail", ${JSON.stringify(fault)});
      await new Promise((resolve) => setTimeout(resolve, 100));
      console.log("it goes on");
    `)]);
    assertEquals([code, out], [expected, ""], fault);
    assertStringIncludes(error, text);
  }
});

Deno.test("a pool leaves nothing behind that keeps its process alive", async () => {
  for (const mode of MODE_NAMES) {
    const { code, out, error } = await run([script(`
      const pool = await Pool.open({ mode: "${mode}", module, workers: 2, shared: { export: "things" } });
      const stop = new AbortController();
      const waits = [1, 2].map(() => pool.submit("untilGo", undefined, { signal: stop.signal, timeout: 50 }));
      while (waits[1].state === "waiting") await new Promise((resolve) => setTimeout(resolve, 1));
      stop.abort();
      for (const future of waits) await future.result().catch((error) => console.log(error.name));
      await pool.run("square", 3, { timeout: 50 });
      await pool.submit("square", 3).result({ timeout: 50 });
      await pool.close();
      const guest = await Guest.make({ mode: "${mode}", module, export: "square", argument: 3 });
      await guest.start();
      console.log(await guest.result({ timeout: 50 }), await guest.join({ timeout: 50 }));
    `)]);
    assertEquals([code, out, error], [0, "CancelledError\nCancelledError\n9 true\n", ""], mode);
  }
});
