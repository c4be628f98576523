/**
 * Schedules as short texts, such as `hf1:o3b.17a-k3f9x7`.
 *
 * - A schedule lists where a run departs from the default (see `scheduler.ts`): `3b` is "at step 3, task b", tasks being
 *   lettered in their order; `3b2` also makes choice 2. `o` or `w` before them is the granularity, with what
 *   the tasks look at (`looks.ts`), and a `t` where times come in order. A `*` behind them says that
 *   from there on the tasks take turns.
 * - The end holds four characters for what the tasks then do, step by step, so that a program that has changed is found
 *   out, and two over the text, so that a slip of the hand is.
 *
 * @module
 */

import type { Granularity } from "./execution.ts";
import { formatLooks, type Looks, NO_LOOKS, parseLooks } from "./looks.ts";
import type { Clock } from "./program_model.ts";
import { fingerprint as mix } from "./whole_text.ts";

/** A step at which a run departs from the default. */
export interface Departure {
  /** The step, from 0. */
  readonly step: number;
  /** The task that goes on. */
  readonly task: number;
  /** What it chooses, where it chooses. */
  readonly choice: number;
}

/** A schedule. */
export interface Schedule {
  /** Where tasks may switch. */
  readonly granularity: Granularity;
  /** What the tasks are known to look at; nothing by default. */
  readonly looks?: Looks | undefined;
  /** In which order times come; `free` by default. */
  readonly clock?: Clock | undefined;
  /** Where it departs from the default, in ascending order. */
  readonly departures: readonly Departure[];
  /** Whether the tasks take turns after the last departure; false by default. */
  readonly inTurns?: boolean | undefined;
  /** What the tasks do, in 32 bits, of which the text keeps some. */
  readonly fingerprint: number;
}

const FORM = /^hf1:([ow])(c?s?)(t)?((?:\d+[a-z]+\d*)(?:\.\d+[a-z]+\d*)*)?(\*)?-([0-9a-z]{4})([0-9a-z]{2})$/;
const PRINT_DIGITS = 4;
const CHECK_DIGITS = 2;

/** A schedule as text. */
export function formatSchedule(
  { granularity, looks = NO_LOOKS, clock, departures, inTurns = false, fingerprint }: Schedule,
): string {
  const steps = departures.map(({ step, task, choice }) => `${step}${lettersOf(task)}${choice === 0 ? "" : choice}`);
  const head = `${granularity === "word" ? "w" : "o"}${formatLooks(looks)}${clock === "ordered" ? "t" : ""}`;
  const text = `hf1:${head}${steps.join(".")}${inTurns ? "*" : ""}-${digits(fingerprint, PRINT_DIGITS)}`;
  return text + digits(mix(0, text), CHECK_DIGITS);
}

/**
 * The schedule that a text says; its fingerprint as text.
 *
 * @throws {RangeError} where it says none.
 */
export function parseSchedule(text: string): Omit<Schedule, "fingerprint"> & { readonly print: string } {
  const form = FORM.exec(text.trim());
  if (form === null) {
    throw new RangeError(`Cannot replay ${text}: it is no schedule, one such as hf1:o3b.17a-k3f9x7 is wanted`);
  }
  const [whole, letter, looks = "", ordered, steps = "", turns, print = "", check = ""] = form;
  if (digits(mix(0, whole.slice(0, -CHECK_DIGITS)), CHECK_DIGITS) !== check) {
    throw new RangeError(
      `Cannot replay ${text}: its last two characters do not fit the rest, the text as printed is wanted`,
    );
  }
  const departures = steps === "" ? [] : steps.split(".").map((part): Departure => {
    const [, step = "", letters = "", choice = "0"] = /^(\d+)([a-z]+)(\d+)?$/.exec(part) ?? [];
    return { step: Number(step), task: numberOf(letters), choice: Number(choice) };
  });
  if (departures.some(({ step }, index) => index > 0 && step <= (departures[index - 1]?.step ?? 0))) {
    throw new RangeError(`Cannot replay ${text}: its steps are out of order, ascending ones are wanted`);
  }
  const granularity = letter === "w" ? "word" : "operation";
  const clock = ordered === undefined ? "free" : "ordered";
  return { granularity, looks: parseLooks(looks), clock, departures, inTurns: turns !== undefined, print };
}

/** The part of a fingerprint that the text keeps. */
export function printOf(fingerprint: number): string {
  return digits(fingerprint, PRINT_DIGITS);
}

/** The letters of a task: a to z, then aa. */
export function lettersOf(task: number): string {
  const last = String.fromCharCode("a".charCodeAt(0) + task % 26);
  return task < 26 ? last : lettersOf(Math.floor(task / 26) - 1) + last;
}

function numberOf(letters: string): number {
  return [...letters].reduce((number, letter) => 26 * number + letter.charCodeAt(0) - "a".charCodeAt(0) + 1, 0) - 1;
}

function digits(value: number, count: number): string {
  return (value % 36 ** count).toString(36).padStart(count, "0");
}
