/// <reference lib="deno.worker" />
/**
 * The worker of the README's page on workers of one's own, as the file that the page says it is.
 *
 * @module
 */

import { attach, cell, lock, type ShareHandle } from "../../mod.ts";

self.onmessage = ({ data }: MessageEvent<ShareHandle>) => {
  const { guard, count } = attach(data, { guard: lock(), count: cell() }, { task: 0 });
  for (let time = 0; time < 1000; time++) {
    using _held = guard.lock();
    count.store(count.load() + 1);
  }
  self.postMessage("done");
};
