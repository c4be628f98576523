/**
 * What answers a request in a worker of the page.
 */

/** What a kind consists of. */
export interface Kind {
  readonly request: unknown;
  readonly update: unknown;
  readonly answer: unknown;
}

/** What a worker does for a kind. */
export type Handler<K extends Kind> = (request: K["request"], asked: Asked<K>) => Promise<K["answer"]> | K["answer"];

/** What a handler has besides the request. */
export interface Asked<K extends Kind> {
  /** Tells of something; many go together, about once a frame. */
  update(update: K["update"]): void;
  /** Aborted when nobody wants the answer any more. */
  readonly signal: AbortSignal;
}
