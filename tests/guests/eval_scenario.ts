/**
 * A direct `eval`, which sees what stands around it.
 *
 * @module
 */

import type { World } from "../../lib/scenario/mod.ts";

/** A direct `eval` sees what stands around it. */
export default async function around({ io }: World): Promise<unknown> {
  const order: string[] = [];
  // deno-lint-ignore no-eval
  await Promise.all(["a", "b"].map((name) => io(name).then(() => eval("order.push(name + Date.now())"))));
  return order;
}
