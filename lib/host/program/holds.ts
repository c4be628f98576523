/**
 * Which task holds what, and since when: told as spans, for the picture of a run.
 *
 * - Who looks says when: after whatever may have changed it. Parts of shared things have names of their own and are left out.
 */

import { type Memory, runBlocking } from "../../memory/mod.ts";
import type { SharedThing } from "../../sync/mod.ts";

/** That a task held something for some time, in milliseconds. */
export interface HeldSpan {
  /** The task's number. */
  readonly task: number;
  /** What it held. */
  readonly name: string;
  /** When it took it. */
  readonly started: number;
  /** When it gave it back. */
  readonly finished: number;
}

export class Holds {
  readonly #memory: Memory;
  readonly #tell: (span: HeldSpan) => void;
  /** Who holds a thing, each since when. */
  readonly #held = new Map<SharedThing, Map<number, number>>();

  /** Begins with nothing held; `tell` is told of each span when it is over. */
  constructor(things: ReadonlyMap<string, SharedThing>, memory: Memory, tell: (span: HeldSpan) => void) {
    this.#memory = memory;
    this.#tell = tell;
    const isPart = (name: string) => [...things.keys()].some((whole) => name.startsWith(`${whole}.`));
    for (const [name, thing] of things) {
      if (thing.holders !== undefined && !isPart(name)) this.#held.set(thing, new Map());
    }
  }

  /** Looks who holds what at a time. */
  look(time: number): void {
    for (const [thing, since] of this.#held) {
      const holders = thing.holders === undefined ? [] : runBlocking(this.#memory, thing.holders());
      for (const task of since.keys()) if (!holders.includes(task)) this.#end(thing, task, time);
      for (const task of holders) if (!since.has(task)) since.set(task, time);
    }
  }

  /** Ends what is held still. */
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
