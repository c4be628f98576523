/**
 * What a guest is told about its task of a program, and what it tells about its end.
 */

import { ProtocolError } from "../../errors.ts";
import type { LayoutTable } from "../../memory/mod.ts";
import type { Script, Settings } from "../../program/mod.ts";
import type { TaskSpan } from "./observed_memory.ts";
import type { OwnUse } from "./uses.ts";

/** What a guest is told about its task; structured-cloneable. */
export interface TaskMessage {
  /** Where the program is exported. */
  readonly module: string;
  /** Its name. */
  readonly program: string;
  /** How it is set. */
  readonly settings: Settings;
  /** The number of the task. */
  readonly task: number;
  /** Where the shared things lie on the host. */
  readonly layout: LayoutTable;
  /** Whether to note what the task waits for. */
  readonly observed: boolean;
  /** Whether to note what the task does with shared things, too. */
  readonly watched: boolean;
  /** Whether it follows a script: the host's clock and chance count then. */
  readonly stepped: boolean;
}

/** The memory of a run, for guests that attach to it. */
export interface TaskMemoryHandle {
  /** What to attach to. */
  readonly memory: unknown;
  /** What the tasks do, operation by operation, where that is given. */
  readonly script: Script | undefined;
}

/** How a task ended. */
export interface TaskDone {
  /** The encoded `{ value }` or `{ far }`. */
  readonly bytes: Uint8Array;
  /** What it waited for, where that was to be noted. */
  readonly waits: readonly TaskSpan[];
  /** What it held, where that was to be noted and it can see it. */
  readonly holds: readonly TaskSpan[];
  /** What it did with shared things, where that was to be noted and it can see it. */
  readonly uses: readonly OwnUse[];
  /** When it began, in milliseconds. */
  readonly started: number;
  /** When it ended, in milliseconds. */
  readonly finished: number;
}

/**
 * The end of a task from what its guest told.
 *
 * @throws {ProtocolError} where it is none.
 */
export function taskDoneFrom(value: unknown): TaskDone {
  const { bytes, waits, holds, uses, started, finished } = recordFrom(value);
  const isSpan = (wait: unknown): wait is TaskSpan => {
    const { name, started, finished } = recordFrom(wait);
    return typeof name === "string" && typeof started === "number" && typeof finished === "number";
  };
  const isUse = (use: unknown): use is OwnUse => {
    const { thing, method, started, finished, given, got, failed, state } = recordFrom(use);
    return typeof thing === "string" && typeof method === "string" && typeof started === "number" &&
      typeof finished === "number" && isListOf(given, isText) && isListOf(got, isText) && typeof failed === "boolean" &&
      recordFrom(state) !== undefined;
  };
  const isWhole = bytes instanceof Uint8Array && isListOf(waits, isSpan) && isListOf(holds, isSpan) &&
    isListOf(uses, isUse);
  if (isWhole && typeof started === "number" && typeof finished === "number") {
    return { bytes, waits, holds, uses, started, finished };
  }
  throw new ProtocolError("an end of a task that lacks a part, a whole one is wanted");
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Whether a value is a list of such: one may claim any number of holes, each of which would be looked at. */
function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is T[] {
  return Array.isArray(value) && Object.keys(value).length === value.length && value.every(isOne);
}

/**
 * A record from what a guest told.
 *
 * @throws {ProtocolError} where it is none.
 */
export function recordFrom(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new ProtocolError(`${value === null ? "null" : `a ${typeof value}`}, a record is wanted`);
}
