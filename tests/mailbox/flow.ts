/**
 * What holds of items that tasks put and take, whatever the order and the faults: tasks note what they did.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { RunView } from "../contracts/scenario.ts";

/** One note: an item that somebody begins to put, has put, or has got. */
export type Note = readonly [kind: "begin" | "put" | "got", item: number, task: number];

/** Items of task 3: 30, 31, 32. */
export function itemsOf(task: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => 10 * task + index);
}

/** Nothing is lost, made twice, or there without having been put; in order per producer and consumer, if promised. */
export function checkFlow(view: RunView, rest: readonly number[], { ordered = true } = {}): void {
  const notes = view.log as Note[];
  const items = (kind: Note[0]) => notes.filter((note) => note[0] === kind).map(([, item]) => item);
  const there = [...items("got"), ...rest];
  assertEquals(new Set(there).size, there.length, `made twice: ${there}`);
  if (view.dead === undefined) {
    assertEquals(there.toSorted((a, b) => a - b), items("put").toSorted((a, b) => a - b));
  } else {
    const begun = new Set(items("begin"));
    assert(there.every((item) => begun.has(item)), `from nowhere: ${there}`);
    const lost = items("put").filter((item) => !there.includes(item));
    // The dead may have taken as many as it takes at once, and not said so.
    assert(lost.length <= 3, `lost: ${lost}`);
  }
  // What is given back goes to whoever comes next.
  if (!ordered || view.dead !== undefined || view.interrupted !== undefined) return;
  const sequences = new Map<string, number[]>();
  for (const [kind, item, task] of notes) {
    if (kind !== "got") continue;
    const key = `${task} from ${Math.floor(item / 10)}`;
    sequences.set(key, [...sequences.get(key) ?? [], item]);
  }
  for (const [key, sequence] of sequences) {
    assertEquals(sequence, sequence.toSorted((a, b) => a - b), `${key} is out of order`);
  }
}
