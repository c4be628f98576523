/**
 * The updates and saves of `light-ml` as functions of a pool, whose guests die in the middle of some updates.
 *
 * @module
 */

import type { Steps } from "../../lib/memory/mod.ts";
import type { ServiceContext } from "../../lib/host/mod.ts";
import { cells, type Channel, channel, pause, type Shareable, type SharedArray } from "../../mod.ts";

/** A model to update. */
export interface Update {
  /** Which. */
  readonly location: number;
  /** How many of the first tries end with the guest. */
  readonly deaths: number;
  /** Whether it dies when it has updated the model, or before. */
  readonly late: boolean;
}

/** What all share. */
export type LightMlThings = {
  /** For each location how often its update was begun. */
  readonly tries: Shareable<SharedArray<"i32">>;
  /** For each location how often its model was saved. */
  readonly saves: Shareable<SharedArray<"i32">>;
  /** Processes that wait to be killed. */
  readonly victims: Shareable<Channel<number>>;
};

type Context = ServiceContext<LightMlThings>;

/** Makes them. */
export function lightMlThings({ locations }: { readonly locations: number }): LightMlThings {
  return {
    tries: cells({ length: locations }),
    saves: cells({ length: locations }),
    victims: channel<number>({ capacity: 64 }),
  };
}

/** Updates a model, if it lives so long. */
export function* updateModel({ location, deaths, late }: Update, context: Context): Steps<number> {
  const isLast = (yield* context.shared.tries.at(location).add(1)) < deaths;
  if (isLast && !late) yield* die(context);
  yield* pause(0.001);
  if (isLast && late) yield* die(context);
  return location;
}

/** Saves a model. */
export function* saveModel(location: number, { shared }: Context): Steps<number> {
  return (yield* shared.saves.at(location).add(1)) + 1;
}

/** A thread exits, a process is killed by its host; in direct mode there is nobody who could survive that. */
function* die({ mode, shared }: Context): Steps<void> {
  if (mode === "direct") throw new Error("it would have died");
  if (mode === "thread") Deno.exit(1);
  yield* shared.victims.put(Deno.pid);
  yield* pause(60);
}
