/**
 * A scenario that does what a random tree says: ordinary async code with answers, timers, combinators, a lock and errors.
 *
 * @module
 */

import type { World } from "../../lib/scenario/mod.ts";

/** What is awaited, or only begun. */
export type Node =
  | { readonly kind: "io" | "fails" | "answered" | "timer" | "update" | "abort" | "slow" | "throw" | "microtask" }
  | {
    readonly kind: "all" | "race" | "any" | "allSettled" | "then" | "catch" | "finally" | "lock" | "float";
    readonly nodes: readonly Node[];
  };

/** What stands alone. */
export const LEAVES = ["io", "fails", "answered", "timer", "update", "abort", "slow", "throw", "microtask"] as const;
/** What holds others. */
export const BRANCHES = ["all", "race", "any", "allSettled", "then", "catch", "finally", "lock", "float"] as const;

/** Does what it says, one after the other; gives all that happened, in order. */
export async function tree({ io, expect }: World, nodes: readonly Node[]): Promise<string> {
  const log: string[] = [];
  const leaving = new AbortController();
  let value = 0;
  let last = 0;
  let lock = Promise.resolve();
  const act = async (node: Node): Promise<string> => {
    const id = `${node.kind} ${++last}`;
    const does = async (): Promise<unknown> => {
      switch (node.kind) {
        case "io":
          return await io(id, () => ++value);
        case "answered":
          return await io(id);
        case "fails":
          return await io(id, () => {
            throw new RangeError(id);
          });
        case "timer":
          return await new Promise((resolve) => setTimeout(resolve, 1 + (last % 3), id));
        case "update": {
          const seen = value;
          await io(id, () => {
            value = seen + 1;
          });
          return expect(value > seen, "a value grows");
        }
        case "abort":
          await io(id);
          return leaving.abort();
        case "slow":
          return await io(id, () => value, { signal: leaving.signal });
        case "throw":
          throw new TypeError(id);
        case "microtask":
          return await new Promise<void>((resolve) => queueMicrotask(resolve));
        case "all":
          return await Promise.all(node.nodes.map(act));
        case "race":
          return await Promise.race(node.nodes.map(act));
        case "any":
          return await Promise.any(node.nodes.map(act));
        case "allSettled":
          return (await Promise.allSettled(node.nodes.map(act))).map(({ status }) => status);
        case "then":
          return node.nodes.reduce<Promise<unknown>>((before, next) => before.then(() => act(next)), Promise.resolve());
        case "catch":
          try {
            return await inOrder(node.nodes);
          } catch (error) {
            return (error as Error).message;
          }
        case "finally":
          return await inOrder(node.nodes).finally(() => log.push(`${id} ends`));
        case "lock": {
          const before = lock;
          const { promise, resolve } = Promise.withResolvers<void>();
          lock = promise;
          await before;
          try {
            return await inOrder(node.nodes);
          } finally {
            resolve();
          }
        }
        case "float":
          return void inOrder(node.nodes);
      }
    };
    log.push(id);
    const given = await does();
    log.push(`${id} gives ${given}`);
    return id;
  };
  const inOrder = async (nodes: readonly Node[]): Promise<void> => {
    for (const node of nodes) await act(node);
  };
  await inOrder(nodes);
  return `${log.join("; ")}; ${value}`;
}
