/**
 * The accesses of actions, as numbers: a place, and whether the action may change it.
 *
 * - A place is a word, the clock, the end of the run, the number of deaths, or a whole byte range of the layout.
 * - Two actions are independent if neither changes a place that the other accesses: then their order does not matter.
 * - A compareExchange that finds another value only reads; waiting on a word and notifying it both change it.
 */

import type { Answer, CellOperation, Layout, Operation } from "../memory/mod.ts";

/** The access of an action that reads a place. */
export function reads(place: number): number {
  return 2 * place;
}

/** The access of an action that changes a place. */
export function writes(place: number): number {
  return 2 * place + 1;
}

/** Whether the order of two actions with these accesses matters. */
export function conflict(some: readonly number[], others: readonly number[]): boolean {
  for (const one of some) {
    for (const other of others) {
      if (one >> 1 === other >> 1 && ((one | other) & 1) === 1) return true;
    }
  }
  return false;
}

/** Whether an operation with this answer changed its cell. */
export function changesCell(operation: CellOperation, answer: unknown): boolean {
  if (operation.kind !== "compareExchange") return operation.kind !== "load";
  const { cell, expected } = operation;
  return Object.is(answer, cell === "i32" && typeof expected === "number" ? expected | 0 : expected);
}

/** The accesses of an operation before it is performed; a call accesses the shared thing, which `placeOf` numbers. */
export function begins(operation: Operation | undefined, placeOf: (object: string) => number): readonly number[] {
  if (operation?.kind === "call") return [writes(placeOf(operation.object))];
  if (operation === undefined || !("word" in operation)) return [];
  return [operation.kind === "load" ? reads(operation.word) : writes(operation.word)];
}

/** The place that represents the clock. */
export function clockPlace(layout: Layout): number {
  return layout.wordCount;
}

/** The place that represents which tasks other than daemons are left; the end of the run changes it. */
export function endPlace(layout: Layout): number {
  return layout.wordCount + 1;
}

/** The place that represents how many tasks may still die. */
export function deathsPlace(layout: Layout): number {
  return layout.wordCount + 2;
}

/** What determines the accesses of an operation. */
export interface AccessRules {
  /** The memory's layout. */
  readonly memory: { readonly layout: Layout };
  /** Whether the time matters; otherwise no operation accesses the clock. */
  readonly isTimed: boolean;
}

/** Adds the accesses of an operation with this answer. */
export function addAccesses(into: number[], { memory: { layout }, isTimed }: AccessRules, { operation, answer }: {
  readonly operation: Operation;
  readonly answer: Answer;
}): void {
  switch (operation.kind) {
    case "call":
    case "choose":
      return;
    case "wait":
      into.push(operation.polls ? reads(operation.word) : writes(operation.word));
      if (isTimed && (operation.deadline ?? Infinity) !== Infinity) into.push(reads(clockPlace(layout)));
      return;
    case "notify":
      into.push(writes(operation.word));
      return;
    case "now":
    case "sleep":
      if (isTimed) into.push(reads(clockPlace(layout)));
      return;
    case "read":
      into.push(reads(bytesPlace(layout, operation.offset)));
      return;
    case "write":
      into.push(writes(bytesPlace(layout, operation.offset)));
      return;
    default:
      into.push(changesCell(operation, answer) ? writes(operation.word) : reads(operation.word));
  }
}

function bytesPlace(layout: Layout, offset: number): number {
  const entries = layout.toTable().bytes;
  return deathsPlace(layout) + 1 + entries.findIndex((entry) => offset < entry.offset + entry.length);
}
