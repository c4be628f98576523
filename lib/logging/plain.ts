/**
 * Any value as plain data: what JSON can represent stays as it is, everything else becomes text or a list.
 *
 * - It never throws and always ends: getters that throw, cycles and deep nesting become text that says so.
 * - Equal values give equal data in every realm: an error is its class and message, without the stack trace.
 */

/** Data that JSON can represent. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** The deepest level included. */
const DEEPEST = 32;

/** The value as plain data. */
export function plain(value: unknown): Plain {
  return made(value, []);
}

/** The value as text: strings as they are, other data as JSON. */
export function plainText(value: unknown): string {
  const data = plain(value);
  return typeof data === "string" ? data : JSON.stringify(data);
}

/** A function's result, or text that says why it failed. */
export function read<T>(get: () => T): T | string {
  try {
    return get();
  } catch (error) {
    return `[unreadable: ${plainText(error)}]`;
  }
}

function made(value: unknown, above: readonly object[]): Plain {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? "-0" : `${value}`;
    case "bigint":
      return `${value}n`;
    case "function":
      return read(() => `[function ${value.name}]`);
    case "object":
      return value === null ? null : read(() => madeOf(value, above));
    default:
      return String(value);
  }
}

function madeOf(value: object, above: readonly object[]): Plain {
  if (above.includes(value)) return "[cycle]";
  if (above.length === DEEPEST) return "[deeper]";
  const levels = [...above, value];
  const list = (values: Iterable<unknown>) => Array.from(values, (item) => made(item, levels));
  if (value instanceof Error) return errorText(value, levels);
  if (Array.isArray(value) || value instanceof Set) return list(value);
  if (value instanceof Map) return list(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof ArrayBuffer) return list(new Uint8Array(value));
  if (ArrayBuffer.isView(value)) {
    return value instanceof DataView
      ? list(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
      : list(value as unknown as Iterable<unknown>);
  }
  return Object.fromEntries(Object.keys(value).map((key) => [key, read(() => made(Reflect.get(value, key), levels))]));
}

function errorText(error: Error, levels: readonly object[]): string {
  const { cause } = error;
  const text = `${error.name}: ${error.message}`;
  if (cause === undefined) return text;
  const under = made(cause, levels);
  return `${text} (because of ${typeof under === "string" ? under : JSON.stringify(under)})`;
}
