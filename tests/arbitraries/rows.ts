/**
 * Random rows over time: stairs, gaps, constants, values of any size.
 *
 * @module
 */

import fc from "fast-check";
import type { Rows } from "../../lib/picture/mod.ts";
import { hostileNames } from "./names.ts";

/** Rows as data, which prints. */
export class SomeRows implements Rows {
  readonly columns: readonly string[];
  readonly all: readonly (readonly number[])[];

  constructor(columns: readonly string[], all: readonly (readonly number[])[]) {
    this.columns = columns;
    this.all = all;
  }

  get length(): number {
    return this.all.length;
  }

  row(index: number): readonly number[] {
    return this.all[index] ?? [];
  }
}

/** Rows whose times ascend; two may have the same. */
export function someRows({ maxColumns = 5 }: { readonly maxColumns?: number } = {}): fc.Arbitrary<SomeRows> {
  const values = fc.oneof(
    fc.double(),
    fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1e308, -1e308, 5e-324, 0.1, 1e9, 1e9 + 1e-6),
    fc.integer({ min: -5, max: 5 }),
  );
  const columns = fc.uniqueArray(hostileNames(), { maxLength: maxColumns });
  return columns.chain((columns) => {
    const width = columns.length;
    const row = fc.tuple(fc.nat(20), fc.array(values, { minLength: width, maxLength: width }));
    return fc.array(row, { maxLength: 20 }).map((rows) => {
      let t = 0;
      return new SomeRows(columns, rows.map(([step, values]) => [t += step / 10, ...values]));
    });
  });
}
