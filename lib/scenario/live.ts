/**
 * A run of a scenario in progress: its choices, step by step, and its result.
 *
 * - Its choices are kept, so that it can be repeated from the start, alone, without asking its scheduler again.
 */

import {
  type Departure,
  faultChoice,
  fingerprint,
  type Judged,
  type Point,
  type RunEnd,
  type Scheduler,
} from "../explorer/mod.ts";
import type { SourcePlace } from "./source_map.ts";
import type { Run } from "./world/main.ts";
import type { Completion } from "./world/outside.ts";

/** The number of tasks that actions are encoded with; a run has fewer chains. */
const TASKS = 2 ** 20;
const NONE: readonly number[] = [];
const NOTHING: ReadonlyMap<number, readonly number[]> = new Map();

/** A completion that occurred, as a trace shows it. */
export interface Step {
  readonly chain: number;
  readonly label: string;
  /** What resulted from it. */
  readonly notes: readonly string[];
  /** The chain that would have come by default, if it is another. */
  readonly instead: number | undefined;
  readonly insteadLabel: string | undefined;
  /** The place in the source that requested it. */
  readonly source: string | undefined;
}

/** The result of a run. */
export interface Performed {
  readonly kind: RunEnd["kind"];
  readonly judged: Judged;
  /** Its departures from the default order. */
  readonly departures: readonly Departure[];
  /** The number of departures. */
  readonly preemptions: number;
  /** The faults that occurred. */
  readonly faults: readonly string[];
  /** The number of completions. */
  readonly steps: number;
  /** A 32-bit hash of the completions. */
  readonly fingerprint: number;
  /** The completions, step by step; only if requested. */
  readonly trace: readonly Step[];
  /** The lines that the code printed. */
  readonly printed: readonly string[];
  /** The assumptions of the run. */
  readonly assumptions: readonly string[];
  /** Whether it called `expect`. */
  readonly callsExpect: boolean;
}

/** A run in progress. */
export class Live {
  readonly place: number;
  run: Run | undefined;
  next: Completion | undefined;
  readonly #scheduler: Scheduler;
  readonly #picks: number[] = [];
  readonly #candidates: Completion[] = [];
  readonly #actions: number[] = [];
  #point: { -readonly [K in keyof RunEnd]: RunEnd[K] } = startOf(this.#actions);
  #departures: Departure[] = [];
  #print = 0;
  #traces = false;
  #steps: { readonly completion: Completion; readonly instead: Completion | undefined; notes: readonly string[] }[] =
    [];
  #performed: Performed | undefined;

  constructor(scheduler: Scheduler, place: number) {
    this.#scheduler = scheduler;
    this.place = place;
  }

  /** The label of the last completion, for people. */
  get last(): string {
    return this.next?.label ?? "the start";
  }

  begin(run: Run, { traces }: { readonly traces: boolean }): void {
    this.run = run;
    this.next = undefined;
    this.#point = startOf(this.#actions);
    this.#departures = [];
    this.#print = 0;
    this.#traces = traces;
    this.#steps = [];
    this.#performed = undefined;
  }

  /** Chooses the next completion, or tells how the run has ended. */
  decide(
    { isOrdered, isFaultless, stepLimit }: {
      readonly isOrdered: boolean;
      readonly isFaultless: boolean;
      readonly stepLimit: number;
    },
  ): "goes on" | RunEnd["kind"] {
    const { run } = this;
    const point = this.#point;
    if (run === undefined) return "cut";
    const { outside } = run;
    const step = this.#steps.at(-1);
    if (step !== undefined && this.#traces) step.notes = outside.notes.splice(0);
    if (run.refused !== undefined || run.unfit !== undefined) return "complete";
    if (outside.crash !== undefined || outside.broken !== undefined || outside.state === "threw") return "complete";
    const candidates = this.#candidates;
    outside.candidates(candidates, { isOrdered, isFaultless });
    if (candidates.length === 0) return "complete";
    if (point.step >= stepLimit) return "too-long";
    this.#actions.length = 0;
    for (const { chain, fault } of candidates) this.#actions.push(chain + point.tasks * faultChoice(fault));
    point.preempts = candidates.length > 1;
    const pick = this.#picks[point.step] ?? this.#scheduler.pick(point);
    const chosen = candidates[pick];
    if (chosen === undefined) return "cut";
    this.#picks[point.step] = pick;
    this.#print = fingerprint(this.#print, `${chosen.chain} ${chosen.label}`);
    if (pick > 0) {
      point.preemptions++;
      this.#departures.push({ step: point.step, task: chosen.chain, choice: faultChoice(chosen.fault) });
    }
    if (this.#traces) {
      this.#steps.push({ completion: chosen, instead: pick > 0 ? candidates[0] : undefined, notes: [] });
    }
    point.last = chosen.chain;
    point.step++;
    this.next = chosen;
    return "goes on";
  }

  end(kind: RunEnd["kind"], judged: Judged, placesIn: (stack: string | undefined) => readonly SourcePlace[]): void {
    const point = this.#point;
    point.kind = kind;
    const place = (stack: string | undefined) => {
      const [first] = placesIn(stack);
      return first === undefined ? undefined : `${first.source}:${first.line}:${first.column}`;
    };
    this.#performed = {
      kind,
      judged,
      departures: this.#departures,
      preemptions: point.preemptions,
      faults: [...this.run?.outside.faults ?? []],
      steps: point.step,
      fingerprint: this.#print,
      trace: this.#steps.map(({ completion: { chain, label, stack }, instead, notes }) => ({
        chain,
        label,
        notes,
        instead: instead?.chain,
        insteadLabel: instead?.label,
        source: place(stack),
      })),
      printed: [...this.run?.outside.printed ?? []],
      assumptions: [...this.run?.outside.assumptions ?? []],
      callsExpect: this.run?.outside.isExpecting ?? false,
    };
  }

  /** The result of the run, once it is certain; notifies the scheduler. */
  performed(): Performed {
    this.#scheduler.end(this.#point);
    if (this.#performed === undefined) {
      throw new Error("Cannot tell of a run: it is under way, one that has ended is wanted");
    }
    return this.#performed;
  }
}

function startOf(actions: readonly number[]): { -readonly [K in keyof RunEnd]: RunEnd[K] } & Point {
  return {
    kind: "complete",
    actions,
    tasks: TASKS,
    step: 0,
    preempts: false,
    preemptions: 0,
    begins: () => NONE,
    last: -1,
    accesses: NONE,
    woken: NONE,
    pending: NOTHING,
  };
}
