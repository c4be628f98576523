/** Source maps: the places in the sources for places in a bundle (the format of ECMA-426). */

/** A place in a source. */
export interface SourcePlace {
  /** The source, as the map names it. */
  readonly source: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
}

interface Segment {
  readonly column: number;
  readonly source: number;
  readonly line: number;
  readonly sourceColumn: number;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A source map; it is parsed when it is first needed. */
export class SourceMap {
  readonly #text: string;
  #lines: readonly (readonly Segment[])[] | undefined;
  #sources: readonly string[] = [];

  /** Wraps the text of a map. */
  constructor(text: string) {
    this.#text = text;
  }

  /** The place in a source for a line and a column of the bundle, from 1; undefined if there is none. */
  placeOf(line: number, column: number): SourcePlace | undefined {
    this.#lines ??= this.#read();
    const found = this.#lines[line - 1]?.findLast((segment) => segment.column <= column - 1);
    const source = this.#sources[found?.source ?? -1];
    if (found === undefined || source === undefined) return undefined;
    return { source, line: found.line + 1, column: found.sourceColumn + 1 };
  }

  #read(): readonly (readonly Segment[])[] {
    const { mappings, sources }: { mappings: string; sources: string[] } = JSON.parse(this.#text);
    this.#sources = sources;
    // All values but the column are relative to the previous segment, also across lines.
    let [source, line, sourceColumn] = [0, 0, 0];
    return mappings.split(";").map((text) => {
      let column = 0;
      return text.split(",").flatMap((segment): Segment[] => {
        const [columns, sources, lines, sourceColumns] = numbersOf(segment);
        if (columns === undefined) return [];
        column += columns;
        if (sources === undefined) return [];
        source += sources;
        line += lines ?? 0;
        sourceColumn += sourceColumns ?? 0;
        return [{ column, source, line, sourceColumn }];
      });
    });
  }
}

/** The numbers of a segment: base 64, five bits a digit, the sign in the lowest bit. */
function numbersOf(segment: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value += (digit & 31) * 2 ** shift;
    if ((digit & 32) !== 0) {
      shift += 5;
      continue;
    }
    const half = Math.floor(value / 2);
    numbers.push(value % 2 === 1 ? -half : half);
    [value, shift] = [0, 0];
  }
  return numbers;
}
