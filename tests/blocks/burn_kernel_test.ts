import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { burnCpu } from "../../lib/blocks/burn_kernel.ts";
import { inlined, kernels } from "../../scripts/kernels.ts";

/** The kernel's work, in TypeScript. */
function reference(iterations: number, seed: number): number {
  let x = seed | 0;
  for (let round = 0; round < iterations; round++) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    x ^= x >>> 16;
  }
  return x;
}

for (const kernel of kernels) {
  Deno.test(`${kernel.target} holds the bytes that ${kernel.source} assembles to`, async () => {
    assertEquals(await Deno.readTextFile(new URL(`../../${kernel.target}`, import.meta.url)), await inlined(kernel));
  });
}

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
