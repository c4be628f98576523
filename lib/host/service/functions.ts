/**
 * A module's functions, as a service runs them.
 */

import type { Steps } from "../../memory/mod.ts";
import { candidates, type Exports, isHostProgram } from "../exports.ts";
import type { NamedCall, ServiceContext } from "./message.ts";

/** A function of a module. */
export type Exported = (argument: unknown, context: ServiceContext) => unknown;

/** A module's functions, in order: its own, then those of the host programs that it exports or lists. */
export function functionsIn(exports: Exports): ReadonlyMap<string, Exported> {
  const functions = new Map<string, Exported>();
  const add = (values: Exports): void => {
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === "function" && !functions.has(name)) functions.set(name, value as Exported);
    }
  };
  add(exports);
  // A program of another copy of the library may have none.
  for (const program of candidates(exports).filter(isHostProgram)) add((program.functions ?? {}) as Exports);
  return functions;
}

/** The function that a call names; throws if there is none. */
export function namedExport(exports: Exports, { export: name }: NamedCall): (argument: unknown) => unknown {
  const functions = functionsIn(exports);
  const exported = functions.get(name);
  if (exported !== undefined) return exported as (argument: unknown) => unknown;
  const names = [...functions.keys()].join(", ") || "none";
  throw new TypeError(`Cannot call ${name}: its module exports no such function, one of its own (${names}) is wanted`);
}

/** Whether a function's result is steps: it can be iterated and is not a collection. */
export function isSteps(value: object): value is Steps<unknown> {
  return Symbol.iterator in value && !Array.isArray(value) && !ArrayBuffer.isView(value) &&
    !(value instanceof Map || value instanceof Set || value instanceof String);
}

/** Whether a value is an asynchronous sequence of items. */
export function isAsyncItems(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
