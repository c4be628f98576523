/**
 * Web Locks: exclusive and shared, first come, first served. Inside the realm.
 *
 * - A grant is a completion. A lock is held until what its callback returned has settled, or its worker has ended.
 * - Workers share the locks of their run: a lock is granted or stolen in the realm that requested it.
 * - The standard grants a free lock in a later step, but Deno calls back at once; the assumptions say so.
 */

import type { AbortSignal } from "./abort.ts";
import { DOMException, whenAborted } from "./events.ts";
import type { Completion, Outside } from "./outside.ts";

interface LockOptions {
  readonly mode?: "exclusive" | "shared";
  readonly ifAvailable?: boolean;
  readonly steal?: boolean;
  readonly signal?: AbortSignal;
}

type Callback = (lock: { readonly name: string; readonly mode: string } | null) => unknown;

interface Request {
  readonly mode: "exclusive" | "shared";
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** The requesting realm. */
  readonly realm: number;
  /**
   * Called when the lock is granted, or when it is stolen. Both are code of the request's realm, whose microtasks are
   * then run.
   */
  readonly granted: () => void;
  readonly stolen: () => void;
  grant: Completion | undefined;
}

interface Lock {
  held: Request[];
  waiting: Request[];
}

/** The locks of one outside: `navigator.locks`. */
export function locks(outside: Outside): object {
  const known = () => outside.common("locks", () => new Map<string, Lock>());
  // The locks of all realms are reported once.
  if (!outside.ends.has("locks")) {
    outside.leftovers.push(() => {
      return [...known()].flatMap(([name, { held }]) => held.length > 0 ? [`lock ${name}, held`] : []);
    });
    outside.ends.set("locks", (realm) => {
      for (const [name, lock] of [...known()]) {
        lock.held = lock.held.filter((request) => request.realm !== realm);
        lock.waiting = lock.waiting.filter((request) => request.realm !== realm);
        serve(name, lock);
      }
    });
  }

  const canHold = ({ held }: Lock, mode: string) => {
    return held.length === 0 || mode === "shared" && held.every((other) => other.mode === "shared");
  };
  const settle = async (name: string, request: Request, callback: () => unknown) => {
    // A grant is an answer, so the callback is called in a microtask.
    await undefined;
    try {
      request.resolve(await callback());
    } catch (error) {
      request.reject(error);
    } finally {
      const lock = known().get(name);
      if (lock?.held.includes(request)) {
        lock.held = lock.held.filter((other) => other !== request);
        serve(name, lock);
      }
    }
  };
  const serve = (name: string, lock: Lock) => {
    for (let next = lock.waiting[0]; next !== undefined && canHold(lock, next.mode); next = lock.waiting[0]) {
      const request = next;
      lock.waiting.shift();
      lock.held.push(request);
      request.grant = outside.post(`lock ${name}`, request.granted, { realm: request.realm });
    }
    if (lock.held.length + lock.waiting.length === 0) known().delete(name);
  };
  const forget = (name: string, lock: Lock, request: Request) => {
    if (request.grant !== undefined) outside.drop(request.grant);
    lock.waiting = lock.waiting.filter((other) => other !== request);
    lock.held = lock.held.filter((other) => other !== request);
    serve(name, lock);
  };
  return {
    request(name: string, ...rest: readonly [Callback] | readonly [LockOptions, Callback]): Promise<unknown> {
      const [options, callback] = rest.length === 1 ? [{}, rest[0]] : rest;
      const { mode = "exclusive", ifAvailable = false, steal = false, signal } = options;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      if (outside.traces) outside.promised.set(promise, `lock ${name}`);
      if (typeof callback !== "function") {
        reject(new TypeError("Cannot request a lock: no callback is given, a function is wanted"));
        return promise;
      }
      if (String(name).startsWith("-")) {
        reject(new DOMException("A lock's name must not start with -", "NotSupportedError"));
        return promise;
      }
      if (signal?.aborted) {
        reject(signal.reason);
        return promise;
      }
      outside.assumptions.add("a free lock is granted in a later step, as the standard of Web Locks says");
      const stolen = () => reject(new DOMException("The lock was stolen", "AbortError"));
      const granted = () => {
        request.grant = undefined;
        void settle(name, request, () => callback({ name, mode }));
      };
      const { realm } = outside;
      const request: Request = { mode, resolve, reject, granted, stolen, realm, grant: undefined };
      const lock = known().get(name) ?? { held: [], waiting: [] };
      known().set(name, lock);
      if (ifAvailable && !(lock.waiting.length === 0 && canHold(lock, mode))) {
        outside.post(`lock ${name}: not available`, () => void settle(name, request, () => callback(null)));
        return promise;
      }
      if (steal) {
        for (const other of lock.held) {
          if (other.grant !== undefined) outside.drop(other.grant);
          if (other.realm === outside.realm) other.stolen();
          else outside.post(`lock ${name} is stolen`, other.stolen, { realm: other.realm });
        }
        lock.held = [];
        lock.waiting.unshift(request);
      } else lock.waiting.push(request);
      signal && whenAborted(signal, () => {
        if (request.grant === undefined && !lock.waiting.includes(request)) return;
        forget(name, lock, request);
        reject(signal.reason);
      });
      serve(name, lock);
      return promise;
    },
    query(): Promise<unknown> {
      const told = (kind: "held" | "waiting") =>
        [...known()].flatMap(([name, lock]) => lock[kind].map(({ mode }) => ({ name, mode })));
      const { promise, resolve } = Promise.withResolvers<unknown>();
      outside.post("locks queried", () => resolve({ held: told("held"), pending: told("waiting") }));
      return promise;
    },
  };
}
