import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { randomStream } from "../../lib/random/mod.ts";
import { runs } from "../contracts/soak.ts";

const seeds = fc.maxSafeInteger();
const indices = fc.oneof(fc.maxSafeNat(), fc.nat(2 ** 21), fc.nat(2 ** 21).map((index) => 2 ** 32 - 2 ** 20 + index));
const MASK = 0xffff_ffffn;

/** The algorithm as its files describe it, in integers without bounds. */
function reference(seed: number, index: number): number {
  const mixed = (place: bigint, first: bigint, second: bigint) => {
    let word = (place * 0x9e3779b9n + first) & MASK;
    word = ((word ^ (word >> 16n)) * 0x21f0aaadn) & MASK;
    word = ((word ^ (word >> 15n)) + second) & MASK;
    word = (word * 0xd35a2d97n) & MASK;
    return word ^ (word >> 15n);
  };
  const [low, high] = [BigInt(index) & 0xfffffn, BigInt(index) >> 20n];
  const words = [BigInt(seed), BigInt(seed) >> 32n, high, high >> 32n].map((word) => word & MASK);
  const key = (words: bigint[], start: bigint) => words.reduce((state, word) => mixed(state, word, start), start);
  return Number(mixed(low, key(words, 0x243f6a88n), key(words.toReversed(), 0x13198a2en)));
}

/** In how many bits two words differ. */
function distance(a: number, b: number): number {
  return ((a ^ b) >>> 0).toString(2).replaceAll("0", "").length;
}

Deno.test("RandomStream.word() is what its algorithm gives, for every seed and index", () => {
  fc.assert(
    fc.property(seeds, indices, (seed, index) => assertEquals(randomStream(seed).word(index), reference(seed, index))),
    { numRuns: runs(300) },
  );
});

Deno.test("RandomStream.word() does not depend on what was asked before", () => {
  fc.assert(
    fc.property(seeds, fc.array(indices, { minLength: 2, maxLength: 10 }), (seed, asked) => {
      const { word } = randomStream(seed);
      const words = asked.map(word);
      assertEquals(asked.toReversed().map(word).toReversed(), words);
      assertEquals(asked.map((index) => randomStream(seed).word(index)), words);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("RandomStream.word() is the same for ever", () => {
  const words = [[0, 0], [0, 1], [1, 0], [-1, 2 ** 20], [42, 2 ** 32], [42, 2 ** 53 - 1]].map(
    ([seed = 0, index = 0]) => {
      return randomStream(seed).word(index);
    },
  );
  assertEquals(words, [3709626680, 2576428416, 2365044352, 1234528834, 2809197208, 4294932859]);
});

Deno.test("RandomStream.word() has bits that do not correlate with those of its neighbors", () => {
  const words = 2 ** 16;
  for (const seed of [0, 1, -7]) {
    const { word } = randomStream(seed);
    for (const apart of [1, 2, 3, 1024]) {
      const differ = new Uint32Array(32 * 32);
      for (let index = 0; index < words; index++) {
        const [one, other] = [word(index), word(index + apart)];
        for (let bit = 0; bit < 32; bit++) {
          const xored = (one >>> bit) & 1 ? ~other : other;
          for (let far = 0; far < 32; far++) differ[32 * bit + far]! += (xored >>> far) & 1;
        }
      }
      const scores = Array.from(differ, (count) => (count - words / 2) / Math.sqrt(words / 4));
      const what = `seed ${seed}, ${apart} apart`;
      assert(Math.max(...scores.map(Math.abs)) < 5, what);
      assert(Math.abs(scores.reduce((sum, score) => sum + score * score, 0) / scores.length - 1) < 0.2, what);
    }
  }
});

Deno.test("RandomStream.word() changes half of its bits with any bit of the seed and of the index", () => {
  const tries = 400;
  const base = randomStream(99);
  for (let bit = 0; bit < 53; bit++) {
    let [bySeed, byIndex] = [0, 0];
    for (let index = 0; index < tries; index++) {
      const seed = index * 1_000_003;
      const hasBit = Math.floor(seed / 2 ** bit) % 2 === 1;
      const flipped = hasBit ? seed - 2 ** bit : seed + 2 ** bit;
      bySeed += distance(randomStream(seed).word(index), randomStream(flipped).word(index));
      byIndex += distance(base.word(seed), base.word(flipped));
    }
    // Six standard deviations.
    const bound = 6 * Math.sqrt(tries * 32 / 4);
    assert(Math.abs(bySeed - tries * 16) < bound, `bit ${bit} of the seed: ${bySeed / tries}`);
    assert(Math.abs(byIndex - tries * 16) < bound, `bit ${bit} of the index: ${byIndex / tries}`);
  }
});

Deno.test("randomStream() refuses what is no seed, and word() what is no index", () => {
  for (const seed of [0.5, NaN, Infinity, 2 ** 53, -(2 ** 53)]) {
    assertThrows(() => randomStream(seed), RangeError, `Cannot make a random stream: its seed is ${seed}`);
  }
  for (const index of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => randomStream(0).word(index), RangeError, `Cannot give the word of ${index}`);
  }
});
