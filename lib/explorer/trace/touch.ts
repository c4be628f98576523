/**
 * The shared thing that an operation is about, with the values that it reads and writes.
 *
 * - Of a call only the thing is known: what it comes to is in the operations that follow.
 */

import type { Answer, Layout, Operation } from "../../memory/mod.ts";
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
  if (answer instanceof Failure) return { thing };
  const read = typeof answer === "number" || typeof answer === "bigint" ? { read: answer } : {};
  switch (operation.kind) {
    case "load":
      return { thing, ...read };
    case "store":
      return { thing, wrote: operation.value };
    case "exchange":
      return { thing, ...read, wrote: operation.value };
    case "add":
      return { thing, ...read, ...sumOf(answer, operation) };
    case "compareExchange":
      return { thing, ...read, ...Object.is(answer, operation.expected) ? { wrote: operation.replacement } : {} };
    case "wait":
    case "notify":
      return { thing };
  }
}

/** The value that an addition leaves: integers wrap. */
function sumOf(
  before: Answer,
  { cell, value }: { readonly cell: string; readonly value: number | bigint },
): { readonly wrote?: number | bigint } {
  if (typeof before === "bigint" && typeof value === "bigint") return { wrote: BigInt.asIntN(64, before + value) };
  if (typeof before !== "number" || typeof value !== "number") return {};
  return { wrote: cell === "i32" ? (before + value) | 0 : before + value };
}
