/**
 * What the app can ask its workers for: a request, updates on the way, an answer, all of it cloneable.
 *
 * - A view adds a kind by a line here, and by its handler in `main.ts`.
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

/** What went wrong in a worker. */
export interface FarFailure {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** What a worker is told. */
export type ToWork = Ask | { readonly abort: number } | { readonly ping: true };

/** A request. */
export interface Ask {
  readonly id: number;
  readonly kind: keyof Kinds;
  readonly request: unknown;
  /** A module of the user's programs, in a worker that has no other. */
  readonly own: string | undefined;
}

/** What it tells. */
export type FromWork = { readonly pong: true } | { readonly id: number } & News;

/** What becomes of a request. */
type News = { readonly updates: readonly unknown[] } | { readonly answer: unknown } | { readonly failure: FarFailure };
