/**
 * Parses the values of flags: decimal numbers within bounds, modes.
 */

import { MODE_NAMES } from "../../lib/host/mod.ts";
import type { ModeName } from "../../mod.ts";

/** The values of `--mode`, for errors. */
export const MODES: string = `one of ${MODE_NAMES.join(", ")}, or several of them, each once, with commas between,`;

/** The bounds of times in seconds, as timers and people's patience allow. */
export const SHORTEST = 1e-9;
/** See {@linkcode SHORTEST}. */
export const LONGEST = 1e6;

/** The values of a flag for a time, for errors. */
export const SECONDS: string = `a number of seconds from ${SHORTEST} to ${LONGEST}`;

/** The decimal number that a text is, if it is one. */
export function decimal(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** Makes a parser of decimal numbers within bounds. */
export function number(
  bounds: { least: number; most: number; integer?: boolean },
): (text: string) => number | undefined {
  const { least, most, integer = false } = bounds;
  return (text) => {
    const value = decimal(text);
    if (value === undefined) return undefined;
    return value >= least && value <= most && (!integer || Number.isInteger(value)) ? value : undefined;
  };
}

/** The values of `--seed`, for errors. */
export const SEED = "a whole number from -(2^53 - 1) to 2^53 - 1";

/** Parses a value of `--seed`. */
export const seed: (text: string) => number | undefined = number({
  least: -Number.MAX_SAFE_INTEGER,
  most: Number.MAX_SAFE_INTEGER,
  integer: true,
});

/** Parses modes separated by commas, each at most once. */
export function modes(text: string): readonly ModeName[] | undefined {
  const asked = text.split(",");
  const found = asked.map((name) => MODE_NAMES.find((mode) => mode === name)).filter((mode) => mode !== undefined);
  return found.length === asked.length && new Set(found).size === asked.length ? found : undefined;
}
