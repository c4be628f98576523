/**
 * Simulates busy systems for the page: each integrates the clock, one period late.
 */

import { busy, clock, delegate, DiagramBuilder, Host, Simulator } from "../holdfast.ts";
import type { Handler } from "./kinds.ts";

/** A simulation, as the app asks for it: times in seconds. */
export interface SimulateKind {
  readonly request: {
    readonly systems: number;
    readonly period: number;
    readonly duration: number;
  };
  /** The time, and the output of each system then. */
  readonly update: { readonly t: number; readonly y: readonly number[] };
  /** Simulated seconds per real second. */
  readonly answer: { readonly rate: number };
}

/** Simulates them. */
export const simulate: Handler<SimulateKind> = async ({ systems, period, duration }, { update, signal }) => {
  const builder = new DiagramBuilder("busy systems");
  const time = builder.add("clock", clock());
  const names = Array.from({ length: systems }, (_, index) => `y${index}`);
  for (const name of names) {
    const system = builder.add(name, delegate(busy({ period, burn: "none" }), { mode: "direct", period }));
    builder.connect(time.output("t"), system.input("u"));
    builder.exportOutput(name, system.output("y"));
  }
  await using host = new Host();
  await using simulator = new Simulator(builder.build(), { host });
  await simulator.initialize();
  const started = performance.now();
  for (let step = 1; step * period <= duration; step++) {
    signal.throwIfAborted();
    await simulator.advanceTo(step * period);
    update({ t: step * period, y: names.map((name) => Number(simulator.context.output(name))) });
  }
  return { rate: duration / ((performance.now() - started) / 1000) };
};
