/**
 * A program whose guests die while they explore it, as long as a file says so.
 *
 * @module
 */

import { defineProgram } from "../../lib/program/mod.ts";
import { cell } from "../../lib/sync/mod.ts";

/** Which file says so to guests, which alone have it in their environment: with `once` in it, the first takes it away, late. */
export const DIES = "HOLDFAST_TEST_DIES";

/** How often the tasks of a guest begin before it dies once. */
const LATE = 100;
let begun = 0;

function die(): void {
  const permission = Deno.permissions.querySync({ name: "env", variable: DIES });
  const file = permission.state === "granted" ? Deno.env.get(DIES) : undefined;
  if (file === undefined) return;
  begun++;
  try {
    if (Deno.readTextFileSync(file) === "once") {
      if (begun < LATE) return;
      Deno.removeSync(file);
    }
  } catch {
    return;
  }
  Deno.exit(3);
}

/** Three tasks that count, some of which end their guest. */
export const mortal = defineProgram({
  name: "mortal",
  claim: "Three tasks count to 6, if nobody disturbs them.",
  module: import.meta.url,
  shared: () => ({ count: cell() }),
  tasks: (_settings) =>
    ["a", "b", "c"].map((name) => ({
      name,
      *run({ count }) {
        die();
        for (let time = 0; time < 2; time++) yield* count.store((yield* count.load()) + 1);
      },
    })),
  outcome: ({ count }) => count.load(),
  expected: () => () => true,
});
