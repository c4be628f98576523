/**
 * A cache that loads twice: who asks while a value is on its way finds nothing, and asks for it again.
 *
 * - `fixed` keeps the promise instead of the value.
 */

import type { World } from "../world.ts";

/** Keeps values. */
class Cache {
  readonly #values = new Map<string, number>();

  async get(key: string, load: () => Promise<number>): Promise<number> {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = await load();
    this.#values.set(key, value);
    return value;
  }
}

/** Keeps promises of values. */
class PromiseCache {
  readonly #values = new Map<string, Promise<number>>();

  get(key: string, load: () => Promise<number>): Promise<number> {
    const value = this.#values.get(key) ?? load();
    this.#values.set(key, value);
    return value;
  }
}

/** Two ask for one value. */
export default async function stampede(world: World): Promise<void> {
  await twoAsk(world, new Cache());
}

/** The same with promises kept. */
export async function fixed(world: World): Promise<void> {
  await twoAsk(world, new PromiseCache());
}

async function twoAsk({ io, expect }: World, cache: Pick<Cache, "get">): Promise<void> {
  let loads = 0;
  const load = () => io("load", () => ++loads);
  await Promise.all([cache.get("a", load), cache.get("a", load)]);
  expect(loads === 1, "the value is loaded once");
}
