/**
 * The loop of a bare worker.
 */

import { type BareJob, STRIDE } from "./bare_thread.ts";
import { burnBare } from "./bare_work.ts";
import { serveMessages } from "./worker_scope.ts";

const scope = serveMessages((job: BareJob) => {
  scope.postMessage("ready");
  serve(job);
  scope.close();
});

function serve({ words, member, work }: BareJob): void {
  const own = STRIDE * (member + 1);
  for (let seen = 0;;) {
    Atomics.wait(words, own, seen);
    const round = Atomics.load(words, own);
    if (round < 0) return;
    if (round === seen) continue;
    seen = round;
    burnBare(work);
    if (Atomics.sub(words, 0, 1) === 1) Atomics.notify(words, 0);
  }
}
