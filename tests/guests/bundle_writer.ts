/**
 * A worker that keeps bundles under one key, one after the other.
 *
 * @module
 */

import { keepBundle } from "../../lib/scenario/bundle_cache.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
};

scope.onmessage = ({ data: { key, files, code, times } }) => {
  for (let time = 0; time < times; time++) keepBundle(key, { built: { code, names: [], map: "{}" }, files });
  scope.postMessage("done");
};
