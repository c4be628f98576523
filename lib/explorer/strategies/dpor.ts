/**
 * Dynamic partial-order reduction: runs one of all interleavings that differ only in the order of independent actions.
 *
 * The algorithm of Flanagan and Godefroid (POPL 2005) with sleep and source sets, based on the real accesses of
 * actions:
 *
 * - An action is an event. It happens after the earlier events that conflict with it, those of its task, and the one
 *   that woke its task: `clock[t]` is the last event of task t (its step plus 1) that happens before.
 * - A race is an event and an earlier one that conflicts with it, and that did not happen before what the later one's
 *   task had done until then. A task that can begin the other order is then to be tried before the earlier event. With
 *   sleep sets, it is not enough to try the task of the later event, as that paper does; the right candidates are from
 *   Abdulla, Aronis, Jonsson and Sagonas (POPL 2014).
 * - It is not a race if the earlier event is what allowed the task to continue: an unlock and the lock that it makes
 *   possible are never both possible.
 * - A task that waits forever before a call never performs it; at the end of a run it counts as a coming event.
 * - If a task that waits with a deadline is woken, its deadline does not expire; that expiry is tried before the waking
 *   event.
 * - An action that was tried sleeps in whatever is tried after it, until an event conflicts with it. Invariant: a
 *   sleeping action leads only to interleavings that were run already. A run in which all actions sleep is cut.
 *
 * The remaining runs are plain data, {@linkcode Branches}: another search can continue from there. With a floor, they
 * may be part of a larger search. The part then reports what it wants tried above the floor ({@linkcode Wish}), and the
 * actions asleep there determine what it runs.
 *
 * So every class is run to its end exactly once. The cost of a schedule is proportional to the events that it does not
 * share with the one before: for each place, only the last events are needed, which all others precede, and for each
 * task, only the first event after a step.
 *
 * Longer than most files because finding a race, trying its other order and putting actions to sleep use the same
 * events.
 */

import { conflict } from "../accesses.ts";
import { CUT, isDeath, type Point, type RunEnd, type Scheduler } from "../scheduler.ts";

/** An action that was tried, and its accesses. */
export interface Tried {
  /** The action. */
  readonly action: number;
  /** Its accesses. */
  readonly accesses: readonly number[];
}

/** A point of the next run, and what is known of it. */
export interface Branch {
  /** The possible actions. */
  readonly actions: readonly number[];
  /** The tasks to try here. */
  readonly backtrack: readonly number[];
  /** The actions tried here before the present one. */
  readonly tried: readonly Tried[];
  /** The actions that lead only to interleavings that were run already. */
  readonly sleep: readonly Tried[];
  /** The present action. */
  readonly action: number;
  /** Its accesses, if it was performed; empty may also mean that they are unknown. */
  readonly accesses: readonly number[];
}

/** The remaining runs, as the first points of the next one; those before the floor do not change. */
export interface Branches {
  /** The points. */
  readonly frames: readonly Branch[];
  /** The number of points that do not change. */
  readonly floor: number;
}

/** All runs. */
export const ALL_BRANCHES: Branches = { frames: [], floor: 0 };

/**
 * What is to be tried at a point before the floor: each of the tasks, or one of them, unless one is to be tried anyway.
 */
export interface Wish {
  /** The point. */
  readonly step: number;
  /** The tasks. */
  readonly tasks: readonly number[];
  /** Whether each task is to be tried. */
  readonly each: boolean;
}

/** The action to try next at a point, given the number of tasks; undefined if none is left. */
export function nextBranch({ actions, backtrack, tried, sleep }: Pick<Branch, "actions" | "tried" | "sleep"> & {
  readonly backtrack: ReadonlySet<number>;
}, tasks: number): number | undefined {
  return actions.find((action) => {
    // No run needs a death to end, so no run shows by itself what a death would lead to.
    const isTried = backtrack.has(action % tasks) || isDeath(action, tasks);
    return isTried && !isIn(tried, action) && !isIn(sleep, action);
  });
}

