/**
 * Values that are written over unseen: a task reads a value, another one writes, and the first writes without having looked
 * again.
 *
 * - That is what is lost when an update is lost; whether it is a bug the verdict says.
 */

import type { TraceRow } from "../../../../lib/explorer/mod.ts";

/** A value that is written over unseen, by the rows in which it happens. */
export interface Overwritten {
  /** The shared thing. */
  readonly thing: string;
  /** Where the task reads. */
  readonly read: number;
  /** Where another one writes, for the last time before `over`. */
  readonly write: number;
  /** Where the task writes over that. */
  readonly over: number;
}

/** All that are in some rows. */
export function overwritten(rows: readonly TraceRow[]): readonly Overwritten[] {
  const found: Overwritten[] = [];
  // By task and thing: where it was looked at last.
  const reads = new Map<string, number>();
  const writes = new Map<string, number>();
  for (const [at, { task, touch }] of rows.entries()) {
    if (touch === undefined) continue;
    const { thing, read, wrote } = touch;
    const key = `${task} ${thing}`;
    if (read !== undefined) reads.set(key, at);
    if (wrote === undefined) continue;
    const seen = reads.get(key);
    const write = writes.get(thing);
    if (read === undefined && seen !== undefined && write !== undefined && write > seen && rows[write]?.task !== task) {
      found.push({ thing, read: seen, write, over: at });
    }
    // What it has written itself it knows.
    if (seen !== undefined) reads.set(key, at);
    writes.set(thing, at);
  }
  return found;
}
