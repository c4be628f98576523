/**
 * Looks for fair runs that loop forever while a task waits: random walks, until a state recurs.
 *
 * - A round is fair if every task that can continue at some point of it has a turn in it. Looking in vain at what it
 *   waits for also counts as a turn.
 * - The waiting task changes nothing in the round, and another one does.
 * - A result is only a guess, since the tasks' own counters are invisible; `livelock.ts` tries it.
 */

import { type SavedMemory, seededChooser } from "../../memory/mod.ts";
import type { TreeNode } from "../answer_tree.ts";
import type { Execution } from "../execution.ts";
import type { Departure, Turn } from "../schedule.ts";
import { CUT, isDeath, type Point, type Scheduler } from "../scheduler.ts";
import { fingerprint, wholeText } from "../whole_text.ts";

/** A run that loops: its beginning, and the round that it repeats. */
export interface Lasso {
  /** The departures of its beginning from the default. */
  readonly departures: readonly Departure[];
  /** The actions of a round. */
  readonly turns: readonly Turn[];
}

const WALKS = 2000;
const MOST_STEPS = 120;
/** How many of a task's last operations identify its place. */
const RECENT = 3;
/** A pick of the disfavored task is drawn again, except one time in this many. */
const SELDOM = 8;
/** The number of runs after which it stops looking. */
const ENOUGH = 30;

/** Finds runs that may starve a task, the shortest first. */
export function lassosOf(execution: Execution): readonly Lasso[] {
  const walk = new Walk(execution);
  for (let count = 0; count < WALKS && walk.lassos.length < ENOUGH; count++) {
    walk.begin();
    execution.run(walk);
  }
  const lengthOf = ({ departures, turns }: Lasso) => turns.length + (departures.at(-1)?.step ?? 0);
  return walk.lassos.toSorted((one, other) => lengthOf(one) - lengthOf(other));
}

/** A step of a walk. */
interface Step {
  readonly pick: number;
  readonly turn: Turn;
  /** The tasks that could continue. */
  readonly offered: ReadonlySet<number>;
  /** The tasks that could only look in vain at what they wait for. */
  readonly looking: ReadonlySet<number>;
  /** Whether it changed something; set at the next step. */
  changes: boolean;
}

class Walk implements Scheduler {
  readonly watches = true;
  readonly lassos: Lasso[] = [];
  readonly #execution: Execution;
  readonly #chooser = seededChooser(0);
  readonly #places = new WeakMap<TreeNode, number>();
  readonly #seen = new Map<number, number>();
  #steps: Step[] = [];
  // The disfavored task, modulo the number of tasks; another one in each walk.
  #disfavored = -1;
  #memory: SavedMemory | undefined;

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  begin(): boolean {
    this.#disfavored++;
    this.#seen.clear();
    this.#steps = [];
    return true;
  }

  pick({ actions: all, tasks, step, accesses }: Point): number {
    // Deaths come last.
    const actions = all.filter((action) => !isDeath(action, tasks));
    const last = this.#steps.at(-1);
    if (last !== undefined) last.changes = accesses.some((access) => (access & 1) === 1);
    const state = this.#state();
    const before = this.#seen.get(state);
    this.#seen.set(state, step);
    if (step >= MOST_STEPS || (before !== undefined && this.#isLasso(before, tasks))) return CUT;
    let pick = this.#chooser(actions.length);
    const isDisfavored = () => (actions[pick] ?? 0) % tasks === this.#disfavored % tasks;
    if (isDisfavored() && this.#chooser(SELDOM) > 0) pick = this.#chooser(actions.length);
    const action = actions[pick] ?? 0;
    const offered = new Set(actions.map((action) => action % tasks));
    const turn = { task: action % tasks, choice: Math.floor(action / tasks) };
    const looking = new Set(this.#execution.lookingInVain(actions));
    this.#steps.push({ pick, turn, offered, looking, changes: false });
    return pick;
  }

  end(): void {}

  #isLasso(from: number, tasks: number): boolean {
    const round = this.#steps.slice(from);
    const { nodes } = this.#execution;
    let waits = false;
    for (let task = 0; task < tasks; task++) {
      const own = round.filter(({ turn }) => turn.task === task);
      const looks = round.some(({ looking }) => looking.has(task));
      if (own.length === 0 && !looks && round.some(({ offered }) => offered.has(task))) return false;
      waits ||= nodes[task]?.end === undefined && !own.some(({ changes }) => changes);
    }
    if (!waits || !round.some(({ changes }) => changes)) return false;
    const departures = this.#steps.slice(0, from).flatMap(({ pick, turn }, step): Departure[] => {
      // The last departure marks the end of the beginning.
      return pick === 0 && step < from - 1 ? [] : [{ step, ...turn }];
    });
    this.lassos.push({ departures, turns: round.map(({ turn }) => turn) });
    return true;
  }

  /** A 32-bit hash of the words, the waiting tasks and the next operation of each task. */
  #state(): number {
    const { nodes, model: { memory } } = this.#execution;
    this.#memory = memory.save(this.#memory);
    let hash = fingerprint(0, this.#memory.parked.map(({ task }) => task).join());
    for (const word of this.#memory.cells.words) hash = Math.imul(hash ^ word, 0x01000193);
    for (const node of nodes) hash = Math.imul(hash ^ this.#placeOf(node), 0x01000193);
    return hash;
  }

  /** A hash of a task's next and last operations, since operations at two places may look the same. */
  #placeOf(node: TreeNode): number {
    let place = this.#places.get(node);
    if (place === undefined) {
      place = 0;
      let at: TreeNode | undefined = node;
      for (let back = 0; at !== undefined && back < RECENT; back++) {
        const { operation } = at;
        place = fingerprint(place, operation?.kind === "sleep" ? "sleep" : wholeText(operation));
        at = at.parent;
      }
      this.#places.set(node, place);
    }
    return place;
  }
}
