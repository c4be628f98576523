/**
 * The tables of `multitasking`: the times of the tasks, the lateness of main's ticks, and the memory.
 */

import type { ReportTable } from "../host/mod.ts";
import type { Lateness } from "./ticks.ts";

/** The measurements of one kind of tasks. */
export interface Measured {
  /** The kind of the tasks. */
  readonly title: string;
  /** The result of each task. */
  readonly values: readonly number[];
  /** The time for all of them, in milliseconds. */
  readonly ms: number;
  /** How late main's ticks were meanwhile. */
  readonly late: Lateness;
}

/** What a mode calls several guests; a mode that only its host knows is missing here. */
const SEVERAL: Readonly<Record<string, string>> = {
  direct: "tasks in turn",
  thread: "threads",
  process: "processes",
};

/** The times of each kind, one after the other and at once; the startup of the workers is in milliseconds. */
export function timesTable({ mode, workers, startUp, alone, together }: {
  readonly mode: string;
  readonly workers: number;
  readonly startUp: number;
  readonly alone: readonly Measured[];
  readonly together: readonly Measured[];
}): ReportTable {
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

/** The resident memory in bytes, where known: main's before and with the workers, and what each worker reports. */
export function memoryTable({ mode, before, after, own }: {
  readonly mode: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly own: readonly (number | undefined)[];
}): ReportTable {
  const isShared = mode === "direct" || mode === "thread";
  const each = isShared ? (after ?? NaN) - (before ?? NaN) : own.reduce((sum: number, bytes = NaN) => sum + bytes, 0);
  const megabytes = (bytes = NaN) => Number.isNaN(bytes) ? "unknown" : bytes / 1e6;
  const meaning = isShared
    ? "main's growth, a worker's share"
    : "of its own; the pages of one program that all share count in each";
  return {
    title: "Resident memory",
    columns: ["what", "MB", "which"],
    rows: [
      ["main before", megabytes(before), "of the whole process"],
      ["main with workers", megabytes(after), "of the whole process"],
      ["a worker", megabytes(each / own.length), meaning],
    ],
  };
}
