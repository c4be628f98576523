import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isInside, pointOf } from "../../lib/random/mod.ts";
import { countVectors } from "../../lib/random/circle_kernel.ts";
import { mix } from "../../lib/random/mixer.ts";
import { runs } from "../contracts/soak.ts";

/** What undoes a multiplication: each step doubles the bits that are right. */
function inverse(factor: number): number {
  let found = factor;
  for (let bits = 3; bits < 32; bits *= 2) found = Math.imul(found, 2 - Math.imul(factor, found));
  return found;
}

/** What undoes `word ^ (word >>> bits)`. */
function unshifted(word: number, bits: number): number {
  return word ^ (word >>> bits) ^ (bits < 16 ? word >>> (2 * bits) : 0);
}

/** Where the mixer begins to come to a word. */
function startOf(word: number, key: number): number {
  const second = Math.imul(unshifted(word, 15), inverse(0xd35a2d97));
  const first = Math.imul(unshifted((second - key) | 0, 15), inverse(0x21f0aaad));
  return unshifted(first, 16);
}

/** Words whose points lie on the circle or beside it, and at the ends of the halves. */
const points = fc.oneof(
  fc.integer(),
  fc.tuple(fc.constantFrom(-32768, -32767, 0, 32767), fc.constantFrom(-32768, -1, 0, 1, 32767)).map(([x, y]) => {
    return (x << 16) | (y & 0xffff);
  }),
  fc.tuple(fc.integer({ min: -32767, max: 32767 }), fc.integer({ min: -1, max: 1 })).map(([x, beside]) => {
    return (x << 16) | (Math.min(32767, Math.round(Math.sqrt(2 ** 30 - x * x)) + beside) & 0xffff);
  }),
);

Deno.test("countVectors() counts what isInside() says, on the circle and in the corners too", () => {
  fc.assert(
    fc.property(points, fc.integer(), (word, key) => {
      const start = startOf(word, key);
      const words = [0, 1, 2, 3].map((place) => mix(place, { first: start, second: key }));
      assertEquals(words[0], word | 0);
      assertEquals(countVectors(start, key, 1), words.filter((word) => isInside(pointOf(word))).length);
    }),
    { numRuns: runs(1000), examples: [[-0x7fff_8000, 0], [-0x8000_0000, 0], [0x8000, 0]] },
  );
});
