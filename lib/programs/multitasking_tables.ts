/**
 * The tables of `multitasking`: what tasks took, how late main's ticks were, and the memory.
 *
 * @module
 */

import type { ReportTable } from "../host/mod.ts";
import type { Lateness } from "./ticks.ts";

/** What tasks of one kind took. */
export interface Measured {
  /** Which kind. */
  readonly title: string;
  /** What each task came to. */
  readonly values: readonly number[];
  /** Milliseconds for all of them. */
  readonly ms: number;
  /** How late main's ticks came meanwhile. */
  readonly late: Lateness;
}

/** What is in the table of times. */
export interface Times {
  /** Where the workers are. */
  readonly mode: string;
  /** How many. */
  readonly workers: number;
  /** Milliseconds until they were there. */
  readonly startUp: number;
  /** Each kind, one task after the other. */
  readonly alone: readonly Measured[];
  /** The same kinds at once. */
  readonly together: readonly Measured[];
}

/** What is in the table of memory, in bytes. */
export interface Memory {
  /** Where the workers are. */
  readonly mode: string;
  /** Main's before there were workers. */
  readonly before: number;
  /** Main's with the workers. */
  readonly after: number;
  /** What each worker says of the process that it is in. */
  readonly own: readonly number[];
}

/** What several guests are; a mode that only its host knows is not among these. */
const SEVERAL: Readonly<Record<string, string>> = {
  direct: "tasks in turn",
  thread: "threads",
  process: "processes",
};

/** The times, each kind one after the other and at once. */
export function timesTable({ mode, workers, startUp, alone, together }: Times): ReportTable {
  const cores = navigator.hardwareConcurrency;
  const row = ({ title, ms, late }: Measured, how: string, base: Measured) => {
    const shown = (milliseconds: number) => Number.isNaN(milliseconds) ? "-" : milliseconds;
    return [title, how, ms, base.ms / ms, late.count, shown(late.median), shown(late.worst)];
  };
  return {
    title: `Times on ${cores} ${cores === 1 ? "core" : "cores"}, after ${startUp.toFixed(0)} ms of start-up`,
    columns: ["tasks", "how", "ms", "speed-up", "ticks of main", "late ms, median", "late ms, worst"],
    rows: alone.flatMap((base, index) => {
      const many = together[index];
      const sequential = row(base, "one after the other", base);
      return many === undefined
        ? [sequential]
        : [sequential, row(many, `${workers} ${SEVERAL[mode] ?? "guests"}`, base)];
    }),
  };
}

/** The resident memory. */
export function memoryTable({ mode, before, after, own }: Memory): ReportTable {
  const isShared = mode === "direct" || mode === "thread";
  const each = isShared ? after - before : own.reduce((sum, bytes) => sum + bytes, 0);
  const meaning = isShared
    ? "main's growth, a worker's share"
    : "of its own; the pages of one program that all share count in each";
  return {
    title: "Resident memory",
    columns: ["what", "MB", "which"],
    rows: [
      ["main before", before / 1e6, "of the whole process"],
      ["main with workers", after / 1e6, "of the whole process"],
      ["a worker", each / own.length / 1e6, meaning],
    ],
  };
}
