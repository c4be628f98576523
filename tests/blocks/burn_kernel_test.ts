import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { burnCpu } from "../../lib/blocks/burn_kernel.ts";
import { Command } from "../e2e/command.ts";

/** The kernel's work, in TypeScript. */
function reference(iterations: number, seed: number): number {
  let x = seed | 0;
  for (let round = 0; round < iterations; round++) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    x ^= x >>> 16;
  }
  return x;
}

Deno.test("deno task kernels finds nothing to change: each kernel holds the bytes of its source", async () => {
  await using command = new Command(["task", "--quiet", "kernels", "--json"]);
  const { code, stdout } = await command.end();
  const { kernels, changed } = JSON.parse(stdout);
  assertEquals({ code, kernels: kernels.length, changed }, { code: 0, kernels: 2, changed: [] });
});

Deno.test("burnCpu() gives what the same work gives in TypeScript", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer(), (iterations, seed) => {
    assertEquals(burnCpu(iterations, seed), reference(iterations, seed));
  }));
});

Deno.test("burnCpu() refuses a number of rounds that is out of range", () => {
  for (const iterations of [-1, 0.5, NaN, Infinity, 2 ** 31]) {
    assertThrows(() => burnCpu(iterations), RangeError, `Cannot burn ${iterations} rounds`);
  }
});
