/**
 * The kinds of work that the app can ask its workers for: a request, updates on the way, an answer, all cloneable.
 *
 * - To add a kind, add a line here and a handler in `main.ts`.
 */

import type { ExploreKind } from "./explore.ts";
import type { InspectKind } from "./inspect.ts";
import type { ReplayKind } from "./replay.ts";
import type { RunKind } from "./run.ts";
import type { ScenarioKind } from "./scenario.ts";
import type { SimulateKind } from "./simulate.ts";

/** The kinds of requests. */
export interface Kinds {
  readonly inspect: InspectKind;
  readonly run: RunKind;
  readonly explore: ExploreKind;
  readonly replay: ReplayKind;
  readonly scenario: ScenarioKind;
  readonly simulate: SimulateKind;
}

/** A failure in a worker. */
export interface FarFailure {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** A message to a worker. */
export type ToWork = Ask | { readonly abort: number } | { readonly ping: true };

/** A request. */
export interface Ask {
  readonly id: number;
  readonly kind: keyof Kinds;
  readonly request: unknown;
  /** A module with the user's programs, in a worker that has no other. */
  readonly own: string | undefined;
}

/** A message from a worker. */
export type FromWork = { readonly pong: true } | { readonly id: number } & News;

/** The progress and end of a request. */
type News = { readonly updates: readonly unknown[] } | { readonly answer: unknown } | { readonly failure: FarFailure };
