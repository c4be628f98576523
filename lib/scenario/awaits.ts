/**
 * Makes each `await` of a text report itself: `await x` becomes `await __at(7, x)`, a call that returns `x`, so that
 * the order of microtasks stays the same.
 *
 * - The text is read as tokens. The operand is a unary expression: prefixes, then a name, a literal or something in
 *   brackets, then members, calls and templates.
 * - `for await` reports what it iterates over. Awaits within a template are not reported.
 */

/** A text whose awaits report themselves. */
export interface Announced {
  readonly code: string;
  /** The original place of each `await`: line and column, from 1. */
  readonly places: readonly { readonly line: number; readonly column: number }[];
}

/** The name of the function that an await calls. */
export const ANNOUNCE = "__at";

interface Token {
  readonly text: string;
  readonly kind: "word" | "number" | "literal" | "mark";
  readonly start: number;
  readonly end: number;
}

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
const WORD = /#?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /\.?\d(?:[eE][+-]?|[\w.])*/y;
const TEXT = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y;
const REGEX = /\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const MARK = /\?\.(?!\d)|=>|\.\.\.|\+\+|--|[^]/y;
/** Words after which an expression begins. */
const BEFORE_EXPRESSION = /^(?:return|typeof|instanceof|in|of|new|delete|void|throw|case|do|else|await|yield|extends)$/;
const PREFIX = /^(?:[!~+-]|\+\+|--|typeof|void|delete|await|new)$/;
const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Makes each `await` of a text report itself. */
export function announced(code: string): Announced {
  const tokens = tokensOf(code);
  const insertions: { readonly at: number; readonly text: string }[] = [];
  const places: { line: number; column: number }[] = [];
  // The offset of each line.
  const lines = [0, ...[...code.matchAll(/\n/g)].map(({ index }) => index + 1)];
  let line = 1;
  for (const [index, { text, kind, start }] of tokens.entries()) {
    if (text !== "await" || kind !== "word" || isKey(tokens, index) || isDeclaration(tokens, index)) continue;
    const isLoop = tokens[index - 1]?.text === "for";
    const [from, to] = isLoop ? loopedOver(tokens, index + 1) : [index + 1, unaryEnd(tokens, index + 1)];
    const first = tokens[from];
    const last = tokens[to - 1];
    if (first === undefined || last === undefined || to <= from) continue;
    insertions.push({ at: first.start, text: `${ANNOUNCE}(${places.length}, (` }, { at: last.end, text: "))" });
    while ((lines[line] ?? Infinity) <= start) line++;
    places.push({ line, column: start - (lines[line - 1] ?? 0) + 1 });
  }
  // At the same offset, closing parts come first.
  const parts: string[] = [];
  let done = 0;
  for (const { at, text } of insertions.map((one, order) => ({ ...one, order })).sort(byPlace)) {
    parts.push(code.slice(done, at), text);
    done = at;
  }
  return { code: parts.join("") + code.slice(done), places };
}

function byPlace(
  one: { readonly at: number; readonly text: string; readonly order: number },
  other: { readonly at: number; readonly text: string; readonly order: number },
): number {
  return one.at - other.at || Number(other.text === "))") - Number(one.text === "))") || one.order - other.order;
}

/** Whether a word names a property. */
function isKey(tokens: readonly Token[], index: number): boolean {
  return [".", "?."].includes(tokens[index - 1]?.text ?? "") || [":", "("].includes(tokens[index + 1]?.text ?? "") &&
      ["{", ","].includes(tokens[index - 1]?.text ?? "");
}

/** Whether the token belongs to `await using`, a declaration. */
function isDeclaration(tokens: readonly Token[], index: number): boolean {
  return tokens[index + 1]?.text === "using" && tokens[index + 2]?.kind === "word";
}

/** The end of the unary expression that begins at a token. */
function unaryEnd(tokens: readonly Token[], from: number): number {
  let at = from;
  while (PREFIX.test(tokens[at]?.text ?? "") && tokens[at]?.kind !== "literal") at++;
  const primary = tokens[at]?.text ?? "";
  if (primary === "async") at++;
  if (tokens[at]?.text === "function" || tokens[at]?.text === "class") {
    // Skips to its body, and over it.
    while (at < tokens.length && tokens[at]?.text !== "{") at = tokens[at]?.text === "(" ? past(tokens, at) : at + 1;
    at = past(tokens, at);
  } else at = past(tokens, at);
  for (;;) {
    const { text = "", kind } = tokens[at] ?? {};
    if (text === "." || text === "?.") {
      at++;
      if (tokens[at]?.kind === "word") at++;
    } else if (text === "(" || text === "[") at = past(tokens, at);
    else if (kind === "literal" && text.startsWith("`")) at++;
    else return at;
  }
}

/** The operand of a `for await`: from its `of` to its closing bracket. */
function loopedOver(tokens: readonly Token[], open: number): readonly [number, number] {
  const end = past(tokens, open) - 1;
  let at = open + 1;
  while (at < end && !(tokens[at]?.text === "of" && tokens[at]?.kind === "word" && at > open + 1)) {
    at = past(tokens, at);
  }
  return [at + 1, end];
}

/** The index after a token, or after the bracket that it opens. */
function past(tokens: readonly Token[], at: number): number {
  const opening = tokens[at];
  const closing = opening?.kind === "mark" ? CLOSING[opening.text] : undefined;
  if (closing === undefined) return at + 1;
  let inner = at + 1;
  while (inner < tokens.length && !(tokens[inner]?.text === closing && tokens[inner]?.kind === "mark")) {
    inner = past(tokens, inner);
  }
  return inner + 1;
}

/** The tokens of a text; a template counts as one, with all its contents. */
function tokensOf(code: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(code)?.[0];
  };
  while (at < code.length) {
    at += take(SPACE)?.length ?? 0;
    if (at >= code.length) break;
    const start = at;
    const push = (kind: Token["kind"], length: number) => {
      at += length;
      tokens.push({ kind, start, end: at, text: code.slice(start, at) });
    };
    const found = take(WORD);
    const number = take(NUMBER);
    const text = take(TEXT);
    const regex = code[at] === "/" && isExpressionNext(tokens) ? take(REGEX) : undefined;
    if (found !== undefined) push("word", found.length);
    else if (number !== undefined) push("number", number.length);
    else if (text !== undefined) push("literal", text.length);
    else if (regex !== undefined) push("literal", regex.length);
    else if (code[at] === "`") push("literal", templateLength(code, at));
    else push("mark", take(MARK)?.length ?? 1);
  }
  return tokens;
}

/** Whether a slash begins a regular expression here. */
function isExpressionNext(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  if (last === undefined) return true;
  if (last.kind === "mark") return ![")", "]", "}", "++", "--"].includes(last.text);
  return last.kind === "word" && BEFORE_EXPRESSION.test(last.text);
}

/** The length of a template, with all its contents. */
function templateLength(code: string, start: number): number {
  let at = start + 1;
  while (at < code.length && code[at] !== "`") {
    if (code[at] === "\\") at += 2;
    else if (code.startsWith("${", at)) {
      at += 2;
      for (let depth = 1; at < code.length && depth > 0;) {
        if (code[at] === "`") at += templateLength(code, at);
        else if (code[at] === '"' || code[at] === "'") {
          TEXT.lastIndex = at;
          at += TEXT.exec(code)?.[0].length ?? 1;
        } else {
          if (code[at] === "{") depth++;
          else if (code[at] === "}") depth--;
          at++;
        }
      }
    } else at++;
  }
  return at + 1 - start;
}
