/**
 * What flags take, read from text: decimal numbers within bounds, modes.
 */

import { MODE_NAMES } from "../../lib/host/mod.ts";
import type { ModeName } from "../../mod.ts";

/** What `--mode` takes, where one may be given or several. */
export const MODES: string = `one of ${MODE_NAMES.join(", ")}, or several of them, each once, with commas between,`;

/** The bounds of times in seconds: what timers and a person's patience can hold. */
export const SHORTEST = 1e-9;
/** See {@linkcode SHORTEST}. */
export const LONGEST = 1e6;

/** What a flag for a time takes. */
export const SECONDS: string = `a number of seconds from ${SHORTEST} to ${LONGEST}`;

/** A decimal number, if the text is one. */
export function decimal(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** A parser of decimal numbers within bounds. */
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

/** What `--seed` takes. */
export const SEED = "a whole number from -(2^53 - 1) to 2^53 - 1";

/** What `--seed` takes, read. */
export const seed: (text: string) => number | undefined = number({
  least: -Number.MAX_SAFE_INTEGER,
  most: Number.MAX_SAFE_INTEGER,
  integer: true,
});

/** Modes with commas between, each once. */
export function modes(text: string): readonly ModeName[] | undefined {
  const asked = text.split(",");
  const found = asked.map((name) => MODE_NAMES.find((mode) => mode === name)).filter((mode) => mode !== undefined);
  return found.length === asked.length && new Set(found).size === asked.length ? found : undefined;
}
