/**
 * The places of operations in the source of a program, such as `file:///x.ts:12:5`.
 *
 * - The tasks run again with the answers of a run; the stack at each operation tells its place.
 */

import { type Answer, type Operation, setWitness, type Witness } from "../../memory/mod.ts";
import { sourceLine } from "../../program/mod.ts";
import type { TreeNode } from "../answer_tree.ts";
import type { Failure } from "../prompter.ts";
import type { ProgramModel } from "../program_model.ts";

/** The place of each operation of each task, found by running the tasks with the same answers. */
export function sourcesOf(
  model: ProgramModel,
  answers: readonly (readonly (Answer | Failure)[])[],
): readonly (readonly (string | undefined)[])[] {
  const places = new WeakMap<Operation, string | undefined>();
  let last: string | undefined;
  const tell: Witness = ({ operation }) => {
    last = sourceLine();
    places.set(operation, last);
  };
  const outer = setWitness(tell);
  try {
    return model.tasks.map((tree, task) => {
      const found: (string | undefined)[] = [];
      const note = ({ operation }: TreeNode) => {
        if (operation !== undefined) found.push(places.has(operation) ? places.get(operation) : last);
      };
      let node = tree.root;
      note(node);
      for (const answer of answers[task] ?? []) {
        last = undefined;
        node = tree.after(node, answer);
        note(node);
      }
      return found;
    });
  } finally {
    setWitness(outer);
  }
}
