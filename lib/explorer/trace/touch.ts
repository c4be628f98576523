/**
 * The shared thing of an operation, and the values that it reads and writes.
 *
 * - For a call, only the thing is known; its effect is in the operations that follow.
 */

import { type Answer, type Layout, type Operation, written } from "../../memory/mod.ts";
import { Failure } from "../prompter.ts";

/** The effect of an operation on a shared thing. */
export interface Touch {
  /** The name of the thing. */
  readonly thing: string;
  /** The value that it reads; absent if it reads none. */
  readonly read?: number | bigint;
  /** The value that it leaves there; absent if it changes nothing. */
  readonly wrote?: number | bigint;
}

/** The effect of an operation on a shared thing, given its answer; undefined if it has no shared thing. */
export function touchOf(
  operation: Operation,
  { answer, layout }: { readonly answer: Answer | Failure; readonly layout: Layout },
): Touch | undefined {
  if (operation.kind === "call") return { thing: operation.object };
  if (!("word" in operation)) return undefined;
  const thing = layout.nameOf(operation.word);
  if (answer instanceof Failure || !("cell" in operation)) return { thing };
  const read = typeof answer === "number" || typeof answer === "bigint" ? { read: answer } : {};
  const wrote = written(operation, answer);
  return { thing, ...read, ...wrote === undefined ? {} : { wrote } };
}
