/**
 * Livelocks: tasks that go on for ever and get nowhere, though each has its turns.
 *
 * - A run that came to the step limit may only have been unfair. So its first departures are taken again, and then the tasks
 *   take turns: where the same state comes again and again, for ten times as long as a run may last, it is a livelock.
 * - A state is the words, the bytes, who waits, whose turn it is, and the operation that each task performs next. What a task
 *   counts by itself cannot be seen: a loop that ends after more rounds than that is taken for one that never does. Times do
 *   not count, so that tasks that pause and look again are found; but a loop that looks at a clock that stands still does not
 *   last, since real clocks go on.
 * - Where a task changes nothing in such a round, and another does, it is starved. Besides the turns, rounds are tried that
 *   come up in random walks (`starvation.ts`), if they are fair.
 * - A program that never comes to a state again is no livelock: it ends at the step limit, not exhausted.
 */

import { calledName, type Layout, type Operation, PARKED, type SavedMemory } from "../../memory/mod.ts";
import { changesCell } from "../accesses.ts";
import type { TreeNode } from "../answer_tree.ts";
import type { Execution } from "../execution.ts";
import type { Finding } from "../finding.ts";
import { wholeText } from "../whole_text.ts";
import type { ProgramModel } from "../program_model.ts";
import { Replay } from "../replay.ts";
import type { Departure, Turns } from "../schedule.ts";
import { isDeath, type Point, type RunEnd, type Scheduler } from "../scheduler.ts";

/** How often a state must come again. */
const ROUNDS = 3;
/** How many lines of a loop are told. */
const MOST_LINES = 40;

/** A livelock, with the preemptions before the tasks take turns. */
export interface Livelock {
  readonly finding: Finding;
  readonly preemptions: number;
}

/** Whether the tasks get nowhere if they take turns after these departures, one after the other or as a list says. */
export function livelock(
  execution: Execution,
  { departures, inTurns }: { readonly departures: readonly Departure[]; readonly inTurns: Turns },
): Livelock | undefined {
  const { model } = execution;
  const turns = () => new Replay(departures, { names: model.names, inTurns });
  const search = () => {
    const rounds = new Rounds(model, execution, turns());
    rounds.begin();
    return rounds;
  };
  const rounds = search();
  if (execution.run(rounds).kind !== "too-long") return undefined;
  const { found, replay: { fault, preemptions } } = rounds;
  if (found === undefined || fault !== undefined) return undefined;
  const { first, length } = found;
  const loop: string[] = [];
  let timed = false;
  const acting = new Set<number>();
  const changing = new Set<number>();
  // Who could go on at some point.
  const able = new Set<number>();
  const again = turns();
  const noting: Scheduler = {
    watches: false,
    begin: () => again.begin(),
    pick(point) {
      const isInside = point.step >= first && point.step < first + length;
      if (isInside) {
        for (const action of point.actions) if (!isDeath(action, point.tasks)) able.add(action % point.tasks);
        for (const task of execution.lookingInVain(point.actions)) acting.add(task);
      }
      return again.pick(point);
    },
    end: (run) => again.end(run),
  };
  noting.begin();
  execution.run(noting, (task, node, answer) => {
    const step = execution.taken.length - 1;
    if (step < first || step >= first + length) return;
    acting.add(task);
    const { operation, call } = node;
    if (operation !== undefined && isChange(operation, answer)) changing.add(task);
    if (answer === PARKED) return;
    timed ||= operation?.kind === "now" && !operation.starts;
    if (call !== undefined || loop.length > MOST_LINES) return;
    loop.push(`${model.names[task]}: ${lineOf(node, model.memory.layout, answer)}`);
  });
  if (timed || !able.isSubsetOf(acting)) return undefined;
  const lasting = search();
  if (execution.run(lasting, undefined, { lasts: true }).kind !== "too-long" || !lasting.found) return undefined;
  if (loop.length > MOST_LINES) loop[MOST_LINES] = "...";
  const round_ = `come to the same state every ${length} steps: ${loop.join("; ")}`;
  const starved = [...execution.nodes.keys()].filter((task) => {
    return !changing.has(task) && execution.endOf(task) === undefined && !model.daemons.has(task);
  });
  if (starved.length === 0 || changing.size === 0) {
    return { finding: { kind: "livelock", message: `the tasks take turns and ${round_}`, loop }, preemptions };
  }
  const waits = starved.map((task) => {
    const { call, operation } = execution.nodes[task] ?? {};
    return `${model.names[task]} (${lineOf({ operation: call ?? operation }, model.memory.layout, undefined)})`;
  });
  const message = `starved under a fair schedule: ${waits.join(", ")}, while the others ${round_}`;
  return { finding: { kind: "starvation", message, loop }, preemptions };
}

