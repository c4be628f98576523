/**
 * Dynamic partial-order reduction: of all interleavings that differ only in the order of independent actions, one.
 *
 * The algorithm of Flanagan and Godefroid (POPL 2005) with sleep and source sets, on what actions really reach:
 *
 * - An action is an event. It comes after the earlier events that conflict with it, those of its task, and the one that
 *   woke its task: `clock[t]` is the last event of task t (its step plus 1) that comes before.
 * - A race is an event and an earlier one that conflicts with it and does not come before what its task had done till then.
 *   Then one who can begin the other order is to be tried before the earlier event. Trying the task of the later event, as
 *   that paper does, is not enough beside sleep sets; who can begin is from Abdulla, Aronis, Jonsson and Sagonas (POPL 2014).
 * - No race: the earlier event is what let the task go on. An unlock and the lock that it makes possible are never both
 *   possible.
 * - Who waits for ever before a call never performs it: at the end of a run it counts as an event to come.
 * - Who waits with a deadline and is woken does not perform its time: it is tried before the event that wakes it.
 * - An action that was tried sleeps in what is tried after it, until an event conflicts with it: invariant: an action that
 *   sleeps leads to interleavings that were run already. Where all actions sleep, the run is cut.
 *
 * So every class is run to its end exactly once.
 *
 * @module
 */

import { conflict } from "./accesses.ts";
import { CUT, type Point, type RunEnd, type Scheduler } from "./scheduler.ts";

interface Tried {
  readonly action: number;
  readonly accesses: readonly number[];
}

/** A point of the present run, with the event that follows it. */
interface Frame {
  readonly actions: readonly number[];
  /** The tasks to try here. */
  readonly backtrack: Set<number>;
  /** What was tried here before the present action. */
  readonly tried: Tried[];
  readonly sleep: readonly Tried[];
  action: number;
  task: number;
  accesses: readonly number[];
  woken: readonly number[];
  clock: readonly number[];
}

const NO_EVENT: Pick<Frame, "task" | "clock" | "accesses"> = { task: -1, clock: [], accesses: [] };

/** See the module. */
export class Dpor implements Scheduler {
  /** It looks at what actions reach. */
  readonly watches = true;
  readonly #frames: Frame[] = [];
  /** What each task has done or knows of, as a clock. */
  #clocks: number[][] = [];
  /** By place: twice the steps of the events that reached it, plus 1 for those that changed it; in ascending order. */
  readonly #reached = new Map<number, number[]>();
  #tasks = 0;
  // The frames before #fresh are as in the last run, their events too; the one at #fresh has another action, if it exists.
  #fresh = 0;
  #begun = false;

  /** See {@linkcode Scheduler}. */
  get repeats(): number {
    return this.#fresh;
  }

