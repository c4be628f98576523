/**
 * The shared thing that an operation is about, with the values that it reads and writes.
 *
 * - Of a call only the thing is known: what it comes to is in the operations that follow.
 */

import { type Answer, type Layout, type Operation, written } from "../../memory/mod.ts";
import { Failure } from "../prompter.ts";

/** What an operation does to a shared thing. */
export interface Touch {
  /** The name of the thing. */
  readonly thing: string;
  /** The value that it reads; absent where it reads none. */
  readonly read?: number | bigint;
  /** The value that it leaves there; absent where it changes nothing. */
  readonly wrote?: number | bigint;
}

/** What an operation does to a shared thing, given its answer; undefined where it is about none. */
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
