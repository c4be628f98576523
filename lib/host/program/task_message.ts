/**
 * The messages about a program's task: what its guest receives, and what it reports about the task's progress and end.
 */

import { ProtocolError } from "../../errors.ts";
import type { LayoutTable } from "../../memory/mod.ts";
import type { Script, Settings } from "../../program/mod.ts";
import type { TaskNotes, TaskSpan } from "./observed_memory.ts";
import type { OwnUse } from "./use_recorder.ts";

/** What a guest receives about its task; structured-cloneable. */
export interface TaskMessage {
  /** The URL of the module that exports the program. */
  readonly module: string;
  /** The program's name. */
  readonly program: string;
  /** The settings. */
  readonly settings: Settings;
  /** The task's number. */
  readonly task: number;
  /** The layout of the shared things on the host. */
  readonly layout: LayoutTable;
  /** Whether to record what the task waits for. */
  readonly observed: boolean;
  /** Whether to record how the task uses shared things, too. */
  readonly watched: boolean;
  /** Whether it follows a script, which then determines time and chance. */
  readonly stepped: boolean;
}

/** The memory of a run, for guests that attach to it. */
export interface TaskMemoryHandle {
  /** The handle to attach to. */
  readonly memory: unknown;
  /** The operations of the tasks, one by one, if given. */
  readonly script: Script | undefined;
}

/** What a task has done so far, when it is about to wait. */
export interface TaskProgress extends TaskNotes {
  /** When it began, in milliseconds. */
  readonly started: number;
  /** The call in which it waits. */
  readonly waiting: string;
  /** When that wait began, in milliseconds. */
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
 * Validates a guest's message about the end of its task.
 *
 * @throws {ProtocolError} if it is not one.
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
 * Validates a guest's message about the progress of its task.
 *
 * @throws {ProtocolError} if it is not one.
 */
export function taskProgressFrom(value: unknown): TaskProgress {
  const { started, waiting, since } = recordFrom(value);
  const notes = notesFrom(value);
  if (notes !== undefined && typeof started === "number" && typeof waiting === "string" && typeof since === "number") {
    return { ...notes, started, waiting, since };
  }
  throw new ProtocolError("a report of a task that lacks a part, a whole one is wanted");
}

/** The notes in a guest's message; `undefined` if they are incomplete. */
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

/**
 * Whether a value is a list of valid items. Sparse arrays are rejected, because a huge number of claimed holes would
 * take long to check.
 */
function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is T[] {
  return Array.isArray(value) && Object.keys(value).length === value.length && value.every(isOne);
}

/**
 * Validates a record in a guest's message.
 *
 * @throws {ProtocolError} if it is not one.
 */
export function recordFrom(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new ProtocolError(`${value === null ? "null" : `a ${typeof value}`}, a record is wanted`);
}
