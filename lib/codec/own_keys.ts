/**
 * The enumerable properties that an object has in addition to those of its kind: `index` and `input` of a match, `code`
 * of an error, a label on a map.
 */

import { ERROR_TEXTS } from "./tags.ts";

/** Up to this length, an array's keys take less time to check than its values. */
const SHORT = 8;

/** Whether a key is an array index. */
export function isIndex(key: string): boolean {
  const index = Number(key) >>> 0;
  return index < 2 ** 32 - 1 && String(index) === key;
}

/** A fast check for an array that has no holes and no properties other than its items. */
export function hasOnlyItems(array: readonly unknown[]): boolean {
  const { length } = array;
  return (length <= SHORT ? Object.keys(array) : Object.values(array)).length === length;
}

/** The additional keys of an object that is not plain: an array, an error, a map, a boxed primitive. */
export function extraKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  if (keys.length === 0) return keys;
  if (Array.isArray(object) || object instanceof String) return keys.filter((key) => !isIndex(key));
  return object instanceof Error ? keys.filter((key) => !ERROR_TEXTS.some((text) => text === key)) : keys;
}
