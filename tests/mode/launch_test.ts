import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Host } from "../../lib/host/mod.ts";
import { permissionFlags } from "../../lib/host/process_host.ts";
import { Pool } from "../../lib/pool/mod.ts";

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
  const error = await assertRejects(() => Pool.open({ mode: "process", module, workers: 1, host }), Error);
  assertEquals(error.message.includes("it has a comma"), true, error.message);
});