/** The tasks that a wish adds to those to be tried at a point. */
export function granted({ tasks, each }: Wish, backtrack: ReadonlySet<number>): readonly number[] {
  if (each) return tasks;
  return tasks.some((task) => backtrack.has(task)) ? [] : tasks.slice(0, 1);
}

/** A point of the present run, and the event that follows it. */
interface Frame {
  readonly actions: readonly number[];
  /** The tasks to try here. */
  readonly backtrack: Set<number>;
  /** The actions tried here before the present one. */
  readonly tried: Tried[];
  readonly sleep: readonly Tried[];
  action: number;
  task: number;
  accesses: readonly number[];
  woken: readonly number[];
  clock: readonly number[];
}

/** An event that accessed a place, linked to the earlier ones. */
interface Reach {
  readonly step: number;
  readonly changes: boolean;
  /** The last event up to this one that changed the place. */
  readonly change: Reach | undefined;
  /** The last event of each task after that, all of which only read. */
  readonly reads: readonly Reach[];
  readonly below: Reach | undefined;
}

/** An event that conflicts with a later one; `changes` says whether the later one changes the place. */
interface Conflict {
  readonly reach: Reach;
  readonly changes: boolean;
}

/** What a task has done or knows of since a step, as a clock. */
interface Known {
  readonly step: number;
  readonly clock: readonly number[];
}

/**
 * Dynamic partial-order reduction: runs one of all interleavings that differ only in the order of independent actions.
 */
export class Dpor implements Scheduler {
  /** It needs the accesses of actions. */
  readonly watches = true;
  readonly #frames: Frame[] = [];
  /** By place: the last event that accessed it. */
  readonly #reached = new Map<number, Reach>();
  /** By task: the steps of its events, and what it knew after each step that taught it something; ascending. */
  readonly #steps: number[][] = [];
  readonly #known: Known[][] = [];
  #tasks = 0;
  /** The number of events noted; when a run begins, those that it repeats. */
  #noted = 0;
  // Whether the frames belong to a run that has begun.
  #begun = false;
  readonly #floor: number;
  readonly #wishes = new Map<string, Wish>();

  /** Prepares the first run. */
  constructor({ from = ALL_BRANCHES }: { readonly from?: Branches } = {}) {
    this.#floor = from.floor;
    for (const { actions, backtrack, tried, sleep, action } of from.frames) {
      const frame = { actions, backtrack: new Set(backtrack), tried: [...tried], sleep, action };
      this.#frames.push({ ...frame, task: 0, accesses: [], woken: [], clock: [] });
    }
  }

