/**
 * The film of a run as plain data: who did what when, what went from task to task, how the shared things stood.
 *
 * - Its times are milliseconds from the first thing that anybody did; no time of it lies after its length.
 * - Invariant: the spans of a lane follow each other and do not overlap. Uses are in the order of their ends.
 */

import type { ThingUse } from "../../../../lib/host/program/use_recorder.ts";
import type { Span } from "../../../../lib/simulator/simulation.ts";
import { type Lane, lanesOf } from "../../../run/lanes.ts";
import { type FilmItem, itemsOf } from "./items.ts";
import { eventsOf, type FilmEvent } from "./events.ts";

/** What lanes call what a task does that waits for nothing. */
export const RUNNING = "running";

/** Names of spans in which something runs or sleeps, those of simulations beside those of tasks; in any other it waits. */
const RUNS: ReadonlySet<string> = new Set([RUNNING, "update", "publish", "release", "burning", "releasing"]);
const SLEEPS: ReadonlySet<string> = new Set(["sleep", "pace"]);

/** What is done in a span of that name. */
export function doingOf(name: string): "running" | "sleeping" | "waiting" {
  return RUNS.has(name) ? "running" : SLEEPS.has(name) ? "sleeping" : "waiting";
}

/** What a run told about itself. */
export interface Footage {
  /** The tasks, in order. */
  readonly names: readonly string[];
  /** What they did, waited for and held. */
  readonly spans: readonly Span[];
  /** What they did with shared things; none where only spans are known. */
  readonly uses?: readonly ThingUse[];
  /** Those that a deadlock ended: what they did after it is left out. */
  readonly deadlocked?: readonly string[];
}

/** A shared thing, as it begins. */
export interface FilmThing {
  readonly name: string;
  readonly kind: string;
  /** How it stands at first: statistics, or under `value` what a cell holds, or a list of that. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** A film. */
export interface Film {
  readonly lanes: readonly Lane[];
  readonly things: readonly FilmThing[];
  /** What tasks did with things, in the order of their ends. */
  readonly uses: readonly ThingUse[];
  readonly items: readonly FilmItem[];
  /** All that changes something, in order. */
  readonly events: readonly FilmEvent[];
  /** How long it is, in milliseconds. */
  readonly length: number;
}

/** Makes a film of what a run told. */
export function filmOf({ names, spans, uses = [], deadlocked = [] }: Footage): Film {
  const lanes = lanesOf(spans, { names, deadlocked });
  const first = spans.reduce((least, { started }) => Math.min(least, started), Infinity);
  const start = Number.isFinite(first) ? first : uses.reduce((least, use) => Math.min(least, use.started), Infinity);
  const own = spread(uses.filter(({ lane }) => lane !== undefined), start);
  const ends = lanes.flatMap(({ spans, holds = [] }) => [...spans, ...holds].map(({ finished }) => finished));
  const length = [...ends, ...own.map(({ finished }) => finished)].reduce((most, end) => Math.max(most, end), 0);
  const items = itemsOf(own);
  const things = thingsOf(uses);
  return { lanes, things, uses: own, items, events: eventsOf({ lanes, uses: own, items }), length };
}

/** The things that a run began with; the cells of an array are one thing. */
function thingsOf(uses: readonly ThingUse[]): readonly FilmThing[] {
  const things = new Map<string, FilmThing>();
  for (const { lane, thing, kind = "", state } of uses) {
    if (lane !== undefined) continue;
    const name = wholeName(thing);
    const before = things.get(name)?.state["value"];
    const whole = name === thing ? state : { value: [...Array.isArray(before) ? before : [], state["value"]] };
    things.set(name, { name, kind, state: whole });
  }
  return [...things.values()];
}

/** The name of the array that a cell such as `saves[2]` is part of, or of the thing itself. */
export function wholeName(thing: string): string {
  return thing.replace(/\[\d+\]$/, "");
}

/**
 * Uses by the film's clock, each with a time of its own: what a task does in one turn of a virtual clock all bears the time
 * at which the turn began, and is spread over the time up to whatever comes next.
 */
function spread(uses: readonly ThingUse[], start: number): readonly ThingUse[] {
  const ordered = uses.map((use) => ({ ...use, started: use.started - start, finished: use.finished - start }))
    .toSorted((one, other) => one.finished - other.finished);
  const lasts = new Map<string, number>();
  for (let from = 0; from < ordered.length;) {
    const at = ordered[from]?.finished ?? 0;
    let to = from;
    while (to < ordered.length && ordered[to]?.finished === at) to++;
    const room = Math.min((ordered[to]?.finished ?? Infinity) - at, TURN);
    for (let index = from; index < to; index++) {
      const use = ordered[index];
      if (use === undefined) continue;
      const finished = to - from === 1 ? at : at + (index - from + 1) / (to - from + 1) * room;
      const lane = use.lane ?? "";
      const began = use.started === use.finished ? finished : Math.max(use.started, lasts.get(lane) ?? 0);
      lasts.set(lane, finished);
      ordered[index] = { ...use, started: Math.max(0, Math.min(began, finished)), finished };
    }
    from = to;
  }
  return ordered;
}

/** How long a turn of a virtual clock takes in the picture, in milliseconds. */
const TURN = 0.001;
