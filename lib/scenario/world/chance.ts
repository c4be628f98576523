/**
 * Chance of the world: `Math.random` and `crypto` give what the seed decides, in each run the same. Inside the realm.
 */

import type { Outside } from "./outside.ts";
import { refuse } from "./refused.ts";

/** Gives a whole number from 0 to below `n`. */
export type Chooser = (n: number) => number;

const BYTES = 256;
const UNIT = 2 ** 26;
const FINE = 2 ** 53;

/** The chance of one outside, as globals: the chooser begins anew with each run. */
export function chance(outside: Outside, begin: () => Chooser): Readonly<Record<string, unknown>> {
  let chooser: Chooser | undefined;
  outside.resets.push(() => {
    chooser = undefined;
  });
  const choose = (n: number) => (chooser ??= begin())(n);
  const random = () => (choose(UNIT) * 2 ** 27 + choose(2 ** 27)) / FINE;
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => choose(BYTES));
  return {
    Math: Object.create(Math, { random: { value: random, writable: true, configurable: true } }),
    crypto: {
      getRandomValues<T extends ArrayBufferView>(array: T): T {
        new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes(array.byteLength));
        return array;
      },
      randomUUID() {
        const parts = bytes(16);
        parts[6] = ((parts[6] ?? 0) & 0x0f) | 0x40;
        parts[8] = ((parts[8] ?? 0) & 0x3f) | 0x80;
        const hex = parts.toHex();
        return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([from, to]) => hex.slice(from, to)).join("-");
      },
      subtle: Object.fromEntries(
        ["digest", "sign", "verify", "encrypt", "decrypt", "importKey", "exportKey", "generateKey", "deriveBits"]
          .map((name) => [name, refuse(`crypto.subtle.${name}`)]),
      ),
    },
  };
}
