/**
 * The listeners for uncaught errors and unhandled rejections, of the global object and of the process. Inside the
 * realm.
 *
 * - An `error` or `unhandledrejection` whose default is prevented is not a bug, since it would not end a process; nor
 *   is one that a listener of the process receives. These listeners do not receive errors that they throw themselves.
 * - A listener left on the process is a leak, unless it is one of these.
 */

import { ErrorEvent, Event, EventTarget } from "./events.ts";
import type { Outside } from "./outside.ts";

type Heard = (...args: readonly unknown[]) => unknown;

/** The event of an unhandled rejection. */
export class PromiseRejectionEvent extends Event {
  readonly promise: unknown;
  readonly reason: unknown;

  constructor(
    type: string,
    { promise, reason, ...settings }: {
      readonly promise: unknown;
      readonly reason?: unknown;
      readonly cancelable?: boolean;
    },
  ) {
    super(type, settings);
    this.promise = promise;
    this.reason = reason;
  }
}

const LAST = ["uncaughtException", "unhandledRejection"];

/** The listeners of one outside. */
export class LastResort {
  #target = new EventTarget();
  // By event of the process: its listeners.
  #heard = new Map<string, Heard[]>();
  #isTelling = false;

  constructor(outside: Outside) {
    outside.resets.push(() => {
      this.#target = new EventTarget();
      this.#heard = new Map();
      this.#isTelling = false;
    });
    outside.leftovers.push(() => {
      return [...this.#heard].some(([name, all]) => all.length > 0 && !LAST.includes(name))
        ? ["a listener of the process"]
        : [];
    });
    outside.catches = (error) => this.#tells(() => this.#hearsError(error));
    outside.handles = (reason, promise) => this.#tells(() => this.#hearsRejection(reason, promise));
  }

  /** The part that belongs to the global object. */
  get globals(): Readonly<Record<string, unknown>> {
    return {
      PromiseRejectionEvent,
      addEventListener: (...args: Parameters<EventTarget["addEventListener"]>) =>
        this.#target.addEventListener(...args),
      removeEventListener: (...args: Parameters<EventTarget["removeEventListener"]>) => {
        this.#target.removeEventListener(...args);
      },
      dispatchEvent: (...args: Parameters<EventTarget["dispatchEvent"]>) => this.#target.dispatchEvent(...args),
    };
  }

  /** The part that belongs to the process. */
  processOf(self: () => unknown): Readonly<Record<string, unknown>> {
    const listen = (name: string, act: Heard) => {
      this.#heard.set(name, [...this.#heard.get(name) ?? [], act]);
      return self();
    };
    const unlisten = (name: string, act: Heard) => {
      this.#heard.set(name, (this.#heard.get(name) ?? []).filter((other) => other !== act));
      return self();
    };
    const once = (name: string, act: Heard) => {
      const heard = (...args: readonly unknown[]) => {
        unlisten(name, heard);
        return act(...args);
      };
      return listen(name, heard);
    };
    return {
      on: listen,
      once,
      addListener: listen,
      off: unlisten,
      removeListener: unlisten,
      removeAllListeners: (name?: string) => {
        if (name === undefined) this.#heard.clear();
        else this.#heard.delete(name);
        return self();
      },
      listenerCount: (name: string) => this.#heard.get(name)?.length ?? 0,
      emit: (name: string, ...args: readonly unknown[]) => this.#emit(name, ...args),
    };
  }

  #tells(act: () => boolean): boolean {
    if (this.#isTelling) return false;
    this.#isTelling = true;
    try {
      return act();
    } finally {
      this.#isTelling = false;
    }
  }

  #hearsError(error: unknown): boolean {
    if (this.#target.listenersOf("error") > 0) {
      const message = error instanceof Error ? `Uncaught ${error.name}: ${error.message}` : "Uncaught";
      if (!this.#target.dispatchEvent(new ErrorEvent("error", { error, message, cancelable: true }))) return true;
    }
    return this.#emit("uncaughtException", error, "uncaughtException");
  }

  #hearsRejection(reason: unknown, promise: unknown): boolean {
    const event = new PromiseRejectionEvent("unhandledrejection", { promise, reason, cancelable: true });
    return !this.#target.dispatchEvent(event) || this.#emit("unhandledRejection", reason, promise);
  }

  #emit(name: string, ...args: readonly unknown[]): boolean {
    const all = this.#heard.get(name) ?? [];
    for (const act of [...all]) act(...args);
    return all.length > 0;
  }
}
