/**
 * One run of a scenario on model memory: one operation at a time, in a given order, with at most one fault.
 *
 * - A step performs one operation of one task; a call counts together with the operation after it.
 * - A woken task continues at its next step; until then it can still be interrupted, like one whose promise has not
 *   settled.
 * - Everything is checked along the way: invariants after each step, results, clean queues, and laws at the end.
 *
 * @module
 */

import { CancelledError, DeadlockError } from "../../lib/errors.ts";
import { type Answer, ModelMemory, runBlocking, seededChooser, type Steps } from "../../lib/memory/mod.ts";
import { TaskRun } from "../../lib/program/mod.ts";
import { CancelToken, type Shareables, type Shared, type SharedThing, Space } from "../../lib/sync/mod.ts";
import type { Fault, RunView, Scenario } from "./scenario.ts";

/** Picks the task that continues from the ready tasks, in ascending order of their numbers. */
export type Pick = (ready: readonly number[], current: number | undefined, step: number) => number;

/** The error thrown into an interrupted task. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

/** How to run once. */
export interface RunPlan {
  readonly pick: Pick;
  readonly fault?: Fault | undefined;
  /** How many steps the supervisor or the canceling task is late; `Infinity`: until no other task can continue. */
  readonly lag?: number;
}

/** The result of a run. */
export interface Finished {
  /** How many steps it took. */
  readonly steps: number;
  /** Where the fault could have struck, up to where it did: at which operation, or what the task waited for and how. */
  readonly opportunities: readonly string[];
}

const MOST_STEPS = 20_000;
/** The contended flag in a monitor's word. */
const CONTENDED = 1 << 30;

/**
 * Picks at random, as the seed determines: independently at each step, mostly the task that continued last, or almost
 * always that one.
 */
export function randomPick(seed: number): Pick {
  const choose = seededChooser(seed);
  const stickiness = [1, 2, 6, 40][seed & 3]!;
  return (ready, current) => {
    if (current !== undefined && ready.includes(current) && choose(stickiness) !== 0) return current;
    return ready[choose(ready.length)]!;
  };
}

