/**
 * The pieces of a program's text by what they are, to be shown in colors.
 *
 * - The pieces of a line, one after the other, are the line.
 */

/** What a piece is. */
export type Kind = "comment" | "text" | "number" | "word" | "call" | "plain";

/** A piece. */
export interface Token {
  readonly kind: Kind;
  readonly text: string;
}

const WORDS =
  "as async await break case catch class const continue default else export extends false finally for from " +
  "function if import in instanceof interface let new null of readonly return static super switch this throw true try " +
  "type typeof undefined using void while yield";

/** In this order: what stands first wins. */
const PIECES: readonly (readonly [Kind, RegExp])[] = [
  ["comment", /\/\/.*|\/\*[^]*?(?:\*\/|$)/y],
  ["text", /"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`\\]|\\[^])*`?/y],
  ["number", /\b\d[\d_.]*(?:e[+-]?\d+)?n?\b/yi],
  ["word", new RegExp(`\\b(?:${WORDS.replaceAll(" ", "|")})\\b`, "y")],
  ["call", /[\w$]+(?=\()/y],
  ["plain", /[\w$]+|[^]/y],
];

/** The lines of a text, each as its pieces. */
export function tokenLines(text: string): readonly (readonly Token[])[] {
  const lines: Token[][] = [[]];
  for (const { kind, text: piece } of tokensOf(text)) {
    for (const [at, part] of piece.split("\n").entries()) {
      if (at > 0) lines.push([]);
      const line = lines.at(-1) ?? [];
      const last = line.at(-1);
      if (last?.kind === kind) line[line.length - 1] = { kind, text: last.text + part };
      else if (part !== "") line.push({ kind, text: part });
    }
  }
  return lines;
}

function* tokensOf(text: string): Generator<Token> {
  for (let at = 0; at < text.length;) {
    for (const [kind, pattern] of PIECES) {
      pattern.lastIndex = at;
      const [piece] = pattern.exec(text) ?? [];
      if (piece === undefined) continue;
      yield { kind, text: piece };
      at += piece.length;
      break;
    }
  }
}
