/**
 * A search field that shows an old answer: the answer to what was typed first arrives last.
 *
 * - `fixed` shows an answer only if nothing was typed since.
 */

import type { World } from "../world.ts";

/** Two letters are typed, one after the other. */
export default async function lateAnswer({ serve, expect }: World): Promise<void> {
  serve(({ url }) => `results of ${url}`);
  let shown = "";
  const type = async (text: string) => {
    const answer = await fetch(text);
    shown = await answer.text();
  };
  await Promise.all([type("a"), type("ab")]);
  expect(shown === "results of ab", "the results match the text");
}

/** The same, with a check for late answers. */
export async function fixed({ serve, expect }: World): Promise<void> {
  serve(({ url }) => `results of ${url}`);
  let shown = "";
  let typed = 0;
  const type = async (text: string) => {
    const mine = ++typed;
    const answer = await fetch(text);
    const results = await answer.text();
    if (mine === typed) shown = results;
  };
  await Promise.all([type("a"), type("ab")]);
  expect(shown === "results of ab", "the results match the text");
}
