/**
 * Loops that only wait: they repeat the same loads with the same answers, with or without pauses, and do nothing else.
 *
 * - A round of such a loop changes nothing, in the memory or in its task. So a run has the same result without that
 *   round: a task that has completed a round need not repeat it until it would read something else. It is held back
 *   while all its reads would have the same answers. If a value comes and goes, the task may continue in between.
 * - A loop is recognized if it has repeated once and would keep repeating for as many operations as a run may have,
 *   which is tried. The task's own counters are invisible, so it is assumed that nothing depends on them.
 * - A polling wait (`until`) declares itself, and nothing is assumed.
 * - A loop that reads the clock for anything but a pause is not recognized, because the clock advances by itself.
 */

import type { Answer, LoadOperation, Operation } from "../memory/mod.ts";
import { changesCell } from "./accesses.ts";
import { wholeText } from "./whole_text.ts";

/** An operation that was performed, and its answer. */
export interface Performed {
  /** The operation. */
  readonly operation: Operation;
  /** Its answer. */
  readonly answer: unknown;
}

/** A waiting loop. */
export interface WaitingLoop {
  /** Its loads, and the values with which it repeats. */
  readonly reads: readonly { readonly load: LoadOperation; readonly value: unknown }[];
  /** A round of it, if it was recognized; undefined if the program declares that it waits. */
  readonly round?: readonly Performed[];
  /** The operations of a round, as text, if there is one. */
  readonly asks?: string;
  /**
   * Whether it repeats for ten times as long as a run may last, from where it was found; undefined if not yet tried.
   */
  isEndless?: boolean;
}

/** A place in the steps of a task. */
export interface Place {
  /** The operation requested there. */
  readonly operation: Operation | undefined;
  /** The previous place, from which `answer` led here. */
  readonly parent: Place | undefined;
  /** See `parent`. */
  readonly answer: unknown;
  /** The period of an apparent loop that was found to end, and for how many operations it lasts. */
  ending: { readonly period: number; readonly operations: number } | undefined;
  /** The loop found there. */
  readonly loop: WaitingLoop | null | undefined;
}

/** The longest round to recognize, in operations. */
const MOST_TURNS = 32;
/** How far back a loop that was tried counts as the same; trying one repeats all that the task has done. */
const RECENT = 200;

/**
 * The waiting loop of which a round begins at a place, if any. `lasting` tries for how many more operations, up to
 * `most`, rounds follow.
 */
export function waitingLoop(
  place: Place,
  { most, lasting }: { readonly most: number; readonly lasting: (round: readonly Performed[], most: number) => number },
): WaitingLoop | undefined {
  const { operation } = place;
  if (operation?.kind === "wait" && operation.polls) {
    const { word, expected } = operation;
    return { reads: [{ load: loadOf({ cell: "i32", word }), value: expected | 0 }] };
  }
  // In reverse order.
  const turns: Performed[] = [];
  const places: Place[] = [];
  for (let at = place; at.parent?.operation !== undefined && turns.length < 2 * MOST_TURNS; at = at.parent) {
    const turn = { operation: at.parent.operation, answer: at.answer };
    if (!changesNothing(turn)) break;
    turns.push(turn);
    places.push(at.parent);
  }
  for (let period = 1; 2 * period <= turns.length; period++) {
    if (!isSamePerformed(turns[period - 1]?.operation, operation)) continue;
    const round = turns.slice(0, period);
    if (!round.every((turn, index) => isRepeated(turn, turns[period + index]))) continue;
    round.reverse();
    const known = recentLoop(place, round);
    if (known !== undefined) return known;
    // If an earlier round was found to end, so does this one.
    const before = places[period - 1]?.ending;
    const operations = before?.period === period ? before.operations - period : lasting(round, most);
    if (operations >= most) return { reads: round.flatMap(readOf), round, asks: textOf(round) };
    place.ending = { period, operations };
    return undefined;
  }
  return undefined;
}

function recentLoop(place: Place, round: readonly Performed[]): WaitingLoop | undefined {
  let at = place.parent;
  for (let back = 0; at !== undefined && back < RECENT; back++) {
    const { loop } = at;
    const isKnown = loop?.round?.length === round.length &&
      loop.round.every((turn, index) => isRepeated(turn, round[index]));
    if (isKnown) return loop;
    at = at.parent;
  }
  return undefined;
}

/** The earlier place at which the loop of a place was found: the same for all places that share the loop. */
export function firstOf<P extends { readonly loop: unknown; readonly parent: P | undefined }>(place: P): P {
  let first = place;
  let back = 0;
  for (let at = place.parent; at !== undefined && back < RECENT; at = at.parent) {
    back = at.loop === place.loop ? 0 : back + 1;
    if (back === 0) first = at;
  }
  return first;
}

function textOf(round: readonly Performed[]): string {
  return round.map(({ operation }) => "word" in operation ? wholeText(operation) : operation.kind).join();
}

/** Whether two operations are the same, apart from times. */
export function isSamePerformed(one: Operation | undefined, other: Operation | undefined): boolean {
  if (one === undefined || other === undefined || one.kind !== other.kind) return false;
  if (one.kind === "sleep" || one.kind === "now") return true;
  if (one.kind === "load" && other.kind === "load") {
    return one.word === other.word && one.cell === other.cell && one.order === other.order;
  }
  return wholeText(one) === wholeText(other);
}

/** The load of an operation, with its value, if it has one. */
export function readOf({ operation, answer }: Performed): WaitingLoop["reads"] {
  return "order" in operation ? [{ load: loadOf(operation), value: answer }] : [];
}

function loadOf({ cell, word }: Pick<LoadOperation, "cell" | "word">): LoadOperation {
  return { kind: "load", cell, word, order: "atomic" };
}

function isRepeated(one: Performed, other: Performed | undefined): boolean {
  if (!isSamePerformed(one.operation, other?.operation)) return false;
  return !("order" in one.operation) || Object.is(one.answer, other?.answer);
}

function changesNothing({ operation, answer }: Performed): boolean {
  switch (operation.kind) {
    case "call":
      return true;
    case "now":
      return operation.starts === true;
    case "sleep":
      return answer === undefined;
    case "exchange":
      return Object.is(answer, operation.cell === "i32" ? operation.value | 0 : operation.value);
    case "load":
    case "compareExchange":
      return isValue(answer) && !changesCell(operation, answer);
    default:
      return false;
  }
}

function isValue(answer: unknown): answer is Answer {
  return typeof answer === "number" || typeof answer === "bigint";
}
