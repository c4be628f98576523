/**
 * The global scope of the bench's workers.
 */

/** The part of the scope that is used. */
interface WorkerScope {
  onmessage: ((event: MessageEvent) => void) | null;
  readonly postMessage: (message: unknown) => void;
  close(): void;
}

/** Answers each message with the result of a function, until a message says `close`. */
export function serveMessages<M>(answer: (message: M) => unknown): WorkerScope {
  const scope = self as unknown as WorkerScope;
  scope.onmessage = ({ data }) => data === "close" ? scope.close() : scope.postMessage(answer(data));
  return scope;
}
