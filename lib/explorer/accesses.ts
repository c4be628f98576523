/**
 * What actions reach, as numbers: which place, and whether they may change it.
 *
 * - A place is a word, the clock, the end of the run, the number of deaths, or a range of bytes that the layout names, as a
 *   whole.
 * - Two actions are independent where neither changes a place that the other reaches: then their order does not matter.
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

/** Whether an operation that was answered so has changed its cell. */
export function changesCell(operation: CellOperation, answer: unknown): boolean {
  if (operation.kind !== "compareExchange") return operation.kind !== "load";
  const { cell, expected } = operation;
  return Object.is(answer, cell === "i32" && typeof expected === "number" ? expected | 0 : expected);
}

/** What an operation reaches that has not been performed; `placeOf` numbers the shared things, as a call reaches one. */
export function begins(operation: Operation | undefined, placeOf: (object: string) => number): readonly number[] {
  if (operation?.kind === "call") return [writes(placeOf(operation.object))];
  if (operation === undefined || !("word" in operation)) return [];
  return [operation.kind === "load" ? reads(operation.word) : writes(operation.word)];
}

/** The place that stands for the clock. */
export function clockPlace(layout: Layout): number {
  return layout.wordCount;
}

/** The place that stands for who is left besides daemons: the end of the run changes it. */
export function endPlace(layout: Layout): number {
  return layout.wordCount + 1;
}

/** The place that stands for how many tasks may still die. */
export function deathsPlace(layout: Layout): number {
  return layout.wordCount + 2;
}

/** What decides what is reached. */
export interface AccessRules {
  /** The memory's layout. */
  readonly memory: { readonly layout: Layout };
  /** Whether it matters what time it is: else nobody reaches the clock. */
  readonly isTimed: boolean;
}

/** Adds what an operation that was answered so has reached. */
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
