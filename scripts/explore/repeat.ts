/**
 * Repeats a schedule in the model, or on real threads and processes, and counts how often it has the model's outcome.
 */

import { type GuestPlace, type Host, type ModeName, replay } from "../../mod.ts";
import { isRepeated, scriptOf } from "../../lib/explorer/mod.ts";
import type { Script } from "../../lib/program/mod.ts";
import type { Subject } from "./request.ts";

/** How often a mode reproduced a schedule's outcome. */
export interface Repeated {
  readonly mode: ModeName;
  /** The other hosts on which guests ran, if any. */
  readonly places?: readonly GuestPlace[];
  /** How many times it was tried. */
  readonly times: number;
  /** How often it had the model's outcome. */
  readonly reproduced: number;
  /** The first fault, if any. */
  readonly fault: string | undefined;
}

export async function repeat(
  { program, variant, parameters }: Subject,
  { schedule, mode, times, seed, stepLimit, timeout, host, each }: {
    readonly schedule: string;
    readonly mode: ModeName;
    readonly times: number;
    readonly seed: number;
    readonly stepLimit: number | undefined;
    readonly timeout: number;
    readonly host: Host;
    /** Called after each time. */
    readonly each: (time: number) => void;
  },
): Promise<Repeated> {
  const settings = { variant, parameters, seed, stepLimit };
  const { outcome } = replay(program, schedule, settings);
  let reproduced = 0;
  let fault: string | undefined;
  if (mode !== "direct" && program.module === undefined) {
    return { mode, times: 0, reproduced: 0, fault: "the program does not say where it is exported" };
  }
  let script: Script | undefined;
  try {
    script = mode === "direct" ? undefined : scriptOf(program, schedule, settings);
  } catch (error) {
    // Tasks die in it.
    if (!(error instanceof RangeError)) throw error;
    return { mode, times: 0, reproduced: 0, fault: error.message };
  }
  for (let time = 0; time < times; time++) {
    try {
      const again = mode === "direct"
        ? replay(program, schedule, settings)
        : await host.run(program, { variant, parameters, seed, mode, script, timeout });
      if (isRepeated(outcome, again.outcome)) reproduced++;
      else fault ??= "another outcome came out";
    } catch (error) {
      fault ??= error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    each(time + 1);
  }
  const places = mode === "process" ? host.places : [];
  return { mode, times, reproduced, fault, ...places.length === 0 ? {} : { places } };
}
