/**
 * A value as text for people, on a platform without an inspector; similar to JavaScript source.
 *
 * - Never throws, whatever the value's own properties do; a cyclic reference is shown as `[circular]`, deeper levels as
 *   `[...]`.
 */

/** The most elements shown of one object. */
const MOST = 100;

/** The text of a value, to a depth of `depth` levels. */
export function valueText(value: unknown, depth: number): string {
  return textOf(value, { depth, around: [] });
}

interface Place {
  readonly depth: number;
  /** The objects that contain the value. */
  readonly around: readonly object[];
}

function textOf(value: unknown, place: Place): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "function":
      return `[function ${value.name || "(anonymous)"}]`;
    case "object":
      return value === null ? "null" : objectText(value, place);
    default:
      return String(value);
  }
}

function objectText(value: object, { depth, around }: Place): string {
  if (around.includes(value)) return "[circular]";
  if (depth < 0) return "[...]";
  const inner = (part: unknown) => textOf(part, { depth: depth - 1, around: [...around, value] });
  try {
    if (value instanceof Error) return value.stack ?? String(value);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    if (value instanceof RegExp) return String(value);
    const name = nameOf(value);
    if (Array.isArray(value)) return `[${listed(value, inner)}]`;
    if (value instanceof Map) {
      return `Map { ${listed(value, ([key, part]) => `${inner(key)} => ${inner(part)}`)} }`;
    }
    if (value instanceof Set) return `Set { ${listed(value, inner)} }`;
    if (ArrayBuffer.isView(value) && Symbol.iterator in value) {
      return `${name} [${listed(value as Uint8Array, inner)}]`;
    }
    const entries = Object.entries(value).map(([key, part]) => `${keyText(key)}: ${inner(part)}`);
    const text = entries.length === 0 ? "{}" : `{ ${listed(entries, (entry) => entry)} }`;
    return name === "" ? text : `${name} ${text}`;
  } catch {
    return "[what cannot be read]";
  }
}

/** The name of a value's class; empty for plain objects and arrays. */
function nameOf(value: object): string {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ? "" : prototype.constructor?.name ?? "";
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

function listed<T>(parts: Iterable<T>, text: (part: T) => string): string {
  const all = [...parts];
  const more = all.length > MOST ? [`... ${all.length - MOST} more`] : [];
  return [...all.slice(0, MOST).map(text), ...more].join(", ");
}
