/**
 * A cache that loads a value twice: a request during the load finds nothing, and loads it again.
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

/** Two requests for one value. */
export default async function stampede(world: World): Promise<void> {
  await twoAsk(world, new Cache());
}

/** The same, with a cache of promises. */
export async function fixed(world: World): Promise<void> {
  await twoAsk(world, new PromiseCache());
}

async function twoAsk({ io, expect }: World, cache: Pick<Cache, "get">): Promise<void> {
  let loads = 0;
  const load = () => io("load", () => ++loads);
  await Promise.all([cache.get("a", load), cache.get("a", load)]);
  expect(loads === 1, "the value is loaded once");
}
