/**
 * Round numbers for an axis: multiples of 1, 2 or 5 times a power of ten.
 *
 * - Each tick is the double that its label stands for, so no label is 0.30000000000000004.
 * - Any finite range has at least two ticks, even if it spans all doubles, or two neighboring ones.
 */

/** A tick of an axis. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

const ROUND = [1, 2, 5, 10] as const;
/** Multiples below this are whole numbers that doubles represent exactly. */
const EXACT = 2 ** 50;
/** Numbers from this up, and below the other limit, are written with an exponent. */
const LARGE = 1e6;
const SMALL = 1e-4;

/** A length of 1, 2 or 5 times a power of ten. */
interface Step {
  readonly mantissa: number;
  readonly exponent: number;
}

/** At most about `most` ticks within a range; with `around`, the ticks enclose the range. */
export function ticksOf(
  { from, to }: { readonly from: number; readonly to: number },
  { most, around = false }: { readonly most: number; readonly around?: boolean },
): Tick[] {
  const step = stepOf(to / most - from / most);
  const multiple = (k: number) => Number(`${k * step.mantissa}e${step.exponent}`);
  const length = multiple(1);
  const [least, greatest] = [from / length, to / length];
  if (!(Math.abs(least) < EXACT && Math.abs(greatest) < EXACT && length > 0)) {
    return ends({ from, to });
  }
  const [first, last] = around
    ? [Math.floor(least), Math.ceil(greatest)]
    : [Math.ceil(least - 1e-9), Math.floor(greatest + 1e-9)];
  const values = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => multiple(first + index) + 0);
  const finite = values.filter((value) => Number.isFinite(value));
  if (around && finite.length < 2) return ends({ from, to });
  return finite.map((value) => ({ value, label: labelOf(value, { step, all: finite }) }));
}

/** The ends of a range as ticks, if it has no round numbers. */
function ends({ from, to }: { readonly from: number; readonly to: number }): Tick[] {
  return [...new Set([from, to])].map((value) => ({ value, label: String(value) }));
}

/** The least round length that is at least `length`. */
function stepOf(length: number): Step {
  const exponent = Math.max(-323, Math.floor(Math.log10(length)));
  const power = Number(`1e${exponent}`);
  const round = ROUND.find((round) => round * power >= length * (1 - 1e-9)) ?? 10;
  return round === 10 ? { mantissa: 1, exponent: exponent + 1 } : { mantissa: round, exponent };
}

function labelOf(value: number, { step, all }: { readonly step: Step; readonly all: readonly number[] }): string {
  const greatest = all.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (value === 0) return "0";
  if (greatest < LARGE && greatest >= SMALL) return value.toFixed(Math.max(0, -step.exponent));
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const digits = Math.min(100, Math.max(0, magnitude - step.exponent));
  return value.toExponential(digits).replace("e+", "e");
}
