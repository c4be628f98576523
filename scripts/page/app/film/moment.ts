/**
 * A moment of a film: what each task does, what each shared thing holds, and where each item is.
 *
 * - A moment is never changed: an event makes another one, which shares with it what stays.
 */

import { doingOf, type Film, wholeName } from "./film.ts";
import type { FilmEvent } from "./events.ts";
import type { FilmItem } from "./items.ts";
import { Replay } from "./replay.ts";

/** What a task does. */
export type Doing = "not begun" | "running" | "sleeping" | "waiting" | "ended";

/** A task at a moment. */
export interface TaskMoment {
  readonly name: string;
  readonly doing: Doing;
  /** The thing that it waits for; empty where it waits for none. */
  readonly thing: string;
  /** The call that it waits in, such as `guard.acquire`; empty where it waits in none. */
  readonly call: string;
  /** Since when. */
  readonly since: number;
  /** What it holds, in the order in which it took it. */
  readonly holds: readonly string[];
  /** What it took last, while it has not passed it on. */
  readonly hand: readonly FilmItem[];
  /** What it did last, such as `count.add(1)`. */
  readonly last: string;
}

/** A shared thing at a moment. */
export interface ThingMoment {
  readonly name: string;
  readonly kind: string;
  readonly state: Readonly<Record<string, unknown>>;
  /** What is in it, in order. */
  readonly items: readonly FilmItem[];
  /** What is offered and not in it, because there is no room or nobody has come to take it, in order. */
  readonly door: readonly FilmItem[];
  /** The tasks that hold it. */
  readonly holders: readonly string[];
  /** The tasks that wait for it, who came first standing first. */
  readonly waiters: readonly string[];
}

/** A moment. */
export interface Moment {
  readonly tasks: readonly TaskMoment[];
  readonly things: readonly ThingMoment[];
}

/** The moments of a film. */
export function momentsOf(film: Film, options: { readonly every?: number } = {}): Replay<Moment, FilmEvent> {
  return new Replay(film.events, { ...options, first: firstMoment(film), apply: afterEvent });
}

/** The moment before anything has happened. */
export function firstMoment({ lanes, things }: Film): Moment {
  return {
    tasks: lanes.map(({ lane: name }) => {
      return { name, doing: "not begun", thing: "", call: "", since: 0, holds: [], hand: [], last: "" };
    }),
    things: things.map(({ name, kind, state }) => ({
      name,
      kind,
      state,
      items: [],
      door: [],
      holders: [],
      waiters: [],
    })),
  };
}

/** The moment after an event. */
export function afterEvent(moment: Moment, event: FilmEvent): Moment {
  switch (event.kind) {
    case "turn":
      return turned(moment, event);
    case "takes":
    case "gives":
      return held(moment, event);
    case "use":
      return used(moment, event.use);
    case "offered": {
      const { item } = event;
      const given = withTask(moment, item.from, (task) => ({ ...task, hand: without(task.hand, item) }));
      return withThing(given, item.thing, (thing) => ({ ...thing, door: [...thing.door, item] }));
    }
    case "entered":
      return withThing(moment, event.item.thing, (thing) => entered(thing, [event.item]));
    case "left":
      return left(moment, event.item);
  }
}

function turned(moment: Moment, { at, lane, span }: FilmEvent & { readonly kind: "turn" }): Moment {
  const task = moment.tasks[lane];
  if (task === undefined) return moment;
  const name = span?.name ?? "";
  const dot = name.lastIndexOf(".");
  const doing: Doing = span === undefined ? "ended" : doingOf(name);
  const isCall = doing === "waiting";
  const thing = isCall && dot > 0 ? name.slice(0, dot) : "";
  const tasks = moment.tasks.with(lane, { ...task, doing, thing, call: isCall ? name : "", since: at });
  const next = { ...moment, tasks };
  if (thing === task.thing) return next;
  const gone = withThing(next, task.thing, ({ waiters, ...rest }) => {
    return { ...rest, waiters: waiters.filter((waiter) => waiter !== task.name) };
  });
  return withThing(gone, thing, ({ waiters, ...rest }) => ({ ...rest, waiters: [...waiters, task.name] }));
}

function held(moment: Moment, { kind, lane, thing }: FilmEvent & { readonly kind: "takes" | "gives" }): Moment {
  const task = moment.tasks[lane];
  if (task === undefined) return moment;
  const change = (list: readonly string[], one: string) =>
    kind === "takes" ? [...list, one] : list.filter((other) => other !== one);
  const tasks = moment.tasks.with(lane, { ...task, holds: change(task.holds, thing) });
  return withThing({ ...moment, tasks }, thing, (before) => {
    return { ...before, holders: change(before.holders, task.name) };
  });
}

function used(moment: Moment, { lane = "", thing, method, given, got, failed, state }: FilmUse): Moment {
  const taken = got.length === 0 || PLAIN.has(got.join()) ? "" : `: ${got.join(", ")}`;
  const last = `${thing}.${method}(${given.join(", ")})${failed ? " fails" : taken}`;
  const told = withTask(moment, lane, (task) => ({ ...task, last }));
  return withThing(told, wholeName(thing), (before) => {
    const place = /\[(\d+)\]$/.exec(thing)?.[1];
    const values = before.state["value"];
    if (place !== undefined && Array.isArray(values)) {
      return { ...before, state: { value: values.with(Number(place), state["value"]) } };
    }
    const next = { ...before, state: { ...before.state, ...state } };
    // Whoever made room lets in who waits to put, and who hears of it later.
    const more = Number(state["size"] ?? 0) - before.items.length;
    return more > 0 ? entered(next, before.door.slice(0, more)) : next;
  });
}

type FilmUse = (FilmEvent & { readonly kind: "use" })["use"];

/** What a call gives that says no more than that it is done. */
const PLAIN: ReadonlySet<string> = new Set(["true", "undefined", "null"]);

function left(moment: Moment, item: FilmItem): Moment {
  const out = withThing(moment, item.thing, ({ items, door, ...thing }) => {
    return { ...thing, items: without(items, item), door: without(door, item) };
  });
  if (item.taker === undefined) return out;
  // A hand holds what was taken last.
  return withTask(out, item.taker, (task) => ({ ...task, hand: [item] }));
}

/** A thing that items go into which stand at its door. */
function entered(thing: ThingMoment, coming: readonly FilmItem[]): ThingMoment {
  const inside = coming.filter((item) => thing.door.includes(item));
  return { ...thing, items: [...thing.items, ...inside], door: thing.door.filter((item) => !inside.includes(item)) };
}

function without(items: readonly FilmItem[], { id }: FilmItem): readonly FilmItem[] {
  return items.filter((item) => item.id !== id);
}

function withTask(moment: Moment, name: string, change: (task: TaskMoment) => TaskMoment): Moment {
  const place = moment.tasks.findIndex((task) => task.name === name);
  const task = moment.tasks[place];
  return task === undefined ? moment : { ...moment, tasks: moment.tasks.with(place, change(task)) };
}

function withThing(moment: Moment, name: string, change: (thing: ThingMoment) => ThingMoment): Moment {
  const place = moment.things.findIndex((thing) => thing.name === name);
  const thing = moment.things[place];
  return thing === undefined ? moment : { ...moment, things: moment.things.with(place, change(thing)) };
}

/** Whom a task waits for: those who hold the thing that it wants, but not itself. */
export function waitsFor({ things }: Moment, { name, thing }: TaskMoment): readonly string[] {
  const found = things.find((other) => other.name === thing);
  return found?.holders.filter((holder) => holder !== name) ?? [];
}
