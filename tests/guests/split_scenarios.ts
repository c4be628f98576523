/**
 * Scenarios with more orders than one share has.
 *
 * @module
 */

import type { World } from "../../lib/scenario/mod.ts";

/** Chains of completions: what happens where they come in a certain order, which is a part of all. */
export interface Chained {
  readonly chains: number;
  readonly each: number;
  /** The order, as the numbers of the chains. */
  readonly order: string;
  readonly comes: "failure" | "leak" | "rejection" | "loop" | "refused" | "nothing";
}

/** The order of all completions; something comes of one. */
export async function chained({ io, expect }: World, { chains, each, order, comes }: Chained): Promise<string> {
  let all = "";
  await Promise.all(Array.from({ length: chains }, async (_, chain) => {
    for (let at = 0; at < each; at++) {
      await io(`${chain}`, undefined, { atomic: true });
      all += chain;
    }
  }));
  if (!all.includes(order) || comes === "nothing") return all;
  if (comes === "leak") setTimeout(() => {}, 5);
  if (comes === "rejection") void Promise.reject(new Error("left to nobody"));
  if (comes === "refused") Deno.cwd();
  for (let at = 0; comes === "loop"; at++) await io(`again ${at}`, undefined, { atomic: true });
  expect(comes !== "failure", `${order} does not come`);
  return all;
}

/** The same with what only the caller's own realm has. */
export async function byTurns(world: World, input: Chained): Promise<string> {
  const all = await chained(world, input);
  return await new Response(all).text();
}

/** The names that a run finds. */
export async function names(world: World, input: Chained): Promise<string> {
  await chained(world, input);
  const scope = [typeof Reflect.get(globalThis, "Window"), typeof Reflect.get(globalThis, "WorkerGlobalScope")];
  return [...scope, ...Object.keys(globalThis), ...Object.keys(Deno)].join();
}
