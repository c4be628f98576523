/**
 * Numbers as C's `%g` prints them.
 *
 * @example
 * ```ts
 * import { formatGeneral } from "./format.ts";
 *
 * const shown = [1.996, 0.30000000000000004, 12345.6, 0.00001, 0].map((x) => formatGeneral(x)).join(" ");
 * if (shown !== "2 0.3 1.23e+04 1e-05 0") throw new Error(shown);
 * ```
 *
 * @module
 */

/** The number with that many significant digits, without trailing zeros, with an exponent of at least two digits. */
export function formatGeneral(x: number, digits = 3): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const [mantissa = "", power = "0"] = x.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  const sign = Object.is(x, -0) ? "-" : "";
  if (exponent < -4 || exponent >= digits) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${trimmed(mantissa)}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  return sign + trimmed(x.toFixed(digits - 1 - exponent));
}

function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
