import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { circleKernels, countInside, isInside, pointOf, randomStream } from "../../lib/random/mod.ts";
import { countVectors } from "../../lib/random/circle_kernel.ts";
import { BLOCK, keysOf, mix, spread } from "../../lib/random/mixer.ts";
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

/** Where a stream has a word: it is in one block of 4096. */
function indexOf(seed: number, word: number): number {
  for (let block = 0;; block++) {
    const { first, second } = keysOf(seed, block);
    const place = Math.imul(startOf(word, second) - first, inverse(spread(1))) >>> 0;
    if (place < BLOCK - 4) return block * BLOCK + place;
  }
}

Deno.test("countInside() counts what isInside() says, on the circle and in the corners too", () => {
  const { word } = randomStream(3);
  const wanted = [[0x8000_8000, 0], [0x8000_0000, 0], [0x0000_8000, 0], [0x7fff_0100, 0], [0x7fff_00ff, 1], [0, 1]];
  for (const [edge = 0, inside] of wanted) {
    const index = indexOf(3, edge);
    assertEquals(word(index), edge);
    assertEquals(countInside({ seed: 3, from: index, to: index + 1 }), inside, `${edge}`);
    const others = [1, 2, 3].filter((next) => isInside(pointOf(word(index + next)))).length;
    for (const kernel of circleKernels) {
      const count = countInside({ seed: 3, from: index, to: index + 4, kernel });
      assertEquals(count, (inside ?? 0) + others, `${edge} by ${kernel}`);
    }
  }
});
