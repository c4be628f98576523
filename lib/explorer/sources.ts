/**
 * Where operations stand in the source of a program, as `file:///x.ts:12:5`.
 *
 * - The tasks are run once more with the answers of a run; where each operation is made, the stack tells.
 * - A line of this library is not meant, but that of its caller. Of a copy of the library elsewhere nothing is known.
 *
 * @module
 */

import { type Answer, type Operation, witnessOperations } from "../memory/mod.ts";
import type { Failure, TreeNode } from "./answer_tree.ts";
import type { ProgramModel } from "./program_model.ts";

/** Where the operations of each task stand, found by running the tasks with the same answers. */
export function sourcesOf(
  model: ProgramModel,
  answers: readonly (readonly (Answer | Failure)[])[],
): readonly (readonly (string | undefined)[])[] {
  const places = new WeakMap<Operation, string | undefined>();
  let last: string | undefined;
  const tell = (operation: Operation) => {
    last = caller();
    places.set(operation, last);
  };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  try {
    return model.tasks.map((tree, task) => {
      const found: (string | undefined)[] = [];
      const note = ({ operation }: TreeNode) => {
        if (operation !== undefined) found.push(places.has(operation) ? places.get(operation) : last);
      };
      let node = witnessOperations(tell, () => tree.root);
      note(node);
      for (const answer of answers[task] ?? []) {
        const before = node;
        last = undefined;
        node = witnessOperations(tell, () => tree.after(before, answer));
        note(node);
      }
      return found;
    });
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** The layers whose lines are not the program's. */
const OWN = ["memory", "sync", "mailbox", "program", "explorer", "testing"].map((layer) => {
  return new URL(`../${layer}/`, import.meta.url).href;
});

/** Where the program is, as far as this is called from one. */
function caller(): string | undefined {
  for (const line of new Error().stack?.split("\n").slice(1) ?? []) {
    const [, place, url = ""] = /(([a-z]+:.*):\d+:\d+)\)?$/.exec(line) ?? [];
    if (place === undefined || url === import.meta.url || OWN.some((own) => url.startsWith(own))) continue;
    // In a row where the runtime itself calls, nobody is behind it.
    return url.startsWith("ext:") || url.startsWith("node:") ? undefined : place.replace(/^async /, "");
  }
  return undefined;
}
