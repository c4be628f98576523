/**
 * Measures where the real time of a run goes, system by system.
 *
 * - It measures advances, not initialization. The time of a system is its own: if it calls for an input that another
 *   system computes, that time is the other system's.
 * - The cost of measuring is measured at the start and subtracted.
 * - Invariant: between `start` and `stop`, all time up to `#since` is in `#spent`, each moment once.
 */

import type { Compute, ContextWriter, PartContext } from "../../diagram/mod.ts";
import type { Handler } from "../actions.ts";
import type { Reply } from "../far_side.ts";
import { type DelegationGain, gainOf } from "./delegation_gain.ts";

/** The real time of one system. */
export interface ProfiledSystem {
  /** Its path in the whole diagram. */
  readonly path: string;
  /** The name of the system, such as `integrator`. */
  readonly kind: string;
  /** `inline`, or the mode to which it is delegated. */
  readonly where: string;
  /** Real seconds that it worked, on this side or the far side. */
  readonly seconds: number;
  /** How often it was called: for its outputs and events, or, if it is delegated, for its requests. */
  readonly calls: number;
  /** How many of these calls were events or requests. */
  readonly events: number;
  /** Its share of all work, from 0 to 1. */
  readonly share: number;
}

/** Where the real time of a run went. */
export interface Profile {
  /** Real seconds of all advances. */
  readonly real: number;
  /** Of these, seconds that steps were delayed to keep the rate. */
  readonly paced: number;
  /** Of these, seconds spent waiting for replies. */
  readonly waited: number;
  /** Of these, seconds in the simulator itself: queues, messages, rows. */
  readonly simulator: number;
  /** Of these, the approximate seconds that measuring took. */
  readonly measuring: number;
  /** The systems that were called, the busiest first. */
  readonly systems: readonly ProfiledSystem[];
  /** An estimate of what delegating them would gain. */
  readonly gain: DelegationGain;
}

/** The places in the lists that are not systems; systems begin at `OTHERS`. */
const [SIMULATOR, PACED, WAITED, OTHERS] = [0, 1, 2, 3];
/** How many empty calls show the cost of measuring. */
const TRIALS = 2000;

/** Measures a run. */
export class Profiler {
  readonly #now: () => number;
  readonly #parts: readonly PartContext[];
  readonly #places: ReadonlyMap<string, number>;
  /** By place: real milliseconds, calls, and events among them. */
  readonly #spent: Float64Array;
  readonly #calls: Float64Array;
  readonly #events: Float64Array;
  #current = SIMULATOR;
  #since = 0;
  #isOn = false;
  #real = 0;
  /** Milliseconds that measuring adds to a call itself, and to its caller. */
  readonly #cost: { readonly within: number; readonly outside: number };

  /** Measures all outputs of a run from now on; `now` returns the real time in milliseconds. */
  constructor({ parts, values }: ContextWriter, now: () => number) {
    this.#now = now;
    this.#parts = parts;
    this.#places = new Map(parts.map(({ path }, index) => [path, OTHERS + index]));
    const count = OTHERS + parts.length;
    [this.#spent, this.#calls, this.#events] = [
      new Float64Array(count + 1),
      new Float64Array(count + 1),
      new Float64Array(count + 1),
    ];
    this.#cost = this.#trial(count);
    for (const part of parts) {
      if (part.kind !== "leaf") continue;
      for (const output of Object.keys(part.system.outputs)) {
        const signal = part.outputSignal(output);
        const compute = values.computes[signal];
        if (compute !== undefined) values.computes[signal] = this.#timed(this.#placeOf(part.path), compute);
      }
    }
  }

