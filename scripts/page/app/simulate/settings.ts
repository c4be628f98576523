/**
 * What is simulated, and how: the part of the link that this view has, with the defaults of each experiment.
 */

import type { Link } from "../link.ts";
import type { Experiment, SimulateRequest } from "../../work/simulate.ts";

/** What the experiments are called. */
export const EXPERIMENTS: Readonly<Record<Experiment, string>> = {
  busy: "Busy systems",
  house: "A house and its thermostat",
  own: "A diagram of your own",
};

/** What an experiment takes where the link says nothing. */
const DEFAULTS: Readonly<Record<Experiment, { readonly duration: number; readonly rate: number }>> = {
  busy: { duration: 5, rate: 1 },
  house: { duration: 60, rate: 10 },
  own: { duration: 60, rate: 10 },
};

/** The simulation that a link means. */
export function settingsOf(link: Link): SimulateRequest {
  const { experiment = "busy", mode = "direct", systems = 2, period = 0.1, burn = "wall", waits = "yes" } = link;
  const { duration = DEFAULTS[experiment].duration, rate = DEFAULTS[experiment].rate } = link;
  return { experiment, mode, duration, rate, systems, period, burn, deterministic: waits === "yes" };
}

/** A simulation in a few words. */
export function titleOf({ experiment, mode, systems, period, deterministic, burn }: SimulateRequest): string {
  if (experiment !== "busy") return `${EXPERIMENTS[experiment]}, ${mode}`;
  const count = systems === 1 ? "1 system" : `${systems} systems`;
  return `${count} each ${period} s, ${mode}, burn ${burn}${deterministic ? "" : ", newest only"}`;
}
