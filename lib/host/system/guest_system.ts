/**
 * What guests of all kinds do to get their system.
 *
 * @example
 * ```ts
 * import { defineSystem, scalar } from "../../diagram/mod.ts";
 * import { guestSystem } from "./guest_system.ts";
 *
 * const one = defineSystem({ name: "one", outputs: { y: { type: scalar(), value: () => 1 } } });
 * const reference = { module: "data:,", export: "one" };
 * const system = guestSystem({ one }, { reference, signature: "() -> (y: scalar)", timing: { period: 1, offset: 0 } });
 * if (system !== one) throw new Error("the exported system");
 * ```
 *
 * @module
 */

import { signature, type System } from "../../diagram/mod.ts";
import type { JobMessage } from "./job.ts";
import { type Exports, makeSystem } from "./reference.ts";

/** Makes the system of a job and checks that it has the ports that the near side expects. */
export function guestSystem(exports: Exports, job: JobMessage): System {
  const system = makeSystem(exports, job.reference);
  const is = signature(system);
  if (is === job.signature) return system;
  throw new TypeError(
    `Cannot use ${job.reference.export} of ${job.reference.module}: its ports are ${is} here, ${job.signature} is wanted`,
  );
}
