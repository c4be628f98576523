/**
 * The values of a memory's words, by name, for laws about moments at which a task may be inside a monitor.
 *
 * @module
 */

import type { ModelMemory } from "../../lib/memory/mod.ts";

/** The values of the words whose names match. */
export function namedWords(memory: ModelMemory, name: RegExp): number[] {
  const { layout } = memory;
  return Array.from({ length: layout.wordCount }, (_, word) => word).filter((word) => name.test(layout.nameOf(word)))
    .map((word) => memory.perform({ kind: "load", cell: "i32", word, order: "atomic" }) as number);
}
