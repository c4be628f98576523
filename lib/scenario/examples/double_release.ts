/**
 * A pool that gives one connection to two users: a user that stops waiting for its answer releases the connection, and
 * then releases it again when its work ends.
 *
 * - `fixed` releases once.
 */

import type { World } from "../world.ts";

/** Limits the holders to one at a time. */
class Permits {
  #free = 1;
  readonly #waiting: (() => void)[] = [];

  async acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/** Three users of a connection, each with a timeout. */
export default async function doubleRelease(world: World): Promise<void> {
  await threeUse(world, { once: false });
}

/** The same, with a connection that is released only once. */
export async function fixed(world: World): Promise<void> {
  await threeUse(world, { once: true });
}

async function threeUse({ io, expect }: World, { once }: { readonly once: boolean }): Promise<void> {
  const permits = new Permits();
  let holders = 0;
  const use = async () => {
    await permits.acquire();
    holders++;
    expect(holders === 1, "only one holds the connection");
    let isReleased = false;
    const release = () => {
      if (once && isReleased) return;
      if (!isReleased) holders--;
      isReleased = true;
      permits.release();
    };
    // deno-lint-ignore holdfast/host -- the world's
    const timer = setTimeout(release, 1000);
    await io("query");
    clearTimeout(timer);
    release();
  };
  await Promise.all([use(), use(), use()]);
}
