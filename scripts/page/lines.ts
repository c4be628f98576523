/**
 * Maps places in built files to lines of their sources: the part of a source map that is needed.
 *
 * - A built line is a list of pairs (column, source line): from that column on, it comes from that line. Lines and
 *   columns count from 1.
 */

/** For each built line its pairs, one after another: column, line, column, line. */
export type Lines = readonly (readonly number[])[];

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Reads a source map, version 3: the part about the source with a name such as `race.ts`. */
export function linesOf(map: string, name: string): Lines {
  const { mappings, sources } = JSON.parse(map) as { readonly mappings: string; readonly sources: readonly string[] };
  const own = sources.findIndex((source) => source.endsWith(`/${name}`));
  let source = 0;
  let line = 0;
  return mappings.split(";").map((segments) => {
    const pairs: number[] = [];
    let column = 0;
    for (const segment of segments.split(",").filter((text) => text !== "")) {
      // The column, the source, its line and its column, each as the difference from the previous one.
      const [columns = 0, sources = 0, lines = 0] = numbersOf(segment);
      column += columns;
      source += sources;
      line += lines;
      if (source === own && pairs.at(-1) !== line + 1) pairs.push(column + 1, line + 1);
    }
    return pairs;
  });
}

/** The numbers of a segment: groups of five bits, the lowest first; the lowest bit of all is the sign. */
function numbersOf(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const letter of segment) {
    const digit = DIGITS.indexOf(letter);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit >= 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

/** A line of a source. */
export interface SourcePlace {
  /** The file's name, such as `race.ts`. */
  readonly file: string;
  readonly line: number;
}

/** The source of a place in a built file, such as `http://127.0.0.1:8734/programs/race.js:12:5`. */
export function sourceOf(place: string, files: Readonly<Record<string, Lines>>): SourcePlace | undefined {
  const [, path, file, line, column] = /((?:programs)\/(\w+)\.js):(\d+):(\d+)$/.exec(place) ?? [];
  const pairs = path === undefined || !Object.hasOwn(files, path) ? undefined : files[path]?.[Number(line) - 1];
  if (pairs === undefined) return undefined;
  let found: number | undefined;
  for (let at = 0; at < pairs.length && ((pairs[at] ?? 0) <= Number(column) || at === 0); at += 2) {
    found = pairs[at + 1];
  }
  return found === undefined ? undefined : { file: `${file}.ts`, line: found };
}

/** A text with places in built files replaced with places in their sources, such as `race.ts:27`. */
export function withSources(text: string, files: Readonly<Record<string, Lines>>): string {
  return text.replaceAll(/\b[a-z]+:\/\/[^\s()"']+\.js:\d+:\d+/g, (place) => {
    const source = sourceOf(place, files);
    return source === undefined ? place : `${source.file}:${source.line}`;
  });
}
