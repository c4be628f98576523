/**
 * The app's side of its workers: `ask` gives a promise of the answer, and updates on the way.
 *
 * - Each kind of request has a worker of its own, made when it is first asked: so a long search holds up nothing else. Whoever
 *   asks may name a further one.
 * - An ask that is aborted tells its worker. One that does not answer in time is ended, and another one begins anew with what
 *   else it was asked for.
 */

import { ownModuleOf } from "./own/module.ts";
import type { FarFailure, FromWork, Kinds, ToWork } from "../work/kinds.ts";

/** How long a worker may take to answer that something is aborted, in milliseconds. */
const GRACE = 500;

/** How long a worker with code of the user's may be busy without a turn of its event loop, in milliseconds. */
const SILENCE = 5000;

/** How often a worker is made anew where its files cannot be loaded. */
const TRIES = 3;

/** What is asked besides the request. */
export interface AskOptions<K extends keyof Kinds> {
  /** Told of what happens meanwhile, many at once, about once a frame. */
  readonly update?: (updates: readonly Kinds[K]["update"][]) => void;
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** A module of the user's programs: it goes to a worker that cannot reach the network. */
  readonly own?: string | undefined;
  /** A worker beside the one of the kind, by a name. */
  readonly beside?: string;
}

/** What went wrong in a worker. */
export class FarError extends Error {
  /** The name of the error's class over there. */
  override readonly name: string;
  /** The stack over there. */
  readonly farStack: string;

  /** Takes what a worker told. */
  constructor({ name, message, stack }: FarFailure) {
    super(message);
    this.name = name;
    this.farStack = stack;
  }
}

/** One request that has not been answered. */
interface Pending {
  readonly kind: keyof Kinds;
  readonly request: unknown;
  readonly signal: AbortSignal | undefined;
  answer(value: unknown): void;
  fail(error: Error): void;
  update(updates: readonly unknown[]): void;
}

const lanes = new Map<string, Lane>();

/** Asks the worker of a kind. */
export async function ask<K extends keyof Kinds>(
  kind: K,
  request: Kinds[K]["request"],
  { update, signal, own = ownModuleOf(request), beside = "" }: AskOptions<K> = {},
): Promise<Kinds[K]["answer"]> {
  signal?.throwIfAborted();
  const name = `${kind} ${own === undefined ? "" : "of own"} ${beside}`;
  const known = lanes.get(name);
  // A worker holds one module of the user's: another one gets another worker.
  if (known !== undefined && known.own !== own) {
    known.end(new DOMException("Another module took its place.", "AbortError"));
  }
  for (let tries = 1;; tries++) {
    const lane = lanes.get(name) ?? new Lane(own, () => lanes.delete(name));
    lanes.set(name, lane);
    try {
      return await lane.ask(kind, request, {
        update: (updates) => update?.(updates as readonly Kinds[K]["update"][]),
        signal,
      }) as Kinds[K]["answer"];
    } catch (error) {
      // A worker never tries again to load what it could not: when the network changes meanwhile, another one can.
      if (!isNotLoaded(error) || tries === TRIES) throw error;
      lane.end(error);
    }
  }
}

/** Whether an error says that a file of the page could not be loaded, as browsers say it. */
function isNotLoaded(error: unknown): error is Error {
  return error instanceof Error && /dynamically imported module|module script failed/i.test(error.message);
}

/** A worker and what it was asked for. */
class Lane {
  /** The user's module, if it has one. */
  readonly own: string | undefined;
  #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #gone: () => void;
  #last = 0;
  /** When it was last heard of: its code is there from the first time on. */
  #heard: number | undefined;
  #pings: ReturnType<typeof setInterval> | undefined;

  constructor(own: string | undefined, gone: () => void) {
    this.own = own;
    this.#gone = gone;
    this.#worker = this.#start();
    if (own !== undefined) this.#pings = setInterval(() => this.#ping(), SILENCE / 10);
  }

  #start(): Worker {
    const url = new URL(this.own === undefined ? "./work.js" : "./own.js", document.baseURI);
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<FromWork>) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.end(new Error(`Cannot go on: the worker ended, ${event.message || "it could not be loaded"}`));
    };
    return worker;
  }

  /** Takes another worker, and asks it for all that nobody has aborted. */
  #renew(): void {
    this.#worker.terminate();
    this.#heard = undefined;
    this.#worker = this.#start();
    for (const [id, { kind, request, signal, fail }] of this.#pending) {
      if (signal?.aborted) fail(new DOMException("The work was ended.", "AbortError"));
      else this.#tell({ id, kind, request, own: this.own });
    }
  }

  async ask(
    kind: keyof Kinds,
    request: unknown,
    { update, signal }: { update: Pending["update"]; signal: AbortSignal | undefined },
  ): Promise<unknown> {
    const id = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { kind, request, signal, answer: resolve, fail: reject, update });
    const abort = (): void => {
      this.#tell({ abort: id });
      setTimeout(() => {
        if (this.#pending.has(id)) this.#renew();
      }, GRACE);
    };
    try {
      signal?.addEventListener("abort", abort);
      this.#tell({ id, kind, request, own: this.own });
      return await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#pending.delete(id);
    }
  }

  #tell(message: ToWork): void {
    this.#worker.postMessage(message);
  }

  #ping(): void {
    if (this.#heard === undefined || performance.now() - this.#heard < SILENCE) return this.#tell({ ping: true });
    const limit = `it has not answered for ${SILENCE / 1000} s`;
    this.end(new Error(`Cannot go on: ${limit} and may loop forever, a program that comes to its end is wanted`));
  }

  #hear(message: FromWork): void {
    this.#heard = performance.now();
    if ("pong" in message) return;
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    if ("updates" in message) pending.update(message.updates);
    else if ("answer" in message) pending.answer(message.answer);
    else pending.fail(message.failure.name === "AbortError" ? aborted(message.failure) : new FarError(message.failure));
  }

  /** Ends the worker, and fails all that it was asked for. */
  end(error: Error): void {
    clearInterval(this.#pings);
    this.#worker.terminate();
    this.#gone();
    for (const pending of this.#pending.values()) pending.fail(error);
  }
}

function aborted({ message }: FarFailure): DOMException {
  return new DOMException(message, "AbortError");
}

/** Whether an error says that whoever asked has ended it. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
