/**
 * Places in the programs as lines of their sources, not of the files built for the browser.
 */

import { type Lines, sourceOf as sourceIn, type SourcePlace, withSources as withSourcesOf } from "../lines.ts";

let files: Promise<Readonly<Record<string, Lines>>> | undefined;

/** The mapping of places, loaded when the first one is needed. */
export async function sources(): Promise<{
  /** The line of a place such as `http://127.0.0.1:8734/programs/race.js:12:5`; undefined if it is not in a program. */
  sourceOf(place: string): SourcePlace | undefined;
  /** A text, such as an error's stack, with places replaced with lines of sources, such as `race.ts:27`. */
  withSources(text: string): string;
}> {
  const lines = await (files ??= fetch(new URL("./lines.json", import.meta.url)).then((answer) => answer.json()));
  return { sourceOf: (place) => sourceIn(place, lines), withSources: (text) => withSourcesOf(text, lines) };
}
