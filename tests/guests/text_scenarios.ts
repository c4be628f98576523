/**
 * Code that is made of a text at run time, in as many ways as there are but for a direct `eval`.
 *
 * @module
 */

import type { World } from "../../lib/scenario/mod.ts";

const waiting = "setTimeout(resolve, typeof Deno.readTextFile === 'function' ? 5 : 6)";
/** By name, what makes a function of a parameter and a text. */
const makers: Readonly<Record<string, (parameter: string, text: string) => (given: unknown) => unknown>> = {
  direct: (parameter, text) => Function(parameter, text) as never,
  alias: (parameter, text) => new [Function][0]!(parameter, text) as never,
  constructor: (parameter: string, text: string) => (() => {}).constructor(parameter, text),
  method: (parameter, text) => makers["constructor"]!.constructor(parameter, text),
  asynchronous: (parameter, text) => (async () => {}).constructor(parameter, text),
  generator: (parameter, text) => {
    const made = (function* () {}).constructor(parameter, text);
    return (given) => made(given).next();
  },
  asynchronousGenerator: (parameter, text) => {
    const made = (async function* () {}).constructor(parameter, text);
    return (given) => made(given).next();
  },
  inherited: (parameter, text) => Reflect.construct(class extends Function {}, [parameter, text]) as never,
  bound: (parameter, text) => Function.bind(undefined, parameter, text)() as never,
  // deno-lint-ignore no-eval
  indirect: (parameter, text) => (0, eval)(`(${parameter}) => ${text}`),
  evaluated: (parameter, text) => [eval][0]!(`(${parameter}) => ${text}`),
  global: (parameter, text) => Reflect.get(globalThis, "eval")(`(${parameter}) => ${text}`),
};

/** The ways to make code of a text, but for a direct `eval`. */
export const textual: readonly string[] = Object.keys(makers);

/** Code that is a text finds the world's globals, and no others: those of its run. */
export default async function made({ io }: World, [how = "", drain]: readonly string[]): Promise<unknown> {
  if (drain === "turn") new Request("https://example.com/");
  let order = "";
  await Promise.all(["a", "b"].map((name) => io(name).then(() => void (order += name))));
  await new Promise((resolve) => makers[how]?.("resolve", waiting)(resolve));
  const { name } = (async () => {}).constructor;
  return [order, Date.now(), performance.now(), name, (() => {}).constructor === Function];
}
