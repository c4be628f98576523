import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type CircleKernel,
  circleKernels,
  countInside,
  isInside,
  pointOf,
  randomStream,
} from "../../lib/random/mod.ts";
import { runs } from "../contracts/soak.ts";

/** How many of the 2^32 points lie inside, and their share. */
const INSIDE = 3_373_258_461;
const SHARE = INSIDE / 2 ** 32;

const seeds = fc.maxSafeInteger();
const lengths = fc.oneof(fc.nat(20), fc.nat(3000));
/** Also where the keys change, where an index outgrows a word, and at the very end. */
const starts = fc.oneof(
  fc.nat(100),
  fc.maxSafeNat().map((from) => Math.min(from, Number.MAX_SAFE_INTEGER - 3000)),
  fc.tuple(fc.constantFrom(2 ** 20, 2 ** 31, 2 ** 32, 2 ** 52), fc.nat(3000)).map(([edge, before]) => edge - before),
  fc.nat(100).map((before) => Number.MAX_SAFE_INTEGER - 3000 - before),
);

/** One sample after the other. */
function reference(seed: number, from: number, to: number): number {
  const { word } = randomStream(seed);
  let inside = 0;
  for (let index = from; index < to; index++) if (isInside(pointOf(word(index)))) inside++;
  return inside;
}

/** The mean of the squares of how many standard deviations the counts of samples are off. */
function meanSquare(samples: number, counts: readonly number[]): number {
  const variance = samples * SHARE * (1 - SHARE);
  return counts.reduce((sum, count) => sum + (count - samples * SHARE) ** 2 / variance, 0) / counts.length;
}

for (const kernel of circleKernels) {
  Deno.test(`countInside() by ${kernel} counts the samples that lie inside, for every seed and range`, () => {
    fc.assert(
      fc.property(seeds, starts, lengths, (seed, from, length) => {
        assertEquals(countInside({ seed, from, to: from + length, kernel }), reference(seed, from, from + length));
      }),
      { numRuns: runs(200) },
    );
  });

  Deno.test(`countInside() by ${kernel}: the counts of parts add up to the count of the whole`, () => {
    const cuts = fc.array(fc.nat(2 ** 21), { maxLength: 6 });
    fc.assert(
      fc.property(seeds, fc.constantFrom(0, 2 ** 32 - 2 ** 20), cuts, (seed, from, cuts) => {
        const ends = [0, ...cuts.toSorted((a, b) => a - b), 2 ** 21].map((end) => from + end);
        const parts = ends.slice(1).map((to, index) => countInside({ seed, from: ends[index] ?? 0, to, kernel }));
        const sum = parts.reduce((sum, part) => sum + part);
        assertEquals(sum, countInside({ seed, from, to: from + 2 ** 21 }));
      }),
      { numRuns: runs(10) },
    );
  });
}

Deno.test("countInside() is the same for ever", () => {
  assertEquals(countInside({ seed: 0, from: 0, to: 10_000_000 }), 7_852_703);
});

Deno.test("isInside(): so many points lie inside as the documentation says", () => {
  let inside = 0;
  for (let x = -32768; x < 32768; x++) {
    // The greatest y inside; the circle touches the square in points that are not inside.
    let y = Math.floor(Math.sqrt(2 ** 30 - x * x));
    while (y >= 0 && !isInside({ x, y })) y--;
    if (y >= 0) inside += 2 * y + 1;
  }
  assertEquals(inside, INSIDE);
});

Deno.test("pointOf() has the upper half of a word as x, and the lower as y", () => {
  assertEquals(pointOf(0x0001_ffff), { x: 1, y: -1 });
  assertEquals(pointOf(0x8000_7fff), { x: -32768, y: 32767 });
});

Deno.test("countInside(): pi's error is spread as by chance, over keys", () => {
  for (const [keys, samples] of [[3000, 10_000], [300, 2 ** 20]] as const) {
    const counts = Array.from({ length: keys }, (_, seed) => countInside({ seed, from: 0, to: samples }));
    const square = meanSquare(samples, counts);
    assert(Math.abs(square - 1) < 0.08, `${keys} keys of ${samples} samples: ${square}`);
  }
});

Deno.test("countInside(): pi's error is spread as by chance, over the parts of one stream", () => {
  for (const [parts, samples] of [[3000, 10_000], [300, 2 ** 20]] as const) {
    const counts = Array.from({ length: parts }, (_, part) => {
      return countInside({ seed: 42, from: part * samples, to: (part + 1) * samples });
    });
    const square = meanSquare(samples, counts);
    assert(Math.abs(square - 1) < 0.08, `${parts} parts of ${samples} samples: ${square}`);
  }
});

Deno.test("countInside() refuses at once what is no seed, range or kernel", () => {
  const refused = (options: Partial<Parameters<typeof countInside>[0]>, message: string) =>
    assertThrows(() => countInside({ seed: 0, from: 0, to: 1, ...options }), RangeError, message);
  for (const seed of [0.5, NaN, 2 ** 53]) refused({ seed }, `its seed is ${seed}`);
  for (const from of [-1, 0.5, NaN, 2]) refused({ from }, `Cannot count samples from ${from} to 1`);
  for (const to of [0.5, NaN, Infinity, 2 ** 53]) refused({ to }, `Cannot count samples from 0 to ${to}`);
  const kernel = "numba" as CircleKernel;
  assertThrows(() => countInside({ seed: 0, from: 0, to: 1, kernel }), TypeError, "the kernel is numba");
});
