/**
 * A worker with nothing around it that counts samples of `pi`, a part for each message.
 */

import { countInside, type CountInsideOptions } from "../../mod.ts";

/** The part of a worker's global scope that is used. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<CountInsideOptions | "close">) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

const scope = self as unknown as WorkerScope;
scope.onmessage = ({ data }) => {
  if (data === "close") scope.close();
  else scope.postMessage(countInside(data));
};
