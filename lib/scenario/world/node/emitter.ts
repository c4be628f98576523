/**
 * `node:events`: emitters, whose listeners are called at once, in order. Inside the realm.
 */

import type { AbortSignal } from "../abort.ts";
import { EventTarget, whenAborted } from "../events.ts";

type Name = string | symbol;
type Callback = (...args: unknown[]) => unknown;

interface Listener {
  /** The listener as given. */
  readonly callback: Callback;
  /** The function to call. */
  readonly act: Callback;
  readonly once: boolean;
}

const MOST = 10;

/** Emits events to listeners. */
export class EventEmitter {
  static defaultMaxListeners: number = MOST;
  static readonly errorMonitor: symbol = Symbol("events.errorMonitor");
  static readonly captureRejectionSymbol: symbol = Symbol.for("nodejs.rejection");

  // Old-style classes call the constructor as a function, so there are no private fields.
  declare _events: Map<Name, Listener[]> | undefined;
  declare _most: number | undefined;

  on(name: Name, callback: Callback): this {
    return this._add(name, callback, {});
  }

  addListener(name: Name, callback: Callback): this {
    return this.on(name, callback);
  }

  once(name: Name, callback: Callback): this {
    return this._add(name, callback, { once: true });
  }

  prependListener(name: Name, callback: Callback): this {
    return this._add(name, callback, { first: true });
  }

  prependOnceListener(name: Name, callback: Callback): this {
    return this._add(name, callback, { first: true, once: true });
  }

  off(name: Name, callback: Callback): this {
    const list = this._events?.get(name) ?? [];
    const place = list.findLastIndex((listener) => listener.callback === callback || listener.act === callback);
    if (place < 0) return this;
    const rest = list.toSpliced(place, 1);
    if (rest.length > 0) this._events?.set(name, rest);
    else this._events?.delete(name);
    if (name !== "removeListener") this.emit("removeListener", name, callback);
    return this;
  }

  removeListener(name: Name, callback: Callback): this {
    return this.off(name, callback);
  }

  removeAllListeners(name?: Name): this {
    if (name === undefined) this._events?.clear();
    else this._events?.delete(name);
    return this;
  }

  emit(name: Name, ...args: readonly unknown[]): boolean {
    if (name === "error") this._call(EventEmitter.errorMonitor, args);
    if (this._call(name, args)) return true;
    if (name !== "error") return false;
    const [error] = args;
    if (error instanceof Error) throw error;
    throw new Error(`Unhandled error. (${String(error)})`);
  }

  listeners(name: Name): Callback[] {
    return (this._events?.get(name) ?? []).map(({ callback }) => callback);
  }

  rawListeners(name: Name): Callback[] {
    return (this._events?.get(name) ?? []).map(({ act }) => act);
  }

  listenerCount(name: Name, callback?: Callback): number {
    return this.listeners(name).filter((other) => callback === undefined || other === callback).length;
  }

  eventNames(): Name[] {
    return [...this._events?.keys() ?? []];
  }

  setMaxListeners(most: number): this {
    this._most = most;
    return this;
  }

  getMaxListeners(): number {
    return this._most ?? EventEmitter.defaultMaxListeners;
  }

  _add(name: Name, callback: Callback, { once = false, first = false }): this {
    if (typeof callback !== "function") {
      throw new TypeError('The "listener" argument must be of type function. Received ' + typeof callback);
    }
    const act = once
      ? (...args: unknown[]) => {
        this.off(name, act);
        return callback.apply(this, args);
      }
      : callback;
    if (this._events?.has("newListener")) this.emit("newListener", name, callback);
    const events = this._events ??= new Map();
    const list = events.get(name) ?? [];
    const listener = { callback, act, once };
    events.set(name, first ? [listener, ...list] : [...list, listener]);
    return this;
  }

  _call(name: Name, args: readonly unknown[]): boolean {
    const list = this._events?.get(name);
    for (const { act } of list ?? []) act.apply(this, [...args]);
    return list !== undefined;
  }
}

/** An emitter, or a target of events. */
type Source = EventEmitter | EventTarget;

function listens(
  source: Source,
  name: Name,
  { act, once }: { readonly act: Callback; readonly once: boolean },
): () => void {
  if (source instanceof EventTarget || !("on" in source)) {
    source.addEventListener(String(name), act, { once });
    return () => source.removeEventListener(String(name), act);
  }
  if (once) source.once(name, act);
  else source.on(name, act);
  return () => void source.off(name, act);
}

/** Iterates over all events of a name, until the signal aborts or an error occurs. */
export function on(
  source: Source,
  name: Name,
  { signal }: { readonly signal?: AbortSignal } = {},
): AsyncIterableIterator<unknown[]> {
  const heard: unknown[][] = [];
  const waiting: PromiseWithResolvers<IteratorResult<unknown[]>>[] = [];
  let failed: { readonly error: unknown } | undefined;
  let isOver = false;
  const fail = (error: unknown) => {
    leave();
    const next = waiting.shift();
    if (next === undefined) failed = { error };
    else next.reject(error);
    finish();
  };
  const hear = (...args: unknown[]) => {
    const next = waiting.shift();
    if (next === undefined) heard.push(args);
    else next.resolve({ value: args, done: false });
  };
  const finish = () => {
    isOver = true;
    for (const next of waiting.splice(0)) next.resolve({ value: undefined, done: true });
  };
  const leaves = [
    listens(source, name, { act: hear, once: false }),
    ...name === "error" || source instanceof EventTarget ? [] : [listens(source, "error", { act: fail, once: false })],
  ];
  const leave = () => leaves.forEach((act) => act());
  if (signal?.aborted) fail(signal.reason);
  else if (signal) whenAborted(signal, () => fail(signal.reason));
  return {
    next() {
      const value = heard.shift();
      if (value !== undefined) return Promise.resolve({ value, done: false });
      if (failed !== undefined) {
        const { error } = failed;
        failed = undefined;
        return Promise.reject(error);
      }
      if (isOver) return Promise.resolve({ value: undefined, done: true });
      const next = Promise.withResolvers<IteratorResult<unknown[]>>();
      waiting.push(next);
      return next.promise;
    },
    return() {
      leave();
      finish();
      return Promise.resolve({ value: undefined, done: true });
    },
    throw(error: unknown) {
      fail(error);
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Waits for an event once. */
export function once(
  source: Source,
  name: Name,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const heard = (...args: unknown[]) => {
      leaveError();
      resolve(args);
    };
    const failed = (error: unknown) => {
      leave();
      reject(error);
    };
    const leave = listens(source, name, { act: heard, once: true });
    const leaveError = name === "error" || source instanceof EventTarget
      ? () => {}
      : listens(source, "error", { act: failed, once: true });
    signal && whenAborted(signal, () => {
      leave();
      leaveError();
      reject(signal.reason);
    });
  });
}
