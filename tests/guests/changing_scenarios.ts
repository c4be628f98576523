/**
 * A scenario that changes what runs share, as its input says, and tells whether it finds the change of another run.
 *
 * @module
 */

import EventEmitter from "node:events";
import type { World } from "../../lib/scenario/mod.ts";

/** Objects on which a count is kept: of the language, of the world, and of what neither names. */
const COUNTED: Readonly<Record<string, () => object>> = {
  "process.env": () => process.env,
  "console": () => console,
  "Math": () => Math,
  "Date": () => Date,
  "setTimeout": () => setTimeout,
  "crypto": () => crypto,
  "navigator.locks": () => Reflect.get(navigator, "locks"),
  "EventTarget.prototype": () => EventTarget.prototype,
  "Event.prototype": () => Event.prototype,
  "URL.prototype": () => URL.prototype,
  "EventEmitter.prototype": () => EventEmitter.prototype,
  "Map.prototype": () => Map.prototype,
  "array iterators": () => Object.getPrototypeOf([][Symbol.iterator]()),
  "async generators": () => Object.getPrototypeOf(async function* () {}).prototype,
  "typed arrays": () => Object.getPrototypeOf(Uint8Array.prototype),
};

/** Changes that last, each telling whether it is there already. */
const LASTING: Readonly<Record<string, () => unknown>> = {
  "Date.now": () => [Date.now() === 5, Date.now = () => 5][0],
  "Math.random": () => [Math.random() === 5, Math.random = () => 5][0],
  "frozen console": () => [Object.isFrozen(console), Object.freeze(console)][0],
  "frozen prototype": () => [Object.isFrozen(Array.prototype), Object.freeze(Array.prototype)][0],
  "unconfigurable": () => ["held" in Map.prototype, Object.defineProperty(Map.prototype, "held", { value: 1 })][0],
  "inherits": () => [!(Array instanceof Function), Object.setPrototypeOf(Array, {})][0],
};

/** What of it nothing can undo. */
export const FOR_GOOD: readonly string[] = ["frozen prototype", "unconfigurable"];
/** What is changed. */
export const CHANGES: readonly string[] = [...Object.keys(COUNTED), ...Object.keys(LASTING)];

/** Changes something; several orders run one after the other, and some at once. */
export async function changes({ io }: World, what: string): Promise<unknown> {
  const lasting = LASTING[what];
  const found = lasting?.();
  await Promise.all([io("a"), io("b"), io("c")]);
  if (lasting !== undefined) return found;
  const counted = COUNTED[what]?.() ?? {};
  const before: unknown = Reflect.get(counted, "changed");
  Reflect.set(counted, "changed", 1);
  return before !== undefined;
}
