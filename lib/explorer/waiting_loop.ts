/**
 * Loops that only wait: the same loads with the same answers again, with or without pauses, and nothing else between.
 *
 * - A round of such a loop changes nothing, neither in the memory nor in its task. So whatever comes out of a run comes out of
 *   the same run without that round, too: a task that has gone round need not do so again before it would read something else.
 *   It is held back where all its reads would be answered as before. Where a value comes and goes it may go on between.
 * - Recognized is what has gone round twice and would go on so for as many operations as a run may have: that is tried out.
 *   What its task counts meanwhile nobody sees, so it is taken for granted that nothing depends on it.
 * - A wait that polls (`until`) says so itself, and nothing is taken for granted.
 * - Not recognized is a loop that reads the clock for anything but a pause: the clock goes on by itself.
 */

import type { Answer, LoadOperation, Operation } from "../memory/mod.ts";
import { changesCell } from "./accesses.ts";
import { wholeText } from "./whole_text.ts";

/** An operation that was performed, with its answer. */
export interface Performed {
  /** What was asked for. */
  readonly operation: Operation;
  /** What came back. */
  readonly answer: unknown;
}

/** A loop that waits. */
export interface WaitingLoop {
  /** What it reads, and the values with which it goes round again. */
  readonly reads: readonly { readonly load: LoadOperation; readonly value: unknown }[];
  /** A round of it, where it was recognized; undefined where the program says that it waits. */
  readonly round?: readonly Performed[];
  /** What a round asks for, as text, where there is one. */
  readonly asks?: string;
  /** Whether it goes round for ten times as long as a run may last, from where it was found; undefined where nobody has tried. */
  isEndless?: boolean;
}

/** A place in what a task does. */
export interface Place {
  /** What is asked for there. */
  readonly operation: Operation | undefined;
  /** The place before, which `answer` led here from. */
  readonly parent: Place | undefined;
  /** See `parent`. */
  readonly answer: unknown;
  /** The period of what looks like a loop there, and how many operations it lasts, where it was found to end. */
  ending: { readonly period: number; readonly operations: number } | undefined;
  /** The loop that was found there. */
  readonly loop: WaitingLoop | null | undefined;
}

/** The longest round that is recognized, in operations. */
const MOST_TURNS = 32;
/** So far back a loop that was tried out counts for the same one: trying out repeats all that the task has done. */
const RECENT = 200;

/**
 * The loop that a place is the beginning of a round of, if it is one of a loop that only waits. `lasting` tries out for how
 * many more operations, up to `most`, rounds follow.
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
  // The last one first.
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
    // Where a round before was found to end, so does this one.
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

/** The place on the way to another at which its loop was found: the same for all places that share the loop. */
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

/** Whether a task asks for the same, whatever time it is. */
export function isSamePerformed(one: Operation | undefined, other: Operation | undefined): boolean {
  if (one === undefined || other === undefined || one.kind !== other.kind) return false;
  if (one.kind === "sleep" || one.kind === "now") return true;
  if (one.kind === "load" && other.kind === "load") {
    return one.word === other.word && one.cell === other.cell && one.order === other.order;
  }
  return wholeText(one) === wholeText(other);
}

/** What a turn reads. */
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
