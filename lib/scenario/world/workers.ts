/**
 * Workers: each runs a module in its own realm. This is the side of the code that starts them. Inside the realm.
 *
 * - The start of a worker and each message are completions; messages in one direction arrive in the order in which they
 *   were sent. Messages to a worker wait until its module is evaluated.
 * - A message is copied when it is sent, and again when it arrives, into objects of that realm.
 * - An uncaught error or unhandled rejection ends a worker and dispatches `error`; if nobody listens for that, it ends
 *   the run. A death is not reported.
 */

import { isShared } from "./clone.ts";
import { ErrorEvent, EventTarget, MessageEvent, withHandlers } from "./events.ts";
import { type Outside, safeText } from "./outside.ts";
import type { Mail, Sent, Transfer } from "./ports.ts";
import { BLOCKING, NotInWorldError, refusals, refuse } from "./refused.ts";

/** The scope of the worker, in its realm. */
export interface FarSide {
  begin(near: NearSide): void;
  hear(sent: Sent): void;
}

/** The part of this side that a worker's scope uses. */
export interface NearSide {
  /** The name of the worker. */
  readonly name: string;
  /** Whether the worker has not ended. */
  readonly isLive: boolean;
  /** Reports that its module is evaluated. */
  evaluated(): void;
  /** Sends a message, already copied. */
  send(sent: Sent): void;
  /** Ends the worker; messages that it has sent still arrive. */
  close(): void;
}

const settled: Promise<void> = Promise.resolve();

/** Whether a message contains shared memory, which both sides would use at once. */
function hasSharedMemory(value: unknown, known: Set<unknown>): boolean {
  if (typeof value !== "object" || value === null || known.has(value)) return false;
  known.add(value);
  if (isShared(value)) return true;
  if (ArrayBuffer.isView(value)) return hasSharedMemory(value.buffer, known);
  return Object.values(value).some((item) => hasSharedMemory(item, known));
}

/** Prepares a message to or from a worker. */
export function sentMessage(mail: Mail, message: unknown, options?: Transfer): Sent {
  if (hasSharedMemory(message, new Set())) {
    refuse("shared memory in a message to or from a worker", { instead: BLOCKING })();
  }
  return mail.sent(message, options);
}

/** The workers of one outside, as globals; `hasModule` tells whether a module is available. */
export function workers(
  outside: Outside,
  { mail, hasModule }: { readonly mail: Mail; readonly hasModule: (url: string) => boolean },
): Readonly<Record<string, unknown>> {
  class WorldWorker extends EventTarget {
    readonly #name: string;
    readonly #label: string;
    readonly #realm: number;
    readonly #in = {};
    readonly #out = {};
    #isLive = true;
    // Messages that wait until the module is evaluated.
    #waiting: Sent[] | undefined = [];

    constructor(url: unknown, { type, name = "" }: { readonly type?: string; readonly name?: string } = {}) {
      super();
      if (type !== "module") {
        throw new TypeError(`Cannot start a worker: its type is ${type ?? "classic"}, module is wanted`);
      }
      const href = String(url);
      if (!hasModule(href)) {
        const error = new NotInWorldError(`a worker of ${href}`, { module: href });
        refusals.tell(error);
        throw error;
      }
      this.#realm = outside.addWorker({
        url: href,
        fails: (error, how) => this.#fails(error, how),
        dies: () => this.#end(),
      });
      this.#name = String(name);
      this.#label = `${this.#name || href.slice(href.lastIndexOf("/") + 1)} ${this.#realm}`;
      const begin = () => outside.farSides[this.#realm]?.begin(this.#near());
      outside.post(`${this.#label} starts`, begin, { realm: this.#realm, line: this.#in });
    }

    postMessage(message: unknown, options?: Transfer): void {
      const sent = sentMessage(mail, message, options);
      if (!this.#isLive) return;
      if (this.#waiting === undefined) this.#deliver(sent);
      else this.#waiting.push(sent);
    }

    terminate(): void {
      this.#end();
      outside.pending.filter(({ line }) => line === this.#out).forEach((completion) => outside.drop(completion));
    }

    #deliver(sent: Sent): void {
      const hear = () => outside.farSides[this.#realm]?.hear(sent);
      outside.post(`message to ${this.#label}`, hear, { realm: this.#realm, line: this.#in });
    }

    #near(): NearSide {
      const isLive = () => this.#isLive;
      return {
        name: this.#name,
        get isLive() {
          return isLive();
        },
        evaluated: () => {
          const waiting = this.#waiting ?? [];
          this.#waiting = undefined;
          if (this.#isLive) { for (const sent of waiting) this.#deliver(sent); }
        },
        send: (sent) => {
          if (!this.#isLive) return;
          const hear = () => received(() => void this.dispatchEvent(new MessageEvent("message", mail.arrived(sent))));
          outside.post(`message from ${this.#label}`, hear, { realm: 0, line: this.#out });
        },
        close: () => this.#end(),
      };
    }

    #fails(error: unknown, { isRejection }: { readonly isRejection: boolean } = { isRejection: false }): void {
      if (!this.#isLive) return;
      this.#end();
      const message = `Uncaught ${isRejection ? "(in promise) " : ""}${safeText(error)}`;
      outside.post(`${this.#label} fails`, () => {
        if (this.listenersOf("error") === 0) outside.crash ??= { error };
        else received(() => void this.dispatchEvent(new ErrorEvent("error", { message, cancelable: true })));
      }, { realm: 0, line: this.#out });
    }

    #end(): void {
      this.#isLive = false;
      outside.endWorker(this.#realm);
    }
  }
  Object.defineProperty(WorldWorker, "name", { value: "Worker" });
  withHandlers(WorldWorker, ["message", "messageerror", "error"]);
  outside.leftovers.push(() => outside.liveWorkers.map(({ url }) => `worker ${url.slice(url.lastIndexOf("/") + 1)}`));
  return { Worker: WorldWorker };

  /** A message is an answer, so its listeners are called in a microtask. */
  function received(act: () => void): void {
    void settled.then(() => outside.guard(act));
  }
}