/** A scenario with its places in memory, for many runs. */
export class ScenarioRuns {
  readonly scenario: Scenario;
  readonly #space: Space<Shareables>;
  /** The words that are 0 when no task is inside, waits or listens. */
  readonly #transient: readonly number[];
  /** Those that say which task is inside. */
  readonly #monitors: readonly number[];

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.#space = new Space(scenario.things(), { tasks: scenario.tasks.length });
    const { layout } = this.#space;
    this.#transient = Array.from({ length: layout.wordCount }, (_, word) => word).filter((word) => {
      return /\.(monitor|waiters|tickets|answers|listening)(\[\d+\])?$/.test(layout.nameOf(word));
    });
    this.#monitors = this.#transient.filter((word) => layout.nameOf(word).endsWith(".monitor"));
  }

  /** Whether one of the things is a cancel token. */
  get cancels(): boolean {
    return this.#token(this.#space.bind(new ModelMemory(this.#space.layout))) !== undefined;
  }

  /** Runs once and checks everything; an error says how to repeat the run. */
  run({ pick, fault, lag = 0 }: RunPlan): Finished {
    const { scenario } = this;
    const count = scenario.tasks.length;
    const supervisor = count;
    const memory = new ModelMemory(this.#space.layout);
    runBlocking(memory, this.#space.initialize());
    memory.defer();
    const log: unknown[] = [];
    const runs = scenario.tasks.map((body, number) => {
      const steps = body(this.#space.bind(memory, { task: number }), number, log);
      return new TaskRun(memory, { name: `task ${number}`, number, steps });
    });
    const host = this.#space.bind(memory);
    const view = {
      memory,
      log,
      get outcomes() {
        return runs.slice(0, count).map(({ outcome }) => outcome);
      },
      fault: undefined as Fault | undefined,
      interrupted: undefined as number | undefined,
      dead: undefined as number | undefined,
    } satisfies RunView;

    const ready = new Set(runs.keys());
    const woken = new Map<number, Answer>();
    const performed = runs.map(() => 0);
    const opportunities: string[] = [];
    let steps = 0;
    let current: number | undefined;
    let isRecovered = false;
    let looked = -1;
    let late: { from: number; steps: Steps<void> } | undefined;

    const takeReady = () => {
      for (const { task, answer } of memory.takeReady()) {
        ready.add(task);
        woken.set(task, answer);
      }
    };
    const interrupt = (task: number, error: Error) => {
      woken.delete(task);
      runs[task]!.interrupt(error);
      if (runs[task]!.ended) ready.delete(task);
      else ready.add(task);
      takeReady();
    };
    const waits = (task: number) => runs[task]!.parked || woken.has(task);
    const spared = (task: number) => {
      const method = runs[task]!.call?.method ?? "";
      return method.startsWith("release") || scenario.spared?.includes(method) === true;
    };
    /** Where the task is, if the fault could strike it there. */
    const opportunity = ({ kind, task }: Fault): string | undefined => {
      const run = runs[task]!;
      const place = () => {
        const { pending } = run;
        const word = pending !== undefined && "word" in pending
          ? memory.layout.nameOf(pending.word).replace(/\[\d+\]$/, "")
          : "";
        return `${pending?.kind} ${word} ${run.call?.method} ${run.parked ? "parked" : "woken"}`;
      };
      switch (kind) {
        case "kill":
          return performed[task] === opportunities.length && !run.ended ? place() : undefined;
        case "fail":
          // Each operation counts, as long as the task is in a monitor.
          if (looked === performed[task] || run.ended) return undefined;
          looked = performed[task]!;
          return this.#monitors.some((word) => (peek(memory, word) & ~CONTENDED) === task + 1) ? place() : undefined;
        case "interrupt":
          return waits(task) && !spared(task) ? place() : undefined;
        case "expire":
          return run.parked && memory.parked.some(timed(task)) ? place() : undefined;
        case "cancel":
          return "";
      }
    };
    const strike = () => {
      if (fault === undefined || view.fault !== undefined) return;
      const place = opportunity(fault);
      if (place === undefined) return;
      opportunities.push(place);
      if (opportunities.length <= fault.at) return;
      const { kind, task, at } = fault;
      view.fault = fault;
      switch (kind) {
        case "kill":
          memory.unpark(task);
          ready.delete(task);
          woken.delete(task);
          view.dead = task;
          late = { from: steps + lag, steps: recover(host, task) };
          return;
        case "interrupt":
        case "fail":
          view.interrupted = task;
          return interrupt(task, new Interruption(`at ${at}`));
        case "expire":
          memory.expire(task);
          return takeReady();
        case "cancel":
          late = { from: steps + lag, steps: this.#token(host)!.cancel() };
      }
    };
    const startLate = (now: boolean): boolean => {
      if (late === undefined || !(now || steps >= late.from)) return false;
      runs[supervisor] = new TaskRun(memory, { name: "the supervisor", number: supervisor, steps: late.steps });
      late = undefined;
      ready.add(supervisor);
      return true;
    };
    const failed = () => view.fault?.kind === "fail";
    /** When no task can continue: lets time pass, or interrupts those that may starve. */
    const relieve = (): boolean => {
      const atDoor = memory.parked.find(({ word = -1 }) => memory.layout.nameOf(word).endsWith(".monitor"));
      if (failed() && atDoor !== undefined) {
        throw new Error(`task ${atDoor.task} sleeps at the door, with nobody inside who leaves`);
      }
      if (startLate(true)) return true;
      if (memory.advance()) {
        takeReady();
        return true;
      }
      const starving = memory.parked.map(({ task }) => task).filter((task) => task !== supervisor);
      const allowed = failed() ||
        (view.dead !== undefined
          ? scenario.afterDeath === "may-starve"
          : view.fault !== undefined && scenario.afterFault === "may-starve");
      if (!allowed || starving.length === 0) return false;
      for (const task of starving) interrupt(task, new DeadlockError([]));
      return true;
    };

    for (;;) {
      strike();
      startLate(false);
      if (ready.size === 0) {
        if (relieve()) continue;
        break;
      }
      current = pick([...ready].sort((one, other) => one - other), current, steps);
      const run = runs[current]!;
      if (woken.has(current)) {
        run.wake(woken.get(current));
        woken.delete(current);
      }
      if (run.pending?.kind === "call") run.perform();
      run.perform();
      performed[current]!++;
      if (run.parked || run.ended) ready.delete(current);
      takeReady();
      if (!failed()) scenario.always?.(host, view);
      else if (fault !== undefined && runs[fault.task]!.ended && !isRecovered) {
        isRecovered = true;
        late = { from: steps + lag, steps: recover(host, fault.task) };
      }
      if (++steps > MOST_STEPS) throw new Error(`no end after ${MOST_STEPS} steps`);
    }
    this.#check(host, view, runs);
    return { steps, opportunities };
  }

  #check(host: Shared<Shareables>, view: RunView, runs: readonly TaskRun<unknown>[]): void {
    const { scenario } = this;
    const { memory, dead, fault } = view;
    const allowed = new Set(scenario.mayThrow);
    if (fault?.kind === "cancel") allowed.add(CancelledError.name);
    if (dead !== undefined) { for (const name of scenario.mayThrowAfterDeath ?? []) allowed.add(name); }
    const failed = fault?.kind === "fail";
    // A task that waits for a condition may find that its lock was not acquired again.
    if (failed) { for (const name of [...scenario.mayThrowAfterDeath ?? [], "StateError"]) allowed.add(name); }
    if (dead !== undefined || failed) allowed.add("NotRecoverableError");
    const starves = failed
      ? "may-starve"
      : dead !== undefined
      ? scenario.afterDeath
      : fault === undefined
      ? "recovers"
      : scenario.afterFault;
    if (starves === "may-starve") allowed.add(DeadlockError.name);
    for (const [number, run] of runs.entries()) {
      const { outcome } = run;
      if (number === dead || outcome.kind === "returned") continue;
      if (outcome.kind === "waiting") {
        const word = memory.parked.find(({ task }) => task === number)?.word ?? -1;
        const { method, object } = run.call ?? { method: "?", object: "?" };
        throw new Error(`${run.name} waits for ever in ${object}.${method} on ${memory.layout.nameOf(word)}`);
      }
      const { error } = outcome;
      // Undoing something after a failure may fail as well.
      if (number === view.interrupted && (failed || error instanceof Interruption)) continue;
      const supervises = number === scenario.tasks.length;
      if (supervises || !(error instanceof Error) || !allowed.has(error.name)) throw error;
    }
    // A failure inside a monitor leaves the same as a death: the only requirement is that every task continues.
    if (failed) return;
    this.#checkClean(view);
    if (dead === undefined) scenario.atEnd?.(host, view);
    else scenario.atDeath?.(host, view);
  }

  /**
   * Checks that no task is inside, waits or listens: this reveals a grant that nobody took, or a place in the queue
   * that nobody left.
   */
  #checkClean({ memory, dead }: RunView): void {
    const isTorn = (word: number) => memory.layout.nameOf(word).endsWith(".monitor") && peek(memory, word) === -1;
    // What a death has torn is not clean, and nobody uses it.
    if (dead !== undefined && this.#transient.some(isTorn)) return;
    for (const word of this.#transient) {
      const value = peek(memory, word);
      const name = memory.layout.nameOf(word);
      // A dead task cannot stop listening; that word is only used to wake it, in vain.
      if (value === 0 || (dead !== undefined && /\.listening/.test(name))) continue;
      throw new Error(`${name} is ${value} at the end, 0 is wanted`);
    }
  }

  #token(host: Shared<Shareables>): CancelToken | undefined {
    return Object.values(host).find((thing) => thing instanceof CancelToken);
  }
}

function* recover(host: Shared<Shareables>, task: number): Steps<void> {
  for (const thing of Object.values(host) as SharedThing[]) if (thing.died !== undefined) yield* thing.died(task);
}

function peek(memory: ModelMemory, word: number): number {
  return memory.perform({ kind: "load", cell: "i32", word, order: "atomic" }) as number;
}

function timed(number: number): (parked: { task: number; until: number }) => boolean {
  return ({ task, until }) => task === number && until < Infinity;
}
