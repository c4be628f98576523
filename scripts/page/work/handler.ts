/**
 * The handler of a request in a worker of the page.
 */

/** The types of a kind of request. */
export interface Kind {
  readonly request: unknown;
  readonly update: unknown;
  readonly answer: unknown;
}

/** Handles requests of a kind. */
export type Handler<K extends Kind> = (
  request: K["request"],
  scope: RequestScope<K>,
) => Promise<K["answer"]> | K["answer"];

/** What a handler gets besides the request. */
export interface RequestScope<K extends Kind> {
  /** Sends an update; updates are batched, about once per frame. */
  update(update: K["update"]): void;
  /** Aborted when the answer is no longer wanted. */
  readonly signal: AbortSignal;
}
