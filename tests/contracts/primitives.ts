/**
 * One declaration of each primitive, by class name, and the list of the library's primitives.
 *
 * @module
 */

import * as mailbox from "../../lib/mailbox/mod.ts";
import * as sync from "../../lib/sync/mod.ts";
import type { Shareable, SharedThing } from "../../lib/sync/mod.ts";

/** The primitives, each newly declared. */
export const primitives: Readonly<Record<string, () => Shareable<SharedThing>>> = {
  Barrier: () => sync.barrier(2),
  CancelToken: () => sync.cancelToken(),
  Channel: () => mailbox.channel({ bytes: 256 }),
  Condition: () => sync.condition(),
  Event: () => sync.event(),
  Future: () => mailbox.future({ bytes: 256 }),
  Latch: () => sync.latch(1),
  Lock: () => sync.lock(),
  Once: () => sync.once(),
  Queue: () => mailbox.queue({ bytes: 256 }),
  RLock: () => sync.rlock(),
  RWLock: () => sync.rwlock(),
  Semaphore: () => sync.semaphore(1),
  Timer: () => sync.timer({ interval: 1 }),
  WaitGroup: () => sync.waitGroup(),
};

/** The names of all classes in the two layers that recover from a death, which defines a primitive. */
export const primitiveNames: readonly string[] = Object.entries({ ...sync, ...mailbox })
  .filter(([_name, value]) => typeof value === "function" && "died" in (value.prototype ?? {}))
  .map(([name]) => name)
  .sort();

/** The names of the methods of a thing, or of a view of one. */
export function methodsOf(thing: object): readonly string[] {
  const prototype: object = Object.getPrototypeOf(thing);
  return Object.getOwnPropertyNames(prototype).filter((name) => {
    return name !== "constructor" && typeof Reflect.getOwnPropertyDescriptor(prototype, name)?.value === "function";
  });
}
