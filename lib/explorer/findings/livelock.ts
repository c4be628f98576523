/**
 * Livelocks: tasks that run forever and get nowhere, although each has its turns.
 *
 * - A run that reached the step limit may only have been unfair. So its first departures are repeated, and then the
 *   tasks take turns. If the same state keeps recurring for ten times as long as a run may last, it is a livelock.
 * - A state is the words, the bytes, the waiting tasks, whose turn it is, and the next operation of each task. A task's
 *   own counters are invisible: a loop that ends after more rounds than that is taken to be endless. Times do not
 *   count, so tasks that pause and check again are found; but a loop that reads a clock does not count as endless,
 *   since real clocks advance.
 * - A task that changes nothing in such a round while another does is starved. Besides taking turns, fair rounds that
 *   occur in random walks are tried (`starvation.ts`).
 * - A program in which no state recurs is not a livelock; it ends at the step limit, as `not-exhausted`.
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

/** How often a state must recur. */
const ROUNDS = 3;
/** The maximum number of lines for a loop. */
const MOST_LINES = 40;

/** A livelock or a starvation, and the number of preemptions before the tasks take turns. */
export interface Livelock {
  readonly finding: Finding;
  readonly preemptions: number;
}

/**
 * The livelock or starvation that results if the tasks take turns after these departures, in order or as a list says;
 * undefined if there is none.
 */
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
  // The tasks that could continue at some point.
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

/** Whether an operation with this answer changed what others see. */
function isChange(operation: Operation, answer: unknown): boolean {
  return "order" in operation ? changesCell(operation, answer) : operation.kind === "write";
}

/** The livelock of tasks left in waiting loops at the end of a run; undefined if there are none. */
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

/**
 * Takes turns, and looks for a recurring state with Brent's algorithm, which keeps the state at steps 1, 2, 4, 8, ...
 */
class Rounds implements Scheduler {
  readonly watches = false;
  readonly replay: Replay;
  readonly #model: ProgramModel;
  readonly #execution: Execution;
  // The state whose recurrence is awaited, and its step.
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
