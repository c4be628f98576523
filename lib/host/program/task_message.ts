/**
 * What a guest is told about its task of a program, and what it tells about its end.
 */

import { ProtocolError } from "../../errors.ts";
import type { LayoutTable } from "../../memory/mod.ts";
import type { Script, Settings } from "../../program/mod.ts";
import type { TaskSpan } from "./observed_memory.ts";

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
  const { bytes, waits, holds, started, finished } = recordFrom(value);
  const isSpan = (wait: unknown): wait is TaskSpan => {
    const { name, started, finished } = recordFrom(wait);
    return typeof name === "string" && typeof started === "number" && typeof finished === "number";
  };
  // A list may claim any number of holes, each of which would be looked at.
  const areSpans = (value: unknown): value is TaskSpan[] => {
    return Array.isArray(value) && Object.keys(value).length === value.length && value.every(isSpan);
  };
  const isWhole = bytes instanceof Uint8Array && areSpans(waits) && areSpans(holds);
  if (isWhole && typeof started === "number" && typeof finished === "number") {
    return { bytes, waits, holds, started, finished };
  }
  throw new ProtocolError("an end of a task that lacks a part, a whole one is wanted");
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
