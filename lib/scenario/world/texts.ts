/**
 * What creates code from strings: `eval`, `Function` and the like, under any name. Inside the realm.
 *
 * - Such code finds the globals of its realm. If these are the world's, nothing needs to be done; by turns they never
 *   are.
 * - Otherwise it is refused, however it is reached; a realm is then created whose globals are those of one run.
 */

import { refuse } from "./refused.ts";

/** A property that leads to something that creates code from strings. */
export interface TextMaker {
  readonly owner: object;
  readonly key: string;
  /** Its replacement, which throws. */
  readonly refused: object;
}

const KINDS: readonly object[] = [function () {}, function* () {}, async function () {}, async function* () {}];

let makers: readonly TextMaker[] | undefined;

/** All such properties of this realm. */
export function textMakers({ inTurns }: { readonly inTurns: boolean }): readonly TextMaker[] {
  return makers ??= madeIn(inTurns);
}

function madeIn(inTurns: boolean): readonly TextMaker[] {
  const options = inTurns ? { instead: "code that is no text" } : { ofText: true };
  const constructors = KINDS.map((kind) => {
    const owner: { readonly constructor: { readonly name: string } } = Object.getPrototypeOf(kind);
    const { name } = owner.constructor;
    const refused = refuse(`${name} with a text, by turns,`, options);
    Object.defineProperties(refused, { name: { value: name }, length: { value: 1 }, prototype: { value: owner } });
    return { owner, key: "constructor", refused };
  });
  const [{ refused: general } = { refused: {} }, ...others] = constructors;
  for (const { refused } of others) Object.setPrototypeOf(refused, general);
  const evaluate = Object.defineProperty(refuse("eval of globals, by turns,", options), "name", { value: "eval" });
  return [
    ...constructors,
    { owner: globalThis, key: "Function", refused: general },
    { owner: globalThis, key: "eval", refused: evaluate },
  ];
}
