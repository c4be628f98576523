/**
 * A program whose guests die while they explore it, as many as a file says.
 *
 * @module
 */

import { defineProgram } from "../../lib/program/mod.ts";
import { cell } from "../../lib/sync/mod.ts";

/** Which file says how many guests are still to die; guests alone have it in their environment. */
export const DIES = "HOLDFAST_TEST_DIES";

/** How often the tasks of a guest begin before it dies: soon enough that it is in its first share, and has run some of it. */
const BEGUN = 5;
let begun = 0;

function die(): void {
  const permission = Deno.permissions.querySync({ name: "env", variable: DIES });
  const file = permission.state === "granted" ? Deno.env.get(DIES) : undefined;
  if (file === undefined || ++begun < BEGUN) return;
  const deaths = Number(Deno.readTextFileSync(file));
  if (deaths === 0) return;
  Deno.writeTextFileSync(file, String(deaths - 1));
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
