import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Host } from "../../lib/host/mod.ts";
import { BLOCKS_MODULE } from "../../lib/mode/mod.ts";
import { guestChildren, permissionFlags } from "../../lib/platform/deno_child.ts";
import type { External, GuestSetup } from "../../lib/platform/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";

/** The arguments, but for the text that is preloaded. */
function flags(setup: Partial<GuestSetup>, external: External = "none", hosts: readonly string[] = []): string[] {
  const given = { module: "file:///a/b/work.ts", permissions: {}, options: {}, ...setup };
  return guestChildren.arguments({ ...given, entry: "", external, hosts }).filter((argument) => {
    return !argument.startsWith("--preload=");
  });
}

Deno.test("permissionFlags() grants what is named, and nothing for an empty list", () => {
  assertEquals(permissionFlags({}), []);
  assertEquals(permissionFlags({ read: ["a", "b c"], write: [], net: true, env: false }), [
    "--allow-read=a,b c",
    "--allow-net",
  ]);
});

Deno.test("permissionFlags() refuses a name with a comma, which would grant its parts", async () => {
  assertThrows(() => permissionFlags({ read: ["a", "b,/"] }), RangeError, "Cannot permit read of b,/: it has a comma");
  await using host = new Host({ permissions: { read: ["a,b"] } });
  const module = "data:text/javascript,export const one = () => 1";
  await assertRejects(() => Pool.open({ mode: "process", module, workers: 1, host }), RangeError, "it has a comma");
});

Deno.test("guestChildren.arguments() gives a child no permissions but those that load its module", () => {
  const run = ["run", "--quiet", "--no-prompt"];
  const main = "file:///a/b/holdfast_guest.js";
  assertEquals(flags({}), [...run, "--no-lock", "--no-npm", "--no-remote", main]);
  // A module from elsewhere has no configuration, and may be imported from where it is.
  assertEquals(flags({ module: "http://127.0.0.1:8000/work.ts" }), [
    ...run,
    "--no-config",
    "--no-lock",
    "--allow-import=127.0.0.1:8000",
    "--no-npm",
    "data:text/javascript,",
  ]);
  assertEquals(flags({}, "none", ["example.com"]).includes("--allow-import=example.com"), true);
  assertEquals(flags({ module: BLOCKS_MODULE }).includes("--no-config"), true);
});

Deno.test("guestChildren.arguments() hands over every option", () => {
  const all = flags({
    permissions: { read: ["/a"], env: ["HOME"], import: ["example.com"] },
    options: {
      env: { GREETING: "hello" },
      args: ["--one", "two"],
      cwd: "/c",
      v8Flags: ["--expose-gc", "--stack-size=2000"],
      heapLimit: 64,
      config: "/c/deno.json",
      importMap: "/c/map.json",
      unstable: ["kv", "cron"],
    },
  });
  assertEquals(all, [
    "run",
    "--quiet",
    "--no-prompt",
    "--config",
    "/c/deno.json",
    "--import-map",
    "/c/map.json",
    "--no-lock",
    "--v8-flags=--expose-gc,--stack-size=2000,--max-old-space-size=64",
    "--unstable-kv",
    "--unstable-cron",
    "--allow-read=/a",
    // What is handed over may be read.
    "--allow-env=HOME,GREETING",
    "--allow-import=example.com",
    "--no-npm",
    "file:///a/b/holdfast_guest.js",
    "--one",
    "two",
  ]);
  assertEquals(flags({ options: { heapLimit: 64 } }).includes("--v8-flags=--max-old-space-size=64"), true);
  assertEquals(flags({ permissions: { env: true }, options: { env: { A: "1" } } }).includes("--allow-env"), true);
  assertEquals(flags({ permissions: { import: true } }).includes("--allow-import"), true);
});

Deno.test("guestChildren.arguments() lets a module that needs more have what is cached, from the default hosts", () => {
  for (const external of ["cached", "unlocked"] as const) {
    const all = flags({ permissions: { import: ["example.com"] } }, external);
    assertEquals(all.includes("--frozen"), external === "cached");
    assertEquals(all.includes("--no-lock"), external === "unlocked");
    assertEquals([all.includes("--cached-only"), all.includes("--no-npm")], [true, false]);
    const hosts = all.find((flag) => flag.startsWith("--allow-import="))!.slice("--allow-import=".length).split(",");
    assert(hosts.includes("example.com") && hosts.includes("jsr.io:443"), hosts.join());
  }
});

Deno.test("guestChildren.externalFor() gives a child what its failure names, one step after the other, and no more", () => {
  const steps: [string, External, External | undefined][] = [
    ["npm specifiers were requested; but --no-npm is specified", "none", "cached"],
    ["A remote specifier was requested: but --no-remote is specified", "none", "cached"],
    ['Requires import access to "jsr.io:443"', "none", "cached"],
    ['Import "x" not a dependency', "none", "cached"],
    ["npm specifiers were requested; but --no-npm is specified", "cached", undefined],
    ["The lockfile is out of date", "cached", "unlocked"],
    ["The lockfile is out of date", "none", undefined],
    ["The lockfile is out of date", "unlocked", undefined],
    ["it went wrong", "none", undefined],
  ];
  for (const [reason, had, wanted] of steps) {
    assertEquals(guestChildren.externalFor(reason, had), wanted, `${had}: ${reason}`);
  }
});
