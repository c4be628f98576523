/**
 * Untrusted names as labels: on one line, and with nothing that a viewer of the picture would interpret.
 */

/** Characters that affect the layout of text: control characters, line separators, direction marks. */
const OBEYED = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A name on one line, with invisible characters spelled out. */
export function plainLabel(text: string): string {
  return text.toWellFormed().replaceAll(OBEYED, (character) => {
    const breaks: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
    return breaks[character] ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}

/** A label of at most `most` characters. */
export function shortLabel(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** A label in XML, as text or as the value of an attribute. */
export function xmlLabel(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return plainLabel(text).replaceAll(/[&<>"]/g, (character) => entities[character] ?? "");
}
