/**
 * Schedules as short texts, such as `hf2:a@1.count.store/b.2:k3f9x7`: at step 1, task `a`, whose next operation is
 * `count.store`, is preempted by `b`, which continues for 2 steps.
 *
 * - A schedule is a comma-separated list of departures from the default (see `scheduler.ts`). Without a preemption,
 *   `@4/b.2` names the task that continues. `b=3.2` says that it chooses 3, `b=later.1` that it reads the clock late,
 *   `b=dies.1` that it dies, and `b=fails.1` that a fault occurs. `straight` is a run without departures.
 * - The list begins, if applicable, with `word` (the granularity), `ordered` (deadlines expire in order), `now` and
 *   `waiters` (what tasks look at, see `looks.ts`) and `timers` (a scenario's timers fire in any order). It ends with
 *   `turns` if the tasks then take turns, or with `turns.b.a=2` if they then repeat these actions, as far as possible.
 * - The text ends with four characters that identify what the tasks do, step by step, so that a changed program is
 *   detected, and two that are a checksum of the text, so that a typing error is.
 * - The text needs no quotes in a shell. Only the letters, digits and underscores of a task's name are kept.
 */

import type { Layout, Operation } from "../memory/mod.ts";
import type { Granularity } from "./execution.ts";
import { type Looks, NO_LOOKS } from "./looks.ts";
import type { Clock } from "./program_model.ts";
import { DEATH, faultChoice, FAULTS, LATER } from "./scheduler.ts";
import { fingerprint as mix } from "./whole_text.ts";

/** A step at which a run departs from the default. */
export interface Departure {
  /** The step, from 0. */
  readonly step: number;
  /** The task that continues. */
  readonly task: number;
  /** Its choice, or 0. */
  readonly choice: number;
}

/** The parts of a schedule's text that describe a departure to people. */
export interface DepartureText {
  /** The preempted task; undefined if there is none. */
  readonly preempted: number | undefined;
  /** The next operation of that task, such as `count.store`. */
  readonly before: string;
  /** The number of steps that the continuing task performs. */
  readonly steps: number;
}
/** An action of a task. */
export type Turn = Omit<Departure, "step">;

/** Whether tasks take turns: in order, or as a list says, repeatedly. */
export type Turns = boolean | readonly Turn[];

/** A schedule. */
export interface Schedule {
  /** Where tasks may switch. */
  readonly granularity: Granularity;
  /** What the tasks are known to look at; nothing by default. */
  readonly looks?: Looks | undefined;
  /** The order in which deadlines expire; `free` by default. */
  readonly clock?: Clock | undefined;
  /** For a scenario, whether its timers fire in any order; false by default. */
  readonly timersFree?: boolean | undefined;
  /** Its departures from the default, in ascending order of steps. */
  readonly departures: readonly Departure[];
  /** Whether the tasks take turns after the last departure; false by default. */
  readonly inTurns?: Turns | undefined;
  /** A 32-bit hash of what the tasks do, of which the text keeps a part. */
  readonly fingerprint: number;
}

const VERSION = "hf2";
/** An example of a schedule. */
export const SCHEDULE = "hf2:a@1.count.store/b.2:k3f9x7";
const STRAIGHT = "straight";
const TURNS = "turns";
const WORDS: readonly string[] = ["word", "ordered", "now", "waiters", "timers", STRAIGHT, TURNS];
const FORM = /^hf2:([\w@.,/=-]+):([0-9a-z]{4})([0-9a-z]{2})$/;
const DEPARTURE =
  /^[\w-]*@(\d{1,9})(?:\.[\w.-]*)?\/([\w-]+)(?:=(\d{1,9}|dies|later|fails|aborts|late|jumps|ends))?\.\d+$/;
const ORDER = /^turns(?:\.[\w-]+(?:=(?:\d{1,9}|later))?)+$/;
const PRINT_DIGITS = 4;
const CHECK_DIGITS = 2;

/** Formats a schedule, given the names of the tasks and the description of each departure. */
export function formatSchedule(
  { granularity, looks = NO_LOOKS, clock, timersFree = false, departures, inTurns = false, fingerprint }: Schedule,
  { names, told }: { readonly names: readonly string[]; readonly told: readonly DepartureText[] },
): string {
  const labels = labelsOf(names);
  const turnText = ({ task, choice }: Turn) => `${labels[task]}${choiceText(choice)}`;
  const parts = [
    ...granularity === "word" ? ["word"] : [],
    ...clock === "ordered" ? ["ordered"] : [],
    ...timersFree ? ["timers"] : [],
    ...looks.clock ? ["now"] : [],
    ...looks.waits ? ["waiters"] : [],
    ...departures.map(({ step, task, choice }, index) => {
      const { preempted, before, steps } = told[index] ?? { preempted: undefined, before: "", steps: 1 };
      const from = preempted === undefined ? `@${step}` : `${labels[preempted]}@${step}.${plain(before)}`;
      return `${from}/${labels[task]}${choiceText(choice)}.${steps}`;
    }),
    ...inTurns ? [[TURNS, ...(inTurns === true ? [] : inTurns).map(turnText)].join(".")] : [],
  ];
  const text = `${VERSION}:${parts.join() || STRAIGHT}:${digits(fingerprint, PRINT_DIGITS)}`;
  return text + digits(mix(0, text), CHECK_DIGITS);
}

