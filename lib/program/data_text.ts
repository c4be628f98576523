/**
 * Data as text: equal data has equal text, whatever the order of its keys.
 *
 * - As in JSON, `undefined` is omitted from objects and becomes `null` in lists. A value that JSON cannot represent,
 *   such as a `Map` or an error, becomes an object with a single key that names its type.
 */

/** Whether two pieces of data are equal, regardless of the order of keys. */
export function sameData(one: unknown, other: unknown): boolean {
  return dataText(one) === dataText(other);
}

/** A text that is the same for equal data, and for no other. */
export function dataText(data: unknown): string {
  return JSON.stringify(plain(data, [])) ?? "undefined";
}

function errorParts({ name, message, cause }: Error): object {
  return { name, message, cause };
}

/** Data as JSON can represent it; `around` is what it is part of. */
function plain(data: unknown, around: readonly unknown[]): unknown {
  if (typeof data === "bigint") return { "bigint": String(data) };
  if (typeof data === "number" && (!Number.isFinite(data) || Object.is(data, -0))) {
    return { "number": Object.is(data, -0) ? "-0" : `${data}` };
  }
  if (typeof data !== "object" || data === null) return data;
  const back = around.toReversed().indexOf(data);
  if (back >= 0) return { "circular": back };
  const parts = (part: unknown) => plain(part, [...around, data]);
  if (Array.isArray(data)) return Array.from(data, parts);
  if (data instanceof Date) return data.toJSON();
  if (data instanceof Map) return { "Map": Array.from(data, parts) };
  if (data instanceof Set) return { "Set": Array.from(data, parts) };
  if (data instanceof RegExp) return { "RegExp": String(data) };
  if (data instanceof ArrayBuffer) return { "ArrayBuffer": Array.from(new Uint8Array(data)) };
  if (data instanceof DataView) {
    return { "DataView": parts(data.buffer), from: data.byteOffset, length: data.byteLength };
  }
  if (data instanceof Error) return { "Error": parts({ ...data, ...errorParts(data) }) };
  if (data instanceof Number || data instanceof String || data instanceof Boolean || data instanceof BigInt) {
    return { "Object": plain(data.valueOf(), []) };
  }
  const entries = Object.entries(data).toSorted(([one], [other]) => one < other ? -1 : 1);
  return Object.fromEntries(entries.map(([key, value]) => [key, parts(value)]));
}
