/**
 * Exact times: the rational number that a number of seconds stands for.
 *
 * - A number stands for the simplest rational that rounds to it, if that is small (numerator times denominator at most
 *   10^8); otherwise for its decimal, if that has at most 15 significant digits; otherwise for the simplest rational
 *   after all. So 30 periods of 1/30 end at 1, and 3 x 0.1 and 1 x 0.3 are the same instant.
 * - A small rational never replaces a decimal with fewer than 14 places: two fractions that round to the same double
 *   differ by less than its last place, so their denominators would have to be larger.
 * - Rounding may move a computed number away from such a rational: `snapped` returns the nearest number that stands for
 *   one.
 * - Times are compared as rationals, never as doubles.
 *
 * The simplest rational between two others is found on the Stern-Brocot tree, by continued fractions.
 */

/** A rational number; the denominator is positive. */
export interface Rational {
  /** The numerator. */
  readonly num: bigint;
  /** The denominator, above 0. */
  readonly den: bigint;
}

/** The largest numerator times denominator of a small rational. */
const SMALL = 100_000_000n;
/** Numbers whose relative difference is below this are within a few places of each other. */
const NEAR = 2 ** -48;
const MOST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Negative, 0 or positive if `one` is before, equal to or after `other`. */
export function compare(one: Rational, other: Rational): number {
  const difference = one.den === other.den ? one.num - other.num : one.num * other.den - other.num * one.den;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The rational that a finite number stands for. */
export function exact(x: number): Rational {
  if (!Number.isFinite(x)) throw new RangeError(`Cannot use ${x} as a time: a finite number of seconds is wanted`);
  const { num, den } = exactSize(Math.abs(x));
  return { num: x < 0 ? -num : num, den };
}

/**
 * The number itself if it stands for a small rational or a decimal, otherwise the nearest number within two places that
 * does.
 */
export function snapped(x: number): number {
  if (x < 0) return -snapped(-x);
  const mayBeSmall = isNearSmall(x);
  if ((mayBeSmall && isSmall(x)) || decimalOf(x) !== undefined) return x;
  const near = [1n, -1n, 2n, -2n].map((places) => neighbor(x, places));
  return (mayBeSmall ? near.find(isSmall) : undefined) ?? near.find((y) => decimalOf(y) !== undefined) ?? x;
}

/** The exact sum of two times. */
export function sum(one: Rational, other: Rational): Rational {
  if (one.den === other.den) return { num: one.num + other.num, den: one.den };
  const den = leastCommonMultiple(one.den, other.den);
  return { num: one.num * (den / one.den) + other.num * (den / other.den), den };
}

/** The number nearest to a time. */
export function nearest({ num, den }: Rational): number {
  const size = num < 0n ? -num : num;
  if (size <= MOST_SAFE && den <= MOST_SAFE) return Number(num) / Number(den);
  // More than 64 bits of the quotient, with all further bits folded into the last one: then Number() rounds correctly.
  const shift = BigInt(68 + 4 * (den.toString(16).length - size.toString(16).length));
  const [above, below] = shift > 0n ? [size << shift, den] : [size, den << -shift];
  const quotient = above / below;
  const rounded = Number(quotient * below === above ? quotient : quotient | 1n) * 2 ** -Number(shift);
  return num < 0n ? -rounded : rounded;
}

/** A time as text for people, without the last digits, which are rounding errors. */
export function shownTime(t: number): string {
  return String(Number(t.toPrecision(15)));
}

function isSmall(x: number): boolean {
  const { num, den } = simplestRoundingTo(x);
  return num * den <= SMALL;
}

/**
 * Whether a small rational may lie within some places of a number: if so, it is a convergent of the number's continued
 * fraction, for which doubles are precise enough. This saves the integer arithmetic for most numbers.
 */
function isNearSmall(size: number): boolean {
  let [before, last] = [{ num: 0, den: 1 }, { num: 1, den: 0 }];
  for (let rest = size;;) {
    const whole = Math.floor(rest);
    [before, last] = [last, { num: whole * last.num + before.num, den: whole * last.den + before.den }];
    if (last.num * last.den > Number(SMALL)) return false;
    if (Math.abs(size - last.num / last.den) <= NEAR * size || rest === whole) return true;
    rest = 1 / (rest - whole);
  }
}

function exactSize(x: number): Rational {
  if (!isNearSmall(x)) {
    const decimal = decimalOf(x);
    return decimal === undefined ? simplestRoundingTo(x) : fromDecimal(decimal);
  }
  const simplest = simplestRoundingTo(x);
  if (simplest.num * simplest.den <= SMALL) return simplest;
  const decimal = decimalOf(x);
  return decimal === undefined ? simplest : fromDecimal(decimal);
}

/** The decimal of at most 15 significant digits that rounds to x, if there is one. */
function decimalOf(x: number): string | undefined {
  const decimal = x.toExponential(14);
  return Number(decimal) === x ? decimal : undefined;
}

/** The finite number that many places away; the number itself if there is none. */
function neighbor(x: number, places: bigint): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const word = bits.getBigInt64(0) + places;
  bits.setBigInt64(0, word);
  const y = bits.getFloat64(0);
  return word < 0n || !Number.isFinite(y) ? x : y;
}

