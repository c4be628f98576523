/**
 * Simulates for the page: busy systems, the house, or the user's diagram; rows are sent as they come.
 */

import { Host, reachedTermination, Simulator, svgDiagram, type System } from "../holdfast.ts";
import { iterationsFor } from "../../cpu_work.ts";
import { busyDiagram } from "../../sim/busy.ts";
import { type Limit, limitOf } from "../../sim/limit.ts";
import house from "./house.ts";
import type { Handler } from "./handler.ts";
import { ownModule } from "./own.ts";

/** What is simulated. */
export type Experiment = "busy" | "house" | "own";

/** The kind of request for a simulation; times are in seconds. */
export interface SimulateRequest {
  readonly experiment: Experiment;
  readonly mode: "direct" | "thread";
  readonly duration: number;
  /** Simulated seconds per real second; 0 is as fast as possible. */
  readonly rate: number;
  /** For busy systems: their number, their period, whether each release waits, and how they use up time. */
  readonly systems: number;
  readonly period: number;
  readonly deterministic: boolean;
  readonly burn: "wall" | "cpu" | "none";
}

/** What a simulation consists of. */
export interface SimulateKind {
  readonly request: SimulateRequest;
  /** First the diagram as SVG and the columns of a row; then each row, and the real seconds since the first. */
  readonly update:
    | { readonly diagram: string; readonly columns: readonly string[] }
    | { readonly row: readonly number[]; readonly wall: number };
  readonly answer: SimulateAnswer;
}

/** The result of a simulation. */
export interface SimulateAnswer {
  /**
   * The time in seconds at which it was ended because the page can hold no more values; `null` if it reached its end.
   */
  readonly endedAt: number | null;
  /** Simulated seconds per real second. */
  readonly rate: number;
  /** The highest possible rate, and the reason; `null` if nothing bounds it. */
  readonly limit: number | null;
  readonly reason: string;
  /** The largest lag of a shown reply, in periods. */
  readonly lag: number;
  /** Steps that started after their real time. */
  readonly overruns: number;
  /** Instants at which updates ran. */
  readonly updates: number;
  /** SHA-256 of the rows. */
  readonly certificate: string;
}

/** The most values of a simulation: the page holds and draws all of them. */
const MOST = 500_000;

/** Runs a simulation. */
export const simulate: Handler<SimulateKind> = async (request, { update, signal }) => {
  const { duration, rate } = request;
  const system = await diagramOf(request);
  await using host = new Host();
  let told = 0;
  let endedAt: number | null = null;
  let began: number | undefined;
  await using simulator: Simulator = new Simulator(system, {
    host,
    clock: host.clock,
    rate,
    monitor: () => {
      began ??= performance.now();
      for (; told < simulator.trace.length; told++) {
        update({ row: simulator.trace.row(told), wall: (performance.now() - began) / 1000 });
      }
      if (signal.aborted) return reachedTermination("nobody wants it any more");
      if (told * (columns.length + 1) < MOST) return undefined;
      endedAt = simulator.context.t;
      return reachedTermination("a page holds no more");
    },
  });
  const { columns } = simulator.trace;
  update({ diagram: svgDiagram(system), columns });
  await simulator.initialize();
  await simulator.advanceTo(duration);
  signal.throwIfAborted();
  await simulator.end();
  const limit = limitIn(request);
  return {
    endedAt,
    rate: simulator.rate,
    limit: limit.rate ?? null,
    reason: limit.reason,
    lag: Math.max(0, ...Object.values(simulator.lag).map(({ most }) => most)),
    overruns: simulator.overruns,
    updates: simulator.counters.updates,
    certificate: await simulator.trace.certificate(),
  };
};

function limitIn(request: SimulateRequest): Limit {
  const { experiment, mode } = request;
  if (experiment === "own") return { rate: undefined, reason: "its periods are its own" };
  const house = { systems: 1, period: 1, burn: "none" } as const;
  const run = { ...request, ...experiment === "house" ? house : {}, modes: [mode], print: false };
  return limitOf(run, mode, navigator.hardwareConcurrency);
}

async function diagramOf(request: SimulateRequest): Promise<System> {
  const { experiment, mode, period, burn } = request;
  if (experiment === "busy") {
    return await busyDiagram({ ...request, work: burn === "cpu" ? iterationsFor(period) : 0 });
  }
  if (experiment === "house") return await house({ mode, module: new URL("./house.js", import.meta.url).href });
  return await ownSystem(mode);
}

/** The default export of the user's module: a system, or a function that makes one. */
async function ownSystem(mode: string): Promise<System> {
  const { made, url: module } = ownModule ?? { made: undefined, url: "" };
  const system = typeof made === "function" ? await made({ mode, module }) : made;
  if (typeof system === "object" && system !== null && "kind" in system && "outputs" in system) return system as System;
  throw new TypeError(
    "Cannot simulate the module: its default export is not a system, one, or a function ({ mode, module }) that returns one, is wanted",
  );
}
