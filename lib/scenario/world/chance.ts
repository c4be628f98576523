/**
 * Chance of the world: the seed determines the results of `Math.random` and `crypto`, the same in each run. Inside the
 * realm.
 */

import type { Outside } from "./outside.ts";
import { refuse } from "./refused.ts";

/** Returns a whole number from 0 to n - 1. */
export type Chooser = (n: number) => number;

const BYTES = 256;
const UNIT = 2 ** 26;
const FINE = 2 ** 53;

/** The chance of one outside, as globals; the chooser starts anew with each run. */
export function chance(
  outside: Outside,
  { begin, digest }: {
    readonly begin: () => Chooser;
    /** Computes the digest of bytes; the algorithm is given by name. */
    readonly digest: (algorithm: string, bytes: Uint8Array) => ArrayLike<number>;
  },
): Readonly<Record<string, unknown>> {
  let chooser: Chooser | undefined;
  outside.resets.push(() => {
    chooser = undefined;
  });
  const choose = (n: number) => (chooser ??= begin())(n);
  const random = () => (choose(UNIT) * 2 ** 27 + choose(2 ** 27)) / FINE;
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => choose(BYTES));
  return {
    Math: Object.create(Object.prototype, {
      ...Object.getOwnPropertyDescriptors(Math),
      random: { value: random, writable: true, configurable: true },
    }),
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
      subtle: {
        // Computed when requested, delivered as a completion.
        async digest(algorithm: string | { readonly name: string }, data: ArrayBuffer | ArrayBufferView) {
          const name = String(typeof algorithm === "object" ? algorithm.name : algorithm);
          const bytes = ArrayBuffer.isView(data)
            ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
            : new Uint8Array(data);
          const { buffer } = Uint8Array.from(digest(name, bytes));
          const { promise, resolve } = Promise.withResolvers<ArrayBuffer>();
          outside.post(`digest ${name}`, () => resolve(buffer), { isAnswer: true });
          return await promise;
        },
        ...Object.fromEntries(
          ["sign", "verify", "encrypt", "decrypt", "importKey", "exportKey", "generateKey", "deriveBits"]
            .map((name) => [name, refuse(`crypto.subtle.${name}`)]),
        ),
      },
    },
  };
}
