/**
 * The mixer: turns an index into a random-looking word, and a seed into the keys for that.
 *
 * - Positions are spread by an odd stride, 2^32 divided by the golden ratio, as in SplitMix. Then follow the best two
 *   rounds that the hash-prospector project found (https://github.com/skeeto/hash-prospector: 16 21f0aaad 15 d35a2d97
 *   15), with a key added before each. Without the stride, the error of pi is a tenth too large after 2^20 samples.
 * - With one pair of keys, no word occurs twice, as if drawn without replacement. So the keys change every
 *   {@linkcode BLOCK} samples, 2^20 of the 2^32 words: few enough for that not to show.
 * - The keys of a block depend on all bits of the seed and of the block's number.
 */

/** How many consecutive samples share the same keys. */
export const BLOCK = 2 ** 20;

/** The distance between the spread positions of consecutive samples. */
const STRIDE = 0x9e3779b9;

/** The keys added before the first and the second round, as 32-bit integers. */
export interface Keys {
  readonly first: number;
  readonly second: number;
}

/** A position, spread over 32 bits. */
export function spread(place: number): number {
  return Math.imul(place, STRIDE);
}

/** The word at a position in a block, as a signed 32-bit integer. */
export function mix(place: number, { first, second }: Keys): number {
  let word = (spread(place) + first) | 0;
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = ((word ^ (word >>> 15)) + second) | 0;
  word = Math.imul(word, 0xd35a2d97);
  return word ^ (word >>> 15);
}

/** The keys of a block of a stream; the seed and the block's number are safe integers. */
export function keysOf(seed: number, block: number): Keys {
  const words = [seed | 0, Math.floor(seed / 2 ** 32), block | 0, Math.floor(block / 2 ** 32)];
  // In opposite orders and from different starts, so that two blocks share both keys only by chance.
  return { first: absorbed(words, 0x243f6a88), second: absorbed(words.toReversed(), 0x13198a2e) };
}

/** Combines words into one: each is added to the mixture of those before it. */
function absorbed(words: readonly number[], start: number): number {
  return words.reduce((state, word) => mix(state, { first: word, second: start }), start);
}
