/**
 * What a guest does for the search of a scenario that is split: it is told what is searched, and performs shares of it.
 *
 * - The module comes bundled, as data: the guest reads no file and needs no esbuild.
 * - In a bundle of this library all is one module, which exports {@linkcode scenarioShares} as well.
 */

import { ScenarioError } from "../errors.ts";
import { type Bundle, bundleOf } from "./bundle.ts";
import type { Built } from "./bundle_cache.ts";
import { inTurns } from "./in_turns.ts";
import { Rejections } from "./rejections.ts";
import { Rounds, type RoundsOptions } from "./rounds.ts";
import { type ScenarioPart, ScenarioSearch, type ScenarioShare, type SearchSettings } from "./search.ts";

/** Where this stands. */
const HERE = import.meta.url;

/** What a search is of, for who performs shares of it. */
export interface ScenarioRequest {
  /** How runs are performed. */
  readonly how: RoundsOptions;
  /** What is looked for. */
  readonly settings: SearchSettings;
}

/** A bundle as data. */
interface BundleData {
  readonly url: string;
  readonly built: Built;
}

/** The same as data. */
interface RequestData {
  readonly how: Omit<RoundsOptions, "bundle" | "modules" | "waits">;
  readonly bundle: BundleData;
  readonly modules: readonly BundleData[];
  readonly settings: SearchSettings;
}

/** What a search is of, as data for {@linkcode scenarioShares}. */
export function requestData({ how: { bundle, modules, waits: _, ...how }, settings }: ScenarioRequest): unknown {
  const data: RequestData = { how, bundle: dataOf(bundle), modules: [...modules.values()].map(dataOf), settings };
  return data;
}

function dataOf({ url, built }: Bundle): BundleData {
  return { url, built };
}

/** The module of guests that perform shares of a scenario, which it exports as `prepare` and `share`. */
export function sharesModule(): string {
  const source = `import { scenarioShares } from ${JSON.stringify(HERE)};
export const { prepare, share } = scenarioShares();
`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/**
 * What a guest does, as functions that a pool calls: `prepare` with what {@linkcode requestData} gives, then `share`, which gives
 * undefined where the scenario is refused.
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
