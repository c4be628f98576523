/**
 * Values as exact JSON, for snapshots.
 *
 * - A scalar is a number, or the name of a number that JSON lacks: "NaN", "Infinity", "-Infinity", "-0". A vector is a
 *   list of scalars.
 * - An abstract value is the codec's bytes in base64.
 */

import { decode, encode, fromBase64, toBase64 } from "../codec/mod.ts";
import { describe, type Name } from "./own_value.ts";
import type { PortType } from "./port.ts";

/** A value as JSON. */
export type SavedValue = number | string | readonly (number | string)[];

const NAMES: readonly string[] = ["NaN", "Infinity", "-Infinity", "-0"];

/** A value of that type as JSON. */
export function savedValue(type: PortType, value: unknown): SavedValue {
  switch (type.kind) {
    case "scalar":
      return savedNumber(value as number);
    case "vector":
      return Array.from(value as ArrayLike<number>, savedNumber);
    case "abstract":
      return toBase64(encode(value));
  }
}

/**
 * The value of that type that was saved as JSON.
 *
 * @throws {TypeError} if it is not a value of that type.
 */
export function valueFrom(type: PortType, saved: unknown, what: Name): unknown {
  const refuse = (wanted: string): never => {
    throw new TypeError(`Cannot restore ${what()}: the snapshot has ${describe(saved)}, not ${wanted}`);
  };
  switch (type.kind) {
    case "scalar":
      return numberFrom(saved) ?? refuse("a number");
    case "vector": {
      const numbers = Array.isArray(saved) ? saved.map(numberFrom) : [];
      return numbers.length === type.size && !numbers.includes(undefined) ? numbers : refuse(`${type.size} numbers`);
    }
    case "abstract":
      if (typeof saved !== "string") return refuse("bytes in base64");
      try {
        return decode(fromBase64(saved));
      } catch {
        return refuse("bytes in base64");
      }
  }
}

function savedNumber(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? "-0" : String(value);
}

function numberFrom(saved: unknown): number | undefined {
  if (typeof saved === "number") return saved;
  return typeof saved === "string" && NAMES.includes(saved) ? Number(saved) : undefined;
}
