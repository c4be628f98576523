/**
 * Formats numbers as C's `%g` does: the exact value rounded to significant digits, ties to even.
 *
 * @example
 * ```ts
 * import { formatGeneral } from "./format.ts";
 *
 * const shown = [1.996, 0.30000000000000004, 12345.6, 0.00001, 0.0625, 1.125].map((x) => formatGeneral(x)).join(" ");
 * if (shown !== "2 0.3 1.23e+04 1e-05 0.0625 1.12") throw new Error(shown);
 * ```
 */

/**
 * A number as text with `digits` significant digits (3 by default), no trailing zeros, and an exponent of at least two
 * digits.
 */
export function formatGeneral(x: number, digits = 3): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  const { shown, exponent } = rounded(Math.abs(x), digits);
  if (exponent < -4 || exponent >= digits) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${trimmed(`${shown.slice(0, 1)}.${shown.slice(1)}`)}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `${sign}${trimmed(`0.${"0".repeat(-exponent - 1)}${shown}`)}`;
  return `${sign}${trimmed(`${shown.slice(0, exponent + 1)}.${shown.slice(exponent + 1)}`)}`;
}

/** The leading digits of a number and the power of ten of the first digit; a tie goes to the even digit, as in C. */
function rounded(size: number, digits: number): { shown: string; exponent: number } {
  // `toExponential` rounds ties up; written out, a tie is a 5 followed by zeros only.
  const full = exponential(size, 101);
  const tie = /^50*$/.test(full.shown.slice(digits));
  const even = Number(full.shown.charAt(digits - 1)) % 2 === 0;
  return tie && even ? { ...full, shown: full.shown.slice(0, digits) } : exponential(size, digits);
}

function exponential(size: number, digits: number): { shown: string; exponent: number } {
  const [shown = "", power = "0"] = size.toExponential(digits - 1).replace(".", "").split("e");
  return { shown, exponent: Number(power) };
}

function trimmed(text: string): string {
  return text.replace(/\.?0*$/, "");
}
