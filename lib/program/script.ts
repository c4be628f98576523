/**
 * A script: every memory operation of one run, in order, so that real workers can repeat it.
 *
 * - The explorer records it while it replays a schedule in the model; a mode performs it with real guests, one
 *   operation at a time.
 * - When a script is repeated, operations on words and bytes are really performed, and their answers compared. The
 *   script itself answers what only the model decides: who wakes, what time it is, what chance picks.
 */

import type { Answer, Layout, Operation } from "../memory/mod.ts";

/**
 * One step: an operation is performed; its task parks in it; a parked task continues from it; or a daemon is stopped
 * before it. A task that parks before a call waits there forever. Structured-cloneable.
 */
export interface ScriptStep {
  /** What happens. */
  readonly kind: "perform" | "park" | "wake" | "stop";
  /** The number of the task. */
  readonly task: number;
  /** Whether it is part of telling shared things that the task has ended; absent otherwise. */
  readonly ended?: true;
  /** The operation. */
  readonly operation: Operation;
  /** Its answer; absent for a call, an operation that parks and one that throws. */
  readonly answer?: Exclude<Answer, symbol>;
}

/** All operations of a run, in order. */
export type Script = readonly ScriptStep[];

/** Whether two operations are the same, ignoring deadlines, because a run and its repetition have different clocks. */
export function sameOperation(one: Operation, other: Operation): boolean {
  return operationText(one) === operationText(other);
}

/** Whether two answers are the same; bytes are compared by content. */
export function sameAnswer(one: unknown, other: unknown): boolean {
  if (!(one instanceof Uint8Array && other instanceof Uint8Array)) return Object.is(one, other);
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** An operation as a short text; with a layout, words are shown by name. */
export function operationText(operation: Operation, layout?: Layout): string {
  const nameOf = (word: number) => layout?.nameOf(word) ?? word;
  switch (operation.kind) {
    case "call":
      return `${operation.object}.${operation.method}`;
    case "wait":
      return `wait ${nameOf(operation.word)} while ${operation.expected}`;
    case "notify":
      return `notify ${nameOf(operation.word)} ${operation.count}`;
    case "read":
      return `read ${operation.offset} ${operation.length}`;
    case "write":
      return `write ${operation.offset} ${operation.bytes.join(" ")}`;
    case "now":
    case "sleep":
      return operation.kind;
    case "choose":
      return `choose ${operation.n}`;
    case "load":
      return `load ${operation.cell} ${nameOf(operation.word)}`;
    case "compareExchange": {
      const { cell, word, expected, replacement } = operation;
      return `compareExchange ${cell} ${nameOf(word)} ${expected} ${replacement}`;
    }
    default:
      return `${operation.kind} ${operation.cell} ${nameOf(operation.word)} ${operation.value}`;
  }
}
