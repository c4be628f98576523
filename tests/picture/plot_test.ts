import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { svgPlot, terminalPlot } from "../../lib/picture/mod.ts";
import { type Chart, chartOf, placeOn } from "../../lib/picture/chart.ts";
import { SomeRows, someRows } from "../arbitraries/rows.ts";
import { runs } from "../contracts/soak.ts";
import { readXml } from "./xml.ts";

const ticks = { time: 6, value: 5 };

/** What a line of a chart shows between two rows: the value at that time, if there is one. */
function shownAt({ lines }: Chart, name: string, t: number): number | undefined {
  const pieces = lines.find((line) => line.name === name)?.pieces ?? [];
  for (const piece of pieces) {
    const after = piece.findIndex(([at]) => at > t);
    const [before, next] = [piece[after - 1], piece[after]];
    if (before === undefined || next === undefined || before[0] > t) continue;
    return before[1] + (next[1] - before[1]) * (t - before[0]) / (next[0] - before[0]);
  }
  return undefined;
}

Deno.test("chartOf() draws stairs: between two rows each line has the value of the first, or a gap", () => {
  fc.assert(
    fc.property(someRows(), fc.nat(15), (rows, more) => {
      const columns = rows.columns.map((_, index) => `y${index}`);
      const all = new SomeRows(columns, rows.all);
      const end = (rows.all.at(-1)?.[0] ?? 0) + more / 10;
      const row = (index: number) => rows.row(index);
      const chart = chartOf({ columns, length: all.length, end, row }, { ticks });
      if (chart === undefined) return assert(rows.length === 0 || columns.length === 0);
      for (let index = 0; index < rows.length; index++) {
        const [from = NaN, ...values] = rows.row(index);
        const to = rows.all[index + 1]?.[0] ?? end;
        if (to <= from) continue;
        values.forEach((value, column) => {
          const line = chart.lines.find(({ name }) => name.split(", ").includes(`y${column}`))?.name ?? "";
          const shown = shownAt(chart, line, from + (to - from) / 2);
          // Lines with many names do not tell all of them.
          if (line !== "") assertEquals(shown, Number.isFinite(value) ? value : undefined);
        });
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("chartOf() gives each of two lines at least a fifth of an axis, and an axis takes in its lines", () => {
  fc.assert(
    fc.property(someRows({ maxColumns: 2 }), (rows) => {
      const chart = chartOf(rows, { ticks });
      for (const { isRight, pieces } of chart?.lines ?? []) {
        const axis = (isRight ? chart?.right : chart?.left) ?? { from: NaN, to: NaN };
        const places = pieces.flat().map(([, value]) => placeOn(axis, value));
        if (places.length === 0) continue;
        const [least, most] = [Math.min(...places), Math.max(...places)];
        assert(least >= 0 && most <= 1, `from ${least} to ${most}`);
        const values = pieces.flat().map(([, value]) => value);
        // Rounding to the ticks of the axis takes less than two thirds of it.
        if (Math.max(...values) / 2 > Math.min(...values) / 2) {
          assert(most - least > 1 / 5 / 3, `${most - least} of the axis`);
        }
      }
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("chartOf() connects the rows of slopes, and shows equal columns as one line", () => {
  const rows = new SomeRows(["a", "b", "c"], [[0, 0, 0, 1], [1, 2, 2, 1]]);
  const lines = (slopes: string[]) => chartOf(rows, { slopes, ticks })?.lines.map(({ name, pieces }) => [name, pieces]);
  assertEquals(lines([]), [["a, b", [[[0, 0], [1, 0], [1, 2]]]], ["c", [[[0, 1], [1, 1], [1, 1]]]]]);
  assertEquals(lines(["b"])?.[1], ["b", [[[0, 0], [1, 2]]]]);
  assertThrows(() => svgPlot(rows, { columns: ["d"] }), TypeError, "it is not a column, one of (a, b, c) is wanted");
});

Deno.test("terminalPlot() stays within its width, and nothing of a name reaches the terminal as it is", () => {
  const options = fc.record({
    width: fc.integer({ min: 40, max: 160 }),
    height: fc.integer({ min: 3, max: 20 }),
    colors: fc.boolean(),
  });
  fc.assert(
    fc.property(someRows(), options, (rows, options) => {
      const lines = terminalPlot(rows, options);
      // deno-lint-ignore no-control-regex
      const bare = lines.map((line) => line.replaceAll(/\x1b\[\d\dm/g, ""));
      for (const line of bare) {
        assert([...line].length <= options.width, `${[...line].length} columns: ${line}`);
        assert(!/[\p{Cc}\u2028\u2029\u202e]/u.test(line), line);
      }
      if (!options.colors) assertEquals(bare, lines);
      if (rows.length > 0 && rows.columns.length > 0) assert(lines.length >= options.height + 3, lines.join("\n"));
    }),
    {
      numRuns: runs(200),
      examples: [[new SomeRows(["a", "b"], [[0, NaN, 1.0000000010000002e308], [0, -1, 0]]), {
        width: 40,
        height: 3,
        colors: false,
      }]],
    },
  );
});

Deno.test("terminalPlot() puts a dot, or the mark of one of the lines there, where a value is", () => {
  const values = fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(values, values, fc.boolean(), (one, other, colors) => {
      const length = Math.min(one.length, other.length);
      const rows = Array.from({ length }, (_, t) => [t, one[t] ?? 0, other[t] ?? 0]);
      const lines = terminalPlot(new SomeRows(["one", "other"], rows), { width: 80, height: 11, colors });
      const chart = chartOf(new SomeRows(["one", "other"], rows), { ticks: { time: 6, value: 5 } });
      // deno-lint-ignore no-control-regex
      const cells = lines.slice(0, 11).map((line) => [...line.replaceAll(/\x1b\[\d\dm/g, "")]);
      const left = lines[0]?.search(/[│┤]/) ?? 0;
      const across = (lines[11]?.length ?? 0) - left - 1;
      if (chart === undefined || chart.right !== undefined) return;
      for (const [t = 0, ...values] of rows) {
        values.forEach((value) => {
          const [x, y] = [placeOn(chart.time, t), 1 - placeOn(chart.left, value)];
          const cell = colors
            ? cells[Math.floor(Math.round(y * 43) / 4)]?.[left + 1 + Math.floor(Math.round(x * (2 * across - 1)) / 2)]
            : cells[Math.round(y * 10)]?.[left + 1 + Math.round(x * (across - 1))];
          assert(cell !== undefined && cell !== " ", `${value} at ${t}:\n${lines.join("\n")}`);
        });
      }
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("svgPlot() is XML for any names and values, with a line and a legend for each, inside the picture", () => {
  fc.assert(
    fc.property(someRows(), fc.option(fc.constantFrom("a <title> & more", "\x1b]0;x\x07")), (rows, title) => {
      const svg = svgPlot(rows, title === null ? {} : { title });
      const elements = readXml(svg);
      const width = Number(elements[0]?.attributes["width"]);
      const lines = elements.filter(({ attributes }) => /^line /.test(attributes["class"] ?? ""));
      const names = new Set(
        rows.columns.map((_, column) => JSON.stringify(rows.all.map((row) => String(row[column + 1])))),
      );
      const isEmpty = rows.length === 0 || rows.columns.length === 0;
      if (isEmpty) assert(svg.includes("Nothing to plot"));
      else assert(lines.length >= 2 * Math.min(1, names.size) && lines.length % 2 === 0, `${lines.length}`);
      for (const { attributes } of elements) {
        const numbers = (attributes["d"] ?? "").match(/[^MLHVhv\s]+/g) ?? [];
        for (const number of numbers) assert(/^-?\d*\.?\d+$/.test(number) && Number(number) <= width, attributes["d"]);
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("svgPlot() keeps the least and the greatest value of every column where it leaves points out", () => {
  const rows = Array.from({ length: 50_000 }, (_, index) => [index, index === 31_415 ? 7 : index % 2]);
  const svg = svgPlot(new SomeRows(["y"], rows));
  assert(svg.length < 200_000, `${svg.length} characters`);
  const [, path = ""] = /class="line c0" [^>]*d="(M[^"]*)"/.exec(svg) ?? [];
  const heights = path.split(/[ML ]/).filter((text) => text !== "").map(Number).filter((_, index) => index % 2 === 1);
  // The axis is from 0 to 8.
  assertEquals([Math.min(...heights), Math.max(...heights)], [14 + (250 - 14) / 8, 250]);
});

Deno.test("A plot of a size that it cannot have is refused", () => {
  const rows = new SomeRows(["y"], [[0, 1], [1, 2]]);
  for (const plot of [terminalPlot, svgPlot]) {
    for (const size of [0, -5, NaN, 1.5, 1e9, Infinity]) {
      for (const name of ["width", "height"]) {
        assertThrows(
          () => plot(rows, { [name]: size }),
          RangeError,
          `Cannot plot: the ${name} is ${size}, a whole number`,
        );
      }
    }
  }
  assertEquals(terminalPlot(rows, { width: 20, height: 1 }).every((line) => line.length <= 20), true);
  assert(svgPlot(rows, { width: 200, height: 100 }).startsWith("<svg "));
});
