/**
 * What a guest does for the split search of a scenario: it receives the search, and performs shares of it.
 *
 * - The module arrives bundled, as data: the guest reads no files and needs no esbuild.
 * - A bundle of this library is a single module, which therefore exports {@linkcode scenarioShares} too.
 */

import { ScenarioError } from "../errors.ts";
import { type Bundle, bundleOf } from "./bundle.ts";
import type { Built } from "./bundle_cache.ts";
import { inTurns } from "./in_turns.ts";
import { Rejections } from "./rejections.ts";
import { Rounds, type RoundsOptions } from "./rounds.ts";
import { type ScenarioPart, ScenarioSearch, type ScenarioShare, type SearchSettings } from "./search.ts";

/** The URL of this file. */
const HERE = import.meta.url;

/** What a guest needs to perform shares of a search. */
export interface ScenarioRequest {
  /** The options for performing runs. */
  readonly how: RoundsOptions;
  /** The settings of the search. */
  readonly settings: SearchSettings;
}

/** A bundle as data. */
interface BundleData {
  readonly url: string;
  readonly built: Built;
}

/** The request as data. */
interface RequestData {
  readonly how: Omit<RoundsOptions, "bundle" | "modules" | "waits">;
  readonly bundle: BundleData;
  readonly modules: readonly BundleData[];
  readonly settings: SearchSettings;
}

/** The request of a search, as data for {@linkcode scenarioShares}. */
export function requestData({ how: { bundle, modules, waits: _, ...how }, settings }: ScenarioRequest): unknown {
  const data: RequestData = { how, bundle: dataOf(bundle), modules: [...modules.values()].map(dataOf), settings };
  return data;
}

function dataOf({ url, built }: Bundle): BundleData {
  return { url, built };
}

/** The module, as a `data:` URL, of guests that perform shares of a scenario; it exports `prepare` and `share`. */
export function sharesModule(): string {
  const source = `import { scenarioShares } from ${JSON.stringify(HERE)};
export const { prepare, share } = scenarioShares();
`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/**
 * Creates the functions of a guest, for a pool to call: `prepare`, with the result of {@linkcode requestData}, and then
 * `share`, which returns undefined if the scenario is refused.
 */
export function scenarioShares(): {
  readonly prepare: (request: never) => void;
  readonly share: (share: never) => Promise<unknown>;
} {
  let prepared: { readonly rounds: Rounds; readonly settings: SearchSettings } | undefined;
  return {
    prepare({ how, bundle, modules, settings }: RequestData) {
      const bundles = new Map(modules.map(({ url, built }) => [url, bundleOf(url, built)]));
      const listen = (owns: (promise: unknown) => boolean) =>
        new Rejections(owns, { hearsErrors: how.drain === "turn" });
      const rounds = new Rounds({ ...how, bundle: bundleOf(bundle.url, bundle.built), modules: bundles }, listen);
      prepared = { rounds, settings };
    },
    async share(share: ScenarioShare): Promise<ScenarioPart | undefined> {
      if (prepared === undefined) throw new Error("Cannot perform a share: nothing is prepared, a search is wanted");
      try {
        return await inTurns(new ScenarioSearch(prepared.rounds, prepared.settings).share(share));
      } catch (error) {
        if (error instanceof ScenarioError) return undefined;
        throw error;
      }
    },
  };
}
