import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatGeneral } from "../../lib/blocks/mod.ts";
import { runs } from "../contracts/soak.ts";

/** What C's `printf("%.<digits>g")` prints, as given by a C library. */
const PRINTED: readonly (readonly [number, number, string])[] = [
  [0, 3, "0"],
  [-0, 3, "-0"],
  [1, 3, "1"],
  [100, 3, "100"],
  [1000, 3, "1e+03"],
  [999.4, 3, "999"],
  [999.5, 3, "1e+03"],
  [999.6, 3, "1e+03"],
  [-1234.5, 6, "-1234.5"],
  [123456, 6, "123456"],
  [1234567, 6, "1.23457e+06"],
  [0.0001, 6, "0.0001"],
  [0.00001234, 3, "1.23e-05"],
  [0.00009999, 3, "0.0001"],
  [1e100, 3, "1e+100"],
  [5e-324, 3, "4.94e-324"],
  [1.7976931348623157e308, 3, "1.8e+308"],
  [0.5, 1, "0.5"],
  [2.5, 1, "2"],
  [3.5, 1, "4"],
  [1.125, 3, "1.12"],
  [1.375, 3, "1.38"],
  [9.5, 1, "1e+01"],
  [8.5, 1, "8"],
  [-0.125, 2, "-0.12"],
  [1.005, 3, "1"],
  [0.1, 17, "0.10000000000000001"],
  [NaN, 3, "nan"],
  [Infinity, 3, "inf"],
  [-Infinity, 3, "-inf"],
];

Deno.test("formatGeneral() prints what C prints", () => {
  for (const [x, digits, printed] of PRINTED) assertEquals(formatGeneral(x, digits), printed, `%.${digits}g of ${x}`);
  assertEquals(formatGeneral(1 / 3), "0.333");
});

/** The definition of `%g` in exact arithmetic: round half to even, then choose the form by the exponent. */
function printed(x: number, digits: number): string {
  if (x === 0) return Object.is(x, -0) ? "-0" : "0";
  let [num, den] = [Math.abs(x), 1n];
  for (; !Number.isInteger(num); num *= 2) den *= 2n;
  const exactly = BigInt(num);
  const scaled = (power: number): [bigint, bigint] => {
    return power >= 0 ? [exactly * 10n ** BigInt(power), den] : [exactly, den * 10n ** BigInt(-power)];
  };
  let exponent = -400;
  while (scaled(-exponent - 1)[0] >= scaled(-exponent - 1)[1]) exponent++;
  const [top, bottom] = scaled(digits - 1 - exponent);
  let integer = top / bottom;
  const rest = 2n * (top % bottom);
  if (rest > bottom || (rest === bottom && integer % 2n === 1n)) integer++;
  if (integer === 10n ** BigInt(digits)) [integer, exponent] = [integer / 10n, exponent + 1];
  const shown = String(integer);
  const trim = (text: string) => text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  const sign = x < 0 ? "-" : "";
  if (exponent < -4 || exponent >= digits) {
    const size = Math.abs(exponent) < 10 ? `0${Math.abs(exponent)}` : `${Math.abs(exponent)}`;
    return `${sign}${trim(`${shown[0]}.${shown.slice(1)}`)}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  const padded = exponent < 0 ? "0".repeat(-exponent) + shown : shown;
  const point = Math.max(exponent, 0) + 1;
  return sign + trim(`${padded.slice(0, point)}.${padded.slice(point)}`);
}

Deno.test("formatGeneral() rounds the exact value, half to even, and has the shape of %g", () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    // Many of these are ties.
    fc.tuple(fc.integer({ min: -100_000, max: 100_000 }), fc.nat(12)).map(([k, power]) => k / 2 ** power),
    fc.integer(),
  );
  fc.assert(
    fc.property(number, fc.integer({ min: 1, max: 21 }), (x, digits) => {
      assertEquals(formatGeneral(x, digits), printed(x, digits));
    }),
    { numRuns: runs(2000) },
  );
});

Deno.test("formatGeneral() with 17 digits reads back as the same number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      assertEquals(Object.is(Number(formatGeneral(x, 17)), x), true);
    }),
    { numRuns: runs(1000) },
  );
});