/** Whether an operation that was answered so has changed what others see. */
function isChange(operation: Operation, answer: unknown): boolean {
  return "order" in operation ? changesCell(operation, answer) : operation.kind === "write";
}

/** What the tasks do for ever that are left in loops that only wait, at the end of a run; undefined where none is. */
export function endlessWait({ nodes, model }: Execution): Finding | undefined {
  const loop = nodes.flatMap(({ loop }, task) => {
    const round = model.daemons.has(task) ? undefined : loop?.round;
    const turns = round?.filter(({ operation: { kind } }) => kind !== "now" && kind !== "call") ?? [];
    return turns.map(({ operation, answer }) =>
      `${model.names[task]}: ${lineOf({ operation }, model.memory.layout, answer)}`
    );
  });
  if (loop.length === 0) return undefined;
  return { kind: "livelock", message: `nobody changes what is read over and over: ${loop.join("; ")}`, loop };
}

function lineOf({ operation }: Pick<TreeNode, "operation">, layout: Layout, answer: unknown): string {
  if (operation === undefined) return "ends";
  if (operation.kind === "call") return `${operation.object}.${calledName(operation.method)}`;
  if (!("word" in operation)) return operation.kind;
  const value = typeof answer === "number" || typeof answer === "bigint" ? ` ${answer}` : "";
  return `${operation.kind} ${layout.nameOf(operation.word)}${value}`;
}

interface State {
  readonly memory: SavedMemory;
  readonly places: readonly string[];
}

/** Takes turns, and looks for a state that comes again and again: after Brent, with the state at steps 1, 2, 4, 8, ... */
class Rounds implements Scheduler {
  readonly watches = false;
  readonly replay: Replay;
  readonly #model: ProgramModel;
  readonly #execution: Execution;
  // The state that is waited for, and the step it was at.
  #anchor: State | undefined;
  #first = 0;
  #power = 1;
  #length: number | undefined;
  #step = 0;
  #now: SavedMemory | undefined;

  constructor(model: ProgramModel, execution: Execution, replay: Replay) {
    this.#model = model;
    this.#execution = execution;
    this.replay = replay;
  }

  /** The first step and the number of steps of the loop. */
  get found(): { readonly first: number; readonly length: number } | undefined {
    const length = this.#length;
    if (length === undefined || this.#step - this.#first < ROUNDS * length) return undefined;
    return { first: this.#first, length };
  }

  begin(): boolean {
    return this.replay.begin();
  }

  pick(point: Point): number {
    this.#step = point.step;
    if (point.step >= this.replay.turnsFrom) this.#look(point);
    return this.replay.pick(point);
  }

  end(run: RunEnd): void {
    this.replay.end(run);
  }

  #look({ step, last }: Point): void {
    const since = step - this.#first;
    if (this.#length !== undefined && since % this.#length !== 0) return;
    const state = this.#state(last);
    const isSame = this.#anchor !== undefined && isEqual(this.#anchor, state);
    if (isSame) this.#length ??= since;
    else if (this.#anchor === undefined || this.#length !== undefined || since >= this.#power) {
      this.#power = this.#anchor === undefined ? 1 : 2 * this.#power;
      this.#anchor = { ...state, memory: this.#model.memory.save() };
      this.#first = step;
      this.#length = undefined;
    }
  }

  #state(last: number): State {
    this.#now = this.#model.memory.save(this.#now);
    const waiting = this.#now.parked.map(({ task }) => task);
    const places = this.#execution.nodes.map(({ operation, call }) => {
      return `${call === undefined ? "" : wholeText(call)} ${timelessText(operation)}`;
    });
    return { memory: this.#now, places: [...places, `${last} ${waiting} ${this.replay.place}`] };
  }
}

function timelessText(operation: Operation | undefined): string {
  if (operation?.kind === "sleep") return "sleep";
  if (operation?.kind === "wait") return `wait ${operation.word} ${operation.expected}`;
  return wholeText(operation);
}

function isEqual(one: State, other: State): boolean {
  if (one.places.some((place, index) => place !== other.places[index])) return false;
  const [{ words, bytes, pages }, cells] = [one.memory.cells, other.memory.cells];
  if (!isSame(words, cells.words) || !isSame(bytes, cells.bytes) || pages.size !== cells.pages.size) return false;
  return [...pages].every(([page, content]) => isSame(content, cells.pages.get(page)));
}

function isSame(one: Int32Array | Uint8Array | undefined, other: Int32Array | Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((value, index) => value === other[index]);
}
