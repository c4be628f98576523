/**
 * Schedules as short texts, such as `hf2:a@1.count.store/b.2:k3f9x7`: at step 1 task `a`, which stands before `count.store`, is
 * preempted by `b`, which goes on for 2 steps.
 *
 * - A schedule lists, with commas between, where a run departs from the default (see `scheduler.ts`). Where nobody is preempted,
 *   `@4/b.2` says who goes on, and `b=3.2` that it chooses 3, `b=later.1` that it looks at the clock later, `b=dies.1` that it dies,
 *   `b=fails.1` that a fault befalls it. `straight` is a run without departures.
 * - Before them stand, where it applies, `word` (the granularity), `ordered` (times come in order), `now` and `waiters` (what
 *   tasks look at, see `looks.ts`) and `timers` (those of a scenario come in any order); behind them `turns`, where from there on the tasks take turns, or `turns.b.a=2`, where these
 *   actions come over and over, as far as their tasks can go on.
 * - The end holds four characters for what the tasks then do, step by step, so that a program that has changed is found
 *   out, and two over the text, so that a slip of the hand is.
 * - The text needs no quotes in a shell. Of a task's name the letters, digits and underscores are kept.
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
  /** The task that goes on. */
  readonly task: number;
  /** What it chooses, where it chooses. */
  readonly choice: number;
}

/** What a schedule tells people of a departure. */
export interface DepartureText {
  /** The task that is preempted there; undefined where none is. */
  readonly preempted: number | undefined;
  /** What that task stands before, such as `count.store`. */
  readonly before: string;
  /** How many steps the task that goes on performs. */
  readonly steps: number;
}
/** An action of a task. */
export type Turn = Omit<Departure, "step">;

/** Whether tasks take turns: one after the other, or as a list says, over and over. */
export type Turns = boolean | readonly Turn[];

/** A schedule. */
export interface Schedule {
  /** Where tasks may switch. */
  readonly granularity: Granularity;
  /** What the tasks are known to look at; nothing by default. */
  readonly looks?: Looks | undefined;
  /** In which order times come; `free` by default. */
  readonly clock?: Clock | undefined;
  /** Of a scenario, whether its timers come in any order; false by default. */
  readonly timersFree?: boolean | undefined;
  /** Where it departs from the default, in ascending order. */
  readonly departures: readonly Departure[];
  /** Whether the tasks take turns after the last departure; false by default. */
  readonly inTurns?: Turns | undefined;
  /** What the tasks do, in 32 bits, of which the text keeps some. */
  readonly fingerprint: number;
}

const VERSION = "hf2";
/** A schedule as an example. */
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

/** A schedule as text, given the names of the tasks and what is told of each departure. */
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
 * The schedule that a text says, given the names of the tasks; its fingerprint as text.
 *
 * @throws {RangeError} where it says none.
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

/** The choices that have names. */
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

/** What a task stands before, as schedules tell it. */
export function beforeText(operation: Operation | undefined, layout: Layout): string {
  if (operation === undefined) return "end";
  if (operation.kind === "call") return `${operation.object}.${operation.method}`;
  return "word" in operation ? `${layout.nameOf(operation.word)}.${operation.kind}` : operation.kind;
}

/** The names of tasks as schedules hold them: each of its own. */
function labelsOf(names: readonly string[]): readonly string[] {
  const labels: string[] = [];
  for (const [task, name] of names.entries()) {
    let label = plain(name).replaceAll(".", "-") || "task";
    while (labels.includes(label)) label += `-${task}`;
    labels.push(label);
  }
  return labels;
}

/** What of a text needs no quotes. */
function plain(text: string): string {
  return text.replaceAll(/[^\w.]+/g, "-").replaceAll(/^-+|-+$/g, "");
}

function digits(value: number, count: number): string {
  return (value % 36 ** count).toString(36).padStart(count, "0");
}
