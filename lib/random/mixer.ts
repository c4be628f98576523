/**
 * The mixer: how an index becomes a word that looks like chance, and a seed the keys of that.
 *
 * - Places are spread by an odd stride, 2^32 over the golden ratio, as in SplitMix; then come the best two rounds that the
 *   hash-prospector project found (https://github.com/skeeto/hash-prospector: 16 21f0aaad 15 d35a2d97 15). A key is added
 *   before each. Without the stride, pi's error is a tenth too large after 2^20 samples.
 * - Under one pair of keys no word comes twice, as if drawn without being put back. So the keys change every
 *   {@linkcode BLOCK} samples, 2^20 of the 2^32 words: few enough for that not to show.
 * - The keys of a block depend on all bits of the seed and of the block's number.
 */

/** How many samples in a row have the same keys. */
export const BLOCK = 2 ** 20;

/** From the place of a sample to the next, before they are mixed. */
const STRIDE = 0x9e3779b9;

/** What is added before the first round and before the second, as 32-bit integers. */
export interface Keys {
  readonly first: number;
  readonly second: number;
}

/** A place, spread over 32 bits. */
export function spread(place: number): number {
  return Math.imul(place, STRIDE);
}

/** The word of a place in a block, as a signed 32-bit integer. */
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
  // In opposite orders from different starts, so that no two blocks have both keys in common but by chance.
  return { first: absorbed(words, 0x243f6a88), second: absorbed(words.toReversed(), 0x13198a2e) };
}

/** One word of many: each is added to what the ones before it were mixed to. */
function absorbed(words: readonly number[], start: number): number {
  return words.reduce((state, word) => mix(state, { first: word, second: start }), start);
}
