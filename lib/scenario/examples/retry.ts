/**
 * A payment is made twice: the requests succeed, but their answers are late, so they are sent again.
 *
 * - The shop expects one repetition of each payment: two late answers are one too many.
 * - `fixed` expects any number.
 */

import type { World } from "../world.ts";

const ATTEMPTS = 3;

/** Takes payments. */
class Shop {
  readonly payments: string[] = [];
  readonly #expected = new Set<string>();
  readonly #isForgetful: boolean;

  constructor({ isForgetful }: { readonly isForgetful: boolean }) {
    this.#isForgetful = isForgetful;
  }

  pay(key: string): void {
    const isRepeated = this.#isForgetful ? this.#expected.delete(key) : this.#expected.has(key);
    if (isRepeated) return;
    this.#expected.add(key);
    this.payments.push(key);
  }
}

/** A customer pays, with up to three attempts. */
export default async function retry(world: World): Promise<void> {
  await pays(world, new Shop({ isForgetful: true }));
}

/** The same, with a shop that forgets nothing. */
export async function fixed(world: World): Promise<void> {
  await pays(world, new Shop({ isForgetful: false }));
}

async function pays({ io, expect }: World, shop: Shop): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    // deno-lint-ignore holdfast/host -- the world's
    const signal = AbortSignal.timeout(1000);
    const isPaid = await io("pay", () => shop.pay("one"), { signal }).then(() => true, () => false);
    if (isPaid) break;
  }
  expect(shop.payments.length <= 1, "nobody pays twice");
}
