/**
 * Names of other people's things as labels: on one line, and with nothing in them that a reader of the picture obeys.
 */

/** Characters that change where text goes or how it reads: controls, separators of lines, marks of direction. */
const OBEYED = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A name on one line, with what is no visible character spelled out. */
export function plainLabel(text: string): string {
  return text.toWellFormed().replaceAll(OBEYED, (character) => {
    const breaks: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
    return breaks[character] ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}

/** A label of at most so many characters. */
export function shortLabel(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** A label in XML, as text or as the value of an attribute. */
export function xmlLabel(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return plainLabel(text).replaceAll(/[&<>"]/g, (character) => entities[character] ?? "");
}
