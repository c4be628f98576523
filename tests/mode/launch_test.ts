import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { guestArguments } from "../../lib/mode/launch.ts";
import { BLOCKS_MODULE, type GuestCode, type GuestSetup } from "../../lib/mode/mod.ts";

const code: GuestCode = {
  threadUrl: () => "data:,",
  processSource: () => "const { serveProcess } = code;",
  hosts: () => [],
  parts: () => [],
  serve: () => Promise.resolve(),
};

const PRELOAD = "--preload=data:text/javascript;base64,";

/** The text that is preloaded. */
function entry(module: string, options: { host?: number; mode?: string } = {}): string {
  const setup: GuestSetup = { module, permissions: {}, options: {} };
  const preload = guestArguments(setup, { code, external: "none", ...options }).find((argument) => {
    return argument.startsWith(PRELOAD);
  });
  assert(preload !== undefined);
  return new TextDecoder().decode(Uint8Array.fromBase64(preload.slice(PRELOAD.length)));
}

Deno.test("guestArguments() has the child import its module, watch its parent, and know its mode", () => {
  const module = 'file:///a/b/"work".ts';
  const text = entry(module, { host: 1234, mode: "socket" });
  assertStringIncludes(text, `() => import(${JSON.stringify(module)})`);
  assertStringIncludes(text, `mode: "socket"`);
  assertStringIncludes(text, code.processSource());
  const [, watchdog = ""] = /new Worker\("data:text\/javascript;base64,([^"]*)"/.exec(text) ?? [];
  assertStringIncludes(new TextDecoder().decode(Uint8Array.fromBase64(watchdog)), "Deno.ppid !== 1234");
  assertEquals(entry("file:///a/b/work.ts").includes("Worker"), false);
  assertStringIncludes(entry(BLOCKS_MODULE), "serveProcess(undefined,");
});
