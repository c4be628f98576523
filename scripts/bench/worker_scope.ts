/**
 * What the workers of the bench have of their global scope.
 */

/** The part of it that is used. */
interface WorkerScope {
  onmessage: ((event: MessageEvent) => void) | null;
  readonly postMessage: (message: unknown) => void;
  close(): void;
}

/** Answers each message by what a function gives, until one says `close`. */
export function serveMessages<M>(answer: (message: M) => unknown): WorkerScope {
  const scope = self as unknown as WorkerScope;
  scope.onmessage = ({ data }) => data === "close" ? scope.close() : scope.postMessage(answer(data));
  return scope;
}