/**
 * Parses a schedule, given the names of the tasks; returns its fingerprint as text.
 *
 * @throws {RangeError} if the text is not a schedule.
 */
export function parseSchedule(
  text: string,
  names: readonly string[],
): Omit<Schedule, "fingerprint"> & { readonly print: string } {
  const refuse = (is: string, wanted: string): never => {
    throw new RangeError(`Cannot replay ${text}: ${is}, ${wanted} is wanted`);
  };
  const [whole = "", body = "", print = "", check = ""] = FORM.exec(text.trim()) ?? [];
  if (whole === "") {
    const [version = VERSION] = /^hf\d+(?=:)/.exec(text.trim()) ?? [];
    if (version !== VERSION) {
      refuse(`it is of version ${version}`, `one of ${VERSION}, as exploring the program again prints it,`);
    }
    refuse("it is no schedule", `one such as ${SCHEDULE}`);
  }
  if (digits(mix(0, whole.slice(0, -CHECK_DIGITS)), CHECK_DIGITS) !== check) {
    refuse("its last two characters do not fit the rest", "the text as printed");
  }
  const labels = labelsOf(names);
  const words = new Set<string>();
  const departures: Departure[] = [];
  const order: Turn[] = [];
  const taskOf = (label: string) => {
    const task = labels.indexOf(label);
    return task >= 0
      ? task
      : refuse(`it names task ${label}, and there are ${labels.join(", ")}`, "a schedule of this program");
  };
  for (const part of body.split(",")) {
    const [departure, step = "", label = "", choice = "0"] = DEPARTURE.exec(part) ?? [];
    if (departure !== undefined) {
      departures.push({ step: Number(step), task: taskOf(label), choice: choiceOf(choice) });
    } else if (ORDER.test(part)) {
      for (const turn of part.slice(TURNS.length + 1).split(".")) {
        const [label = "", choice = "0"] = turn.split("=");
        order.push({ task: taskOf(label), choice: choiceOf(choice) });
      }
    } else if (WORDS.includes(part)) words.add(part);
    else refuse("it is no schedule", `one such as ${SCHEDULE}`);
  }
  if (departures.some(({ step }, index) => index > 0 && step <= (departures[index - 1]?.step ?? 0))) {
    refuse("its steps are out of order", "ascending ones");
  }
  return {
    granularity: words.has("word") ? "word" : "operation",
    looks: { clock: words.has("now"), waits: words.has("waiters") },
    clock: words.has("ordered") ? "ordered" : "free",
    timersFree: words.has("timers"),
    departures,
    inTurns: order.length > 0 ? order : words.has(TURNS),
    print,
  };
}

/** The choices with names. */
const CHOICES: ReadonlyMap<number, string> = new Map([
  [DEATH, "dies"],
  [LATER, "later"],
  ...FAULTS.map((name, place) => [faultChoice(place + 1), name] as const),
]);

function choiceText(choice: number): string {
  return choice === 0 ? "" : `=${CHOICES.get(choice) ?? choice}`;
}

function choiceOf(text: string): number {
  return [...CHOICES].find(([, name]) => name === text)?.[0] ?? Number(text);
}

/** The part of a fingerprint that the text keeps. */
export function printOf(fingerprint: number): string {
  return digits(fingerprint, PRINT_DIGITS);
}

/** The next operation of a task, as schedules name it. */
export function beforeText(operation: Operation | undefined, layout: Layout): string {
  if (operation === undefined) return "end";
  if (operation.kind === "call") return `${operation.object}.${operation.method}`;
  return "word" in operation ? `${layout.nameOf(operation.word)}.${operation.kind}` : operation.kind;
}

/** The names of tasks as used in schedules, all distinct. */
function labelsOf(names: readonly string[]): readonly string[] {
  const labels: string[] = [];
  for (const [task, name] of names.entries()) {
    let label = plain(name).replaceAll(".", "-") || "task";
    while (labels.includes(label)) label += `-${task}`;
    labels.push(label);
  }
  return labels;
}

/** Replaces the characters of a text that need quotes. */
function plain(text: string): string {
  return text.replaceAll(/[^\w.]+/g, "-").replaceAll(/^-+|-+$/g, "");
}

function digits(value: number, count: number): string {
  return (value % 36 ** count).toString(36).padStart(count, "0");
}
