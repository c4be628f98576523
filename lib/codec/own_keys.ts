/**
 * The enumerable properties that an object has beside what its kind consists of: `index` and `input` of a match, `code` of
 * an error, a label on a map.
 */

import { ERROR_TEXTS } from "./tags.ts";

/** Up to this length an array's keys take less time than its values. */
const SHORT = 8;

/** Whether a key is the index of an item of an array. */
export function isIndex(key: string): boolean {
  const index = Number(key) >>> 0;
  return index < 2 ** 32 - 1 && String(index) === key;
}

/** Whether an array without holes has its items and nothing else, in the least time. */
export function hasOnlyItems(array: readonly unknown[]): boolean {
  const { length } = array;
  return (length <= SHORT ? Object.keys(array) : Object.values(array)).length === length;
}

/** The keys of an object that is more than its properties: an array, an error, a map, a box. */
export function extraKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  if (keys.length === 0) return keys;
  if (Array.isArray(object) || object instanceof String) return keys.filter((key) => !isIndex(key));
  return object instanceof Error ? keys.filter((key) => !ERROR_TEXTS.some((text) => text === key)) : keys;
}
