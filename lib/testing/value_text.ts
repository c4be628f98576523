/**
 * The canonical text of a value: two values count as equal if their texts are equal.
 *
 * - NaN equals NaN, -0 differs from 0, and 1 from 1n; the keys of plain objects, Maps and Sets are sorted.
 * - An Error is represented by its name and message, a cycle by the number of levels that it goes back.
 */

/** The canonical text of a value; functions are represented by their source, symbols by their description. */
export function valueText(value: unknown): string {
  return write(value, []);
}

function write(value: unknown, above: readonly object[]): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "object":
      return value === null ? "null" : writeObject(value, above);
    default:
      return String(value);
  }
}

function writeObject(value: object, above: readonly object[]): string {
  const level = above.lastIndexOf(value);
  if (level >= 0) return `^${above.length - level}`;
  const levels = [...above, value];
  const list = (values: Iterable<unknown>) => Array.from(values, (item) => write(item, levels));
  if (Array.isArray(value)) return `[${list(value).join()}]`;
  if (value instanceof Map) {
    const entries = Array.from(value, ([key, item]) => `${write(key, levels)}=>${write(item, levels)}`);
    return `Map{${entries.sort().join()}}`;
  }
  if (value instanceof Set) return `Set{${list(value).sort().join()}}`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof Error) return `${value.name}(${JSON.stringify(value.message)})`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return `${value.constructor.name}[${list(value as unknown as Iterable<unknown>).join()}]`;
  }
  if (value instanceof DataView || value instanceof ArrayBuffer) {
    const bytes = value instanceof DataView
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    return `${value.constructor.name}[${bytes.join()}]`;
  }
  if (value instanceof RegExp || value instanceof URL) return `${value.constructor.name}(${value})`;
  const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${write(item, levels)}`);
  return `{${fields.sort().join()}}`;
}