  /** What is to be tried at points before the floor, in the order in which it was found. */
  get wishes(): readonly Wish[] {
    return [...this.#wishes.values()];
  }

  /** The remaining runs, after a run; undefined if there are none. */
  rest(): Branches | undefined {
    if (!this.begin()) return undefined;
    this.#begun = false;
    return {
      frames: this.#frames.map(({ actions, backtrack, tried, sleep, action, accesses }) => {
        return { actions, backtrack: [...backtrack], tried: [...tried], sleep, action, accesses };
      }),
      floor: this.#floor,
    };
  }

  /** After a run, the action at each point before the floor, and its accesses. */
  get above(): readonly Tried[] {
    return this.#frames.slice(0, this.#floor).map(({ action, accesses }) => ({ action, accesses }));
  }

  /** See {@linkcode Scheduler}. */
  get repeats(): number {
    return this.#noted;
  }

  /** See {@linkcode Scheduler}. */
  begin(): boolean {
    if (!this.#begun) {
      this.#begun = true;
      return true;
    }
    for (
      let frame = this.#frames.at(-1);
      frame !== undefined && this.#frames.length > this.#floor;
      frame = this.#frames.at(-1)
    ) {
      this.#forget(frame, this.#frames.length - 1);
      frame.tried.push({ action: frame.action, accesses: frame.accesses });
      const next = nextBranch(frame, this.#tasks);
      if (next !== undefined) {
        frame.action = next;
        frame.task = next % this.#tasks;
        return true;
      }
      this.#frames.pop();
    }
    return false;
  }

  /** See {@linkcode Scheduler}. */
  pick(point: Point): number {
    const { step, tasks, actions } = point;
    if (step === 0) this.#start(tasks);
    if (step > this.#noted) this.#note(step - 1, point);
    const known = this.#frames[step];
    if (known !== undefined) return actions.indexOf(known.action);
    const parent = this.#frames[step - 1];
    const sleep = parent === undefined ? [] : [...parent.sleep, ...parent.tried].filter(({ action, accesses }) => {
      return action % tasks !== parent.task && !conflict(accesses, parent.accesses);
    });
    const pick = actions.findIndex((action) => !isIn(sleep, action));
    const action = actions[pick];
    if (action === undefined) return CUT;
    const task = action % tasks;
    this.#frames.push({
      actions: [...actions],
      backtrack: new Set([task]),
      tried: [],
      sleep,
      action,
      task,
      accesses: [],
      woken: [],
      clock: [],
    });
    return pick;
  }

  /** See {@linkcode Scheduler}. */
  end(run: RunEnd): void {
    if (run.step > this.#noted) this.#note(run.step - 1, run);
    for (const [task, accesses] of run.pending) this.#race(task, accesses);
  }

  #start(tasks: number): void {
    this.#tasks = tasks;
    for (const frame of this.#frames) frame.task = frame.action % tasks;
    for (let task = 0; task < tasks; task++) {
      this.#steps[task] ??= [];
      this.#known[task] ??= [];
    }
  }

  /** Notes the event at a step. */
  #note(step: number, { accesses, woken }: Point): void {
    const frame = this.#frames[step];
    if (frame === undefined) return;
    this.#noted = step + 1;
    const { task } = frame;
    frame.accesses = [...new Set(accesses)];
    frame.woken = [...woken];
    const clock = this.#race(task, frame.accesses);
    for (const other of woken) if (this.#offers(step, other)) this.#want({ step, tasks: [other], each: true });
    for (const access of frame.accesses) this.#reach(step, access);
    clock[task] = step + 1;
    frame.clock = clock;
    this.#steps[task]?.push(step);
    this.#learn(step, task, clock);
    for (const other of woken) this.#learn(step, other, clock);
  }

  #reach(step: number, access: number): void {
    const below = this.#reached.get(access >> 1);
    const changes = (access & 1) === 1;
    const task = this.#frames[step]?.task;
    const others = below?.reads.filter((read) => this.#frames[read.step]?.task !== task) ?? [];
    const reach: { -readonly [K in keyof Reach]: Reach[K] } = {
      step,
      changes,
      change: below?.change,
      reads: [],
      below,
    };
    if (changes) reach.change = reach;
    else reach.reads = [...others, reach];
    this.#reached.set(access >> 1, reach);
  }

  #learn(step: number, task: number, news: readonly number[]): void {
    const clock = this.#clockOf(task);
    join(clock, news);
    this.#known[task]?.push({ step, clock });
  }

  /** Undoes what was noted of the last event. */
  #forget({ task, accesses, woken }: Frame, step: number): void {
    if (step >= this.#noted) return;
    this.#noted = step;
    for (const access of accesses) {
      const reach = this.#reached.get(access >> 1);
      if (reach?.below === undefined) this.#reached.delete(access >> 1);
      else this.#reached.set(access >> 1, reach.below);
    }
    this.#steps[task]?.pop();
    for (const one of [task, ...woken]) if (this.#known[one]?.at(-1)?.step === step) this.#known[one]?.pop();
  }

  #clockOf(task: number): number[] {
    return [...this.#known[task]?.at(-1)?.clock ?? new Array<number>(this.#tasks).fill(0)];
  }

  /** Schedules the other order of each race of an event, and returns the clock of all that happens before the event. */
  #race(task: number, accesses: readonly number[]): number[] {
    const clock = this.#clockOf(task);
    // Nothing that happens before an event in a race is itself in a race with the same event.
    const covered = [...clock];
    const last = this.#steps[task]?.at(-1) ?? -1;
    const earlier: Conflict[] = [];
    for (const access of accesses) earlier.push(...conflictsOf(this.#reached.get(access >> 1), (access & 1) === 1));
    for (const { reach } of earlier) join(clock, this.#frames[reach.step]?.clock ?? []);
    while (earlier.length > 0) {
      const latest = earlier.reduce((one, other) => other.reach.step > one.reach.step ? other : one);
      earlier.splice(earlier.indexOf(latest), 1);
      const { reach: { step: before, below }, changes } = latest;
      const frame = this.#frames[before];
      if (frame === undefined || frame.task === task || (covered[frame.task] ?? 0) > before) continue;
      const isOffered = this.#offers(before, task);
      if (isOffered && last < before) join(covered, frame.clock);
      else earlier.push(...conflictsOf(below, changes));
      const letsGo = !isOffered && before + 1 < this.#frames.length && this.#offers(before + 1, task);
      if (!letsGo) this.#reverse(frame, before, { task, clock });
    }
    return clock;
  }

  /** Schedules a later event to be tried before an earlier one. */
  #reverse(
    frame: Frame,
    earlier: number,
    last: Pick<Frame, "task" | "clock">,
  ): void {
    const first = this.#initials(frame.task, earlier, last).filter((one) => this.#offers(earlier, one));
    if (first.length > 0) this.#want({ step: earlier, tasks: first, each: false });
    else this.#want({ step: earlier, tasks: frame.actions.map((action) => action % this.#tasks), each: true });
  }

  /** Schedules tasks to be tried at a point. */
  #want(wish: Wish): void {
    const { step, tasks, each } = wish;
    if (step >= this.#floor) {
      const backtrack = this.#frames[step]?.backtrack;
      if (backtrack !== undefined) { for (const task of granted(wish, backtrack)) backtrack.add(task); }
      return;
    }
    // A repeated wish is granted already.
    const key = `${step} ${each} ${tasks}`;
    if (!this.#wishes.has(key)) this.#wishes.set(key, wish);
  }

  /**
   * The tasks that can begin the rest if an event does not come first. The rest is the events between it and `last`
   * that do not happen after it, and `last` itself. Any of these tasks will do, since the others follow.
   */
  #initials(
    owner: number,
    earlier: number,
    last: Pick<Frame, "task" | "clock">,
  ): readonly number[] {
    // A task's events that do not depend on the event come before those that do, so its first one decides.
    const rest: (Pick<Frame, "task" | "clock"> & { readonly step: number })[] = [];
    for (const [task, steps] of this.#steps.entries()) {
      const step = steps[after(steps, earlier)];
      const clock = step === undefined ? undefined : this.#frames[step]?.clock;
      if (step !== undefined && clock !== undefined && (clock[owner] ?? 0) <= earlier) rest.push({ task, step, clock });
    }
    rest.sort((one, other) => one.step - other.step);
    const begins = ({ task, clock }: Pick<Frame, "task" | "clock">) => {
      return !rest.some((before) => before.task !== task && (clock[before.task] ?? 0) > before.step);
    };
    const initials = rest.filter(begins).map(({ task }) => task);
    return rest.some(({ task }) => task === last.task) || !begins(last) ? initials : [last.task, ...initials];
  }

  #offers(step: number, task: number): boolean {
    return this.#frames[step]?.actions.some((action) => action % this.#tasks === task) ?? false;
  }
}

/** The last events at a place that conflict with a coming one; all others happen before them. */
function conflictsOf(top: Reach | undefined, changes: boolean): Conflict[] {
  const reads = changes ? top?.reads ?? [] : [];
  return [...reads, ...top?.change === undefined ? [] : [top.change]].map((reach) => ({ reach, changes }));
}

/** The index of the first step after another, in ascending steps. */
function after(steps: readonly number[], step: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) > step) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isIn(list: readonly Tried[], action: number): boolean {
  return list.some((tried) => tried.action === action);
}

function join(clock: number[], other: readonly number[]): void {
  for (const [task, time] of other.entries()) if (time > (clock[task] ?? 0)) clock[task] = time;
}
