/**
 * What a guest is told about its task of a program, and what it tells about its way and its end.
 */

import { ProtocolError } from "../../errors.ts";
import type { LayoutTable } from "../../memory/mod.ts";
import type { Script, Settings } from "../../program/mod.ts";
import type { TaskNotes, TaskSpan } from "./observed_memory.ts";
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

/** What a task that is about to wait did so far. */
export interface TaskProgress extends TaskNotes {
  /** When it began, in milliseconds. */
  readonly started: number;
  /** The call in which it waits. */
  readonly waiting: string;
  /** Since when, in milliseconds. */
  readonly since: number;
}

/** How a task ended. */
export interface TaskDone extends TaskNotes {
  /** The encoded `{ value }` or `{ far }`. */
  readonly bytes: Uint8Array;
  /** When it began, in milliseconds. */
  readonly started: number;
  /** When it ended, in milliseconds. */
  readonly finished: number;
}

/**
 * The end of a task from what its guest told.
 *
 * @throws {ProtocolError} if it is none.
 */
export function taskDoneFrom(value: unknown): TaskDone {
  const { bytes, started, finished } = recordFrom(value);
  const notes = notesFrom(value);
  if (
    notes !== undefined && bytes instanceof Uint8Array && typeof started === "number" && typeof finished === "number"
  ) {
    return { ...notes, bytes, started, finished };
  }
  throw new ProtocolError("an end of a task that lacks a part, a whole one is wanted");
}

/**
 * What a task did so far, from what its guest told.
 *
 * @throws {ProtocolError} if it is none.
 */
export function taskProgressFrom(value: unknown): TaskProgress {
  const { started, waiting, since } = recordFrom(value);
  const notes = notesFrom(value);
  if (notes !== undefined && typeof started === "number" && typeof waiting === "string" && typeof since === "number") {
    return { ...notes, started, waiting, since };
  }
  throw new ProtocolError("a report of a task that lacks a part, a whole one is wanted");
}

/** The notes in what a guest told; undefined where they are not whole. */
function notesFrom(value: unknown): TaskNotes | undefined {
  const { waits, holds, uses } = recordFrom(value);
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
  const isWhole = isListOf(waits, isSpan) && isListOf(holds, isSpan) && isListOf(uses, isUse);
  return isWhole ? { waits, holds, uses } : undefined;
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
 * @throws {ProtocolError} if it is none.
 */
export function recordFrom(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new ProtocolError(`${value === null ? "null" : `a ${typeof value}`}, a record is wanted`);
}