  /** Wraps an event handler of the part at a path so that it is measured. */
  watched(path: string, run: Handler): Handler {
    const place = this.#placeOf(path);
    const timed = this.#timed(place, run);
    return (now) => {
      if (this.#isOn) this.#events[place] = (this.#events[place] as number) + 1;
      return timed(now) as ReturnType<Handler>;
    };
  }

  /** Call when the run begins to advance. */
  start(): void {
    this.#since = this.#now();
    this.#current = SIMULATOR;
    this.#isOn = true;
  }

  /** Call when the advance has ended. */
  stop(): void {
    this.#spend(this.#current);
    this.#isOn = false;
  }

  /** Call before a pause; the time before it is the simulator's own. */
  idle(): void {
    this.#spend(SIMULATOR);
  }

  /** The time since the last call was spent on pacing. */
  paced(): void {
    this.#spend(PACED);
  }

  /** The time since the last call was spent on waiting for replies. */
  waited(): void {
    this.#spend(WAITED);
  }

  /** A delegated system has worked on a request. */
  replied(path: string, { started, finished }: Pick<Reply, "started" | "finished">): void {
    const place = this.#placeOf(path);
    this.#spent[place] = (this.#spent[place] as number) + finished - started;
    this.#calls[place] = (this.#calls[place] as number) + 1;
    this.#events[place] = (this.#events[place] as number) + 1;
  }

  /** Where the time went so far, and what delegation would gain on that many cores. */
  profile({ cores }: { readonly cores: number }): Profile {
    const { within, outside } = this.#cost;
    const seconds = (milliseconds: number) => Math.max(0, milliseconds) / 1000;
    const at = (list: Float64Array, place: number) => list[place] as number;
    const found = this.#parts.map((part, index) => {
      const place = OTHERS + index;
      const [spent, calls] = [at(this.#spent, place), at(this.#calls, place)];
      const isFar = part.kind === "delegated";
      return {
        path: part.path,
        kind: part.system.name,
        where: isFar ? part.system.mode : "inline",
        seconds: seconds(isFar ? spent : spent - calls * within),
        calls,
        events: at(this.#events, place),
      };
    });
    const inline = found.filter(({ where }) => where === "inline").reduce((sum, { calls }) => sum + calls, 0);
    // Systems in direct mode work while the simulator posts.
    const direct = found.filter(({ where }) => where === "direct").reduce((sum, { seconds }) => sum + seconds, 0);
    const simulator = Math.max(0, seconds(at(this.#spent, SIMULATOR) - inline * outside) - direct);
    const work = found.reduce((sum, { seconds }) => sum + seconds, simulator);
    const systems = found.filter(({ calls }) => calls > 0)
      .map((system) => ({ ...system, share: work === 0 ? 0 : system.seconds / work }))
      .toSorted((one, other) => other.seconds - one.seconds || (one.path < other.path ? -1 : 1));
    return {
      real: seconds(this.#real),
      paced: seconds(at(this.#spent, PACED)),
      waited: seconds(at(this.#spent, WAITED)),
      simulator,
      measuring: seconds(inline * (within + outside)),
      systems,
      gain: gainOf(systems, { simulator, cores }),
    };
  }

  #placeOf(path: string): number {
    return this.#places.get(path) ?? SIMULATOR;
  }

  /** Adds the time since the last call to a place. */
  #spend(place: number): void {
    if (!this.#isOn) return;
    const now = this.#now();
    this.#spent[place] = (this.#spent[place] as number) + now - this.#since;
    this.#real += now - this.#since;
    this.#since = now;
  }

  #timed(place: number, run: Compute): Compute {
    return (view) => {
      if (!this.#isOn) return run(view);
      const before = this.#current;
      this.#spend(before);
      this.#current = place;
      this.#calls[place] = (this.#calls[place] as number) + 1;
      try {
        return run(view);
      } finally {
        this.#spend(place);
        this.#current = before;
      }
    };
  }

  /** Finds the cost of measuring a call, with empty calls at a place of their own. */
  #trial(place: number): { readonly within: number; readonly outside: number } {
    const nothing = this.#timed(place, () => undefined);
    let cost = { within: 0, outside: 0 };
    // The first round runs before the engine has compiled the code.
    for (let time = 0; time < 3; time++) {
      this.#spent.fill(0);
      this.start();
      for (let call = 0; call < TRIALS; call++) nothing(undefined as never);
      this.stop();
      cost = {
        within: (this.#spent[place] as number) / TRIALS,
        outside: (this.#spent[SIMULATOR] as number) / TRIALS,
      };
    }
    this.#spent.fill(0);
    this.#calls.fill(0);
    this.#real = 0;
    return cost;
  }
}