  /** See {@linkcode Scheduler}. */
  begin(): boolean {
    if (!this.#begun) {
      this.#begun = true;
      return true;
    }
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      frame.tried.push({ action: frame.action, accesses: frame.accesses });
      const next = this.#nextOf(frame);
      if (next !== undefined) {
        frame.action = next;
        frame.task = next % this.#tasks;
        this.#fresh = this.#frames.length - 1;
        return true;
      }
      this.#frames.pop();
    }
    return false;
  }

  /** See {@linkcode Scheduler}. */
  pick(point: Point): number {
    const { step, tasks, actions } = point;
    if (step === this.#fresh) this.#start(tasks);
    else if (step > this.#fresh) this.#note(step - 1, point);
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
    if (run.step > this.#fresh) this.#note(run.step - 1, run);
    for (const [task, accesses] of run.pending) this.#race(run.step, task, accesses);
  }

  /** Takes up the clocks from the events that stay. */
  #start(tasks: number): void {
    this.#tasks = tasks;
    this.#clocks = Array.from({ length: tasks }, () => new Array<number>(tasks).fill(0));
    for (const steps of this.#reached.values()) {
      while ((steps.at(-1) ?? -1) >> 1 >= this.#fresh) steps.pop();
    }
    for (let step = 0; step < this.#fresh; step++) {
      const frame = this.#frames[step];
      if (frame === undefined) continue;
      this.#clocks[frame.task] = [...frame.clock];
      this.#wake(frame);
    }
  }

  /** Takes note of the event at a step. */
  #note(step: number, { accesses, woken }: Point): void {
    const frame = this.#frames[step];
    if (frame === undefined) return;
    frame.accesses = [...accesses];
    frame.woken = [...woken];
    this.#race(step, frame.task, frame.accesses);
    for (const task of woken) if (this.#offers(step, task)) frame.backtrack.add(task);
    const clock = [...this.#clocks[frame.task] ?? []];
    for (const earlier of this.#conflicts(frame.accesses)) {
      const before = this.#frames[earlier];
      if (before !== undefined && (clock[before.task] ?? 0) <= earlier) join(clock, before.clock);
    }
    for (const access of frame.accesses) {
      const steps = this.#reached.get(access >> 1);
      if (steps === undefined) this.#reached.set(access >> 1, [2 * step + (access & 1)]);
      else steps.push(2 * step + (access & 1));
    }
    clock[frame.task] = step + 1;
    frame.clock = clock;
    this.#clocks[frame.task] = [...clock];
    this.#wake(frame);
  }

  #wake({ woken, clock }: Frame): void {
    for (const task of woken) {
      const known = this.#clocks[task];
      if (known !== undefined) join(known, clock);
    }
  }

  /** The steps of the events that conflict with accesses, the latest first. */
  #conflicts(accesses: readonly number[]): readonly number[] {
    const steps: number[] = [];
    for (const access of accesses) {
      for (const reached of this.#reached.get(access >> 1) ?? []) {
        if (((reached | access) & 1) === 1 && !steps.includes(reached >> 1)) steps.push(reached >> 1);
      }
    }
    return steps.sort((one, other) => other - one);
  }

  /** Has the races of an event tried the other way round. */
  #race(step: number, task: number, accesses: readonly number[]): void {
    const clock = this.#clocks[task] ?? [];
    for (const earlier of this.#conflicts(accesses)) {
      const frame = this.#frames[earlier];
      if (frame === undefined || frame.task === task || (clock[frame.task] ?? 0) > earlier) continue;
      const isOffered = this.#offers(earlier, task);
      if (!isOffered && earlier + 1 < this.#frames.length && this.#offers(earlier + 1, task)) continue;
      const first = this.#initials(earlier, step, { task, accesses }).filter((one) => this.#offers(earlier, one));
      if (first.some((one) => frame.backtrack.has(one))) continue;
      const [one] = first;
      if (one !== undefined) frame.backtrack.add(one);
      else for (const action of frame.actions) frame.backtrack.add(action % this.#tasks);
    }
  }

  /**
   * Who can begin what is left when an event does not come first: the events between it and another that do not come after
   * it, and that other one. Any of those who begin will do, since the rest follows.
   */
  #initials(
    earlier: number,
    step: number,
    last: { readonly task: number; readonly accesses: readonly number[] },
  ): readonly number[] {
    const frames = this.#frames;
    const [event] = frames.slice(earlier);
    const rest: number[] = [];
    const seen = new Set<number>();
    const initials: number[] = [];
    for (let later = earlier + 1; later < step; later++) {
      const { task, clock } = frames[later] ?? NO_EVENT;
      if (event === undefined || (clock[event.task] ?? 0) > earlier) continue;
      if (!seen.has(task) && !rest.some((before) => (clock[frames[before]?.task ?? 0] ?? 0) > before)) {
        initials.push(task);
      }
      seen.add(task);
      rest.push(later);
    }
    if (seen.has(last.task)) return initials;
    const known = this.#clocks[last.task] ?? [];
    const comesAfter = rest.some((before) => {
      const { task, accesses } = frames[before] ?? NO_EVENT;
      return (known[task] ?? 0) > before || conflict(accesses, last.accesses);
    });
    return comesAfter ? initials : [last.task, ...initials];
  }

  #offers(step: number, task: number): boolean {
    return this.#frames[step]?.actions.some((action) => action % this.#tasks === task) ?? false;
  }

  /** What is to be tried next at a point. */
  #nextOf({ actions, backtrack, tried, sleep }: Frame): number | undefined {
    return actions.find((action) => {
      return backtrack.has(action % this.#tasks) && !isIn(tried, action) && !isIn(sleep, action);
    });
  }
}

function isIn(list: readonly Tried[], action: number): boolean {
  return list.some((tried) => tried.action === action);
}

function join(clock: number[], other: readonly number[]): void {
  for (const [task, time] of other.entries()) if (time > (clock[task] ?? 0)) clock[task] = time;
}
