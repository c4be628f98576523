import { assertEquals, assertThrows } from "@std/assert";
import { guestChildren } from "../../lib/platform/node_child.ts";
import type { GuestChild } from "../../lib/platform/mod.ts";

function child(given: Partial<GuestChild>): GuestChild {
  return {
    module: "file:///a/b/work.js",
    permissions: {},
    options: {},
    entry: "serve();",
    external: "none",
    hosts: [],
    ...given,
  };
}

Deno.test("guestChildren.arguments() has Node run the entry as text, with flags before it and arguments behind", () => {
  const options = { args: ["--one", "two"], v8Flags: ["--expose-gc"], heapLimit: 64 };
  const all = guestChildren.arguments(child({ options }));
  assertEquals(all, [
    "--expose-gc",
    "--max-old-space-size=64",
    "--input-type=module",
    "--eval",
    `process.argv.splice(1, 0, "/a/b/work.js");\nserve();`,
    "--",
    "--one",
    "two",
  ]);
});

Deno.test("guestChildren.check() refuses what Node cannot keep or has not, and takes what is there anyway", () => {
  guestChildren.check({ permissions: { read: ["/a"], net: true }, options: { env: { A: "1" }, cwd: "/a" } });
  for (const kind of ["read", "net", "run"]) {
    const permissions = { [kind]: false };
    assertThrows(() => guestChildren.check({ permissions, options: {} }), RangeError, `Cannot forbid guests ${kind}: `);
  }
  for (const options of [{ config: "a" }, { importMap: "a" }, { unstable: ["kv"] }]) {
    const [name] = Object.keys(options);
    assertThrows(() => guestChildren.check({ permissions: {}, options }), RangeError, `Cannot give guests ${name}: `);
  }
});
