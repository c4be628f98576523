/**
 * Which task holds which thing since when, reported as spans for the picture of a run.
 *
 * - The caller decides when to check: after anything that may have changed it. Parts of shared things have names of
 *   their own and are left out.
 */

import { type Memory, runBlocking } from "../../memory/mod.ts";
import type { SharedThing } from "../../sync/mod.ts";

/** A span in which a task held something, in milliseconds. */
export interface HeldSpan {
  /** The task's number. */
  readonly task: number;
  /** The name of the thing. */
  readonly name: string;
  /** When the task took it. */
  readonly started: number;
  /** When the task gave it back. */
  readonly finished: number;
}

/** Reports which task holds which thing, as spans. */
export class HoldRecorder {
  readonly #memory: Memory;
  readonly #tell: (span: HeldSpan) => void;
  /** The holders of each thing, each with the time since when. */
  readonly #held = new Map<SharedThing, Map<number, number>>();

  /** Starts with nothing held; `tell` receives each span when it is over. */
  constructor(things: ReadonlyMap<string, SharedThing>, memory: Memory, tell: (span: HeldSpan) => void) {
    this.#memory = memory;
    this.#tell = tell;
    const isPart = (name: string) => [...things.keys()].some((whole) => name.startsWith(`${whole}.`));
    for (const [name, thing] of things) {
      if (thing.holders !== undefined && !isPart(name)) this.#held.set(thing, new Map());
    }
  }

  /** Checks who holds what at a given time. */
  look(time: number): void {
    for (const [thing, since] of this.#held) {
      const holders = thing.holders === undefined ? [] : runBlocking(this.#memory, thing.holders());
      for (const task of since.keys()) if (!holders.includes(task)) this.#end(thing, task, time);
      for (const task of holders) if (!since.has(task)) since.set(task, time);
    }
  }

  /** Ends all open spans. */
  end(time: number): void {
    for (const [thing, since] of this.#held) for (const task of since.keys()) this.#end(thing, task, time);
  }

  #end(thing: SharedThing, task: number, finished: number): void {
    const since = this.#held.get(thing);
    const started = since?.get(task) ?? finished;
    since?.delete(task);
    if (finished > started) this.#tell({ task, name: thing.name, started, finished });
  }
}