function fromDecimal(text: string): Rational {
  const [digits = "0", power = "0"] = text.replace(".", "").split("e");
  const exponent = Number(power) - (digits.length - 1);
  return exponent >= 0
    ? { num: BigInt(digits) * 10n ** BigInt(exponent), den: 1n }
    : reduced({ num: BigInt(digits), den: 10n ** BigInt(-exponent) });
}

/** The rational with the smallest denominator among those that round to x. */
function simplestRoundingTo(x: number): Rational {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const exponent = Number(word >> 52n);
  const fraction = word & ((1n << 52n) - 1n);
  const mantissa = exponent === 0 ? fraction : fraction | (1n << 52n);
  const power = Math.max(exponent, 1) - 1075;
  // In units of a quarter of the last place: x is 4 * mantissa. Below a power of two the spacing is half as wide.
  const below = fraction === 0n && exponent > 1 ? 1n : 2n;
  const scale = power - 2;
  const low = scaled(4n * mantissa - below, scale);
  const high = scaled(4n * mantissa + 2n, scale);
  // Ties round to the even mantissa, so the ends of the interval belong to x only if its mantissa is even.
  return simplestBetween(low, high, mantissa % 2n === 0n);
}

function scaled(value: bigint, power: number): Rational {
  return power >= 0 ? { num: value << BigInt(power), den: 1n } : reduced({ num: value, den: 1n << BigInt(-power) });
}

function simplestBetween(low: Rational, high: Rational, closed: boolean): Rational {
  const whole = low.num / low.den;
  const lowIsWhole = whole * low.den === low.num;
  if (lowIsWhole && closed) return { num: whole, den: 1n };
  const above: Rational = { num: whole + 1n, den: 1n };
  const order = compare(above, high);
  if (order < 0 || (order === 0 && closed)) return above;
  // Both lie in [whole, whole + 1]: search between the reciprocals of their fractional parts.
  const lowRest = { num: high.den, den: high.num - whole * high.den };
  if (lowIsWhole) {
    // (whole, high): the simplest is whole + 1/n with the smallest n that is below high.
    const n = lowRest.num / lowRest.den + 1n;
    return { num: whole * n + 1n, den: n };
  }
  const highRest = { num: low.den, den: low.num - whole * low.den };
  const rest = simplestBetween(lowRest, highRest, closed);
  return { num: whole * rest.num + rest.den, den: rest.num };
}

/** The same number with the smallest denominator. */
export function reduced({ num, den }: Rational): Rational {
  const divisor = greatestCommonDivisor(num, den);
  return { num: num / divisor, den: den / divisor };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}

/** The smallest positive integer that is a multiple of both. */
export function leastCommonMultiple(a: bigint, b: bigint): bigint {
  return a / greatestCommonDivisor(a, b) * b;
}
