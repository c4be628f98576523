/**
 * A script: every memory operation of one run, in order, so that real workers can repeat it.
 *
 * - The explorer writes it while it replays a schedule in the model; a mode performs it with real guests, one operation at
 *   a time.
 * - Whoever repeats a script performs what touches words and bytes for real, and compares; what the model decides alone
 *   (who is woken, what time it is, what chance picks) the script answers.
 */

import type { Answer, Layout, Operation } from "../memory/mod.ts";

/**
 * One step: an operation that is performed, one in which its task parks, one from which a parked task goes on, or one before
 * which a daemon is stopped. A task that parks before a call waits there for ever. Structured-cloneable.
 */
export interface ScriptStep {
  /** What happens. */
  readonly kind: "perform" | "park" | "wake" | "stop";
  /** The number of the task. */
  readonly task: number;
  /** Whether it belongs to what the shared things are told of the task's end; absent where not. */
  readonly ended?: true;
  /** The operation. */
  readonly operation: Operation;
  /** What it answers; absent for a call, for one that parks and for one that throws. */
  readonly answer?: Exclude<Answer, symbol>;
}

/** All operations of a run, in order. */
export type Script = readonly ScriptStep[];

/** Whether two operations are the same, as far as a run and its repetition can be: deadlines are of different clocks. */
export function sameOperation(one: Operation, other: Operation): boolean {
  return operationText(one) === operationText(other);
}

/** Whether two answers are the same, bytes by what is in them. */
export function sameAnswer(one: unknown, other: unknown): boolean {
  if (!(one instanceof Uint8Array && other instanceof Uint8Array)) return Object.is(one, other);
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** An operation as a short text; with a layout its words have their names. */
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
