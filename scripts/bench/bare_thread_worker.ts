/**
 * The loop of a bare worker.
 */

import { type BareJob, STRIDE } from "./bare_thread.ts";
import { burnBare } from "./bare_work.ts";

/** The part of a worker's global scope that is used. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<BareJob>) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

const scope = self as unknown as WorkerScope;
scope.onmessage = ({ data }) => {
  scope.postMessage("ready");
  serve(data);
  scope.close();
};

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
