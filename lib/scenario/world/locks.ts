/**
 * Web Locks: exclusive and shared, first come first served. Inside the realm.
 *
 * - A grant is a completion. A lock is held until what its callback returned has settled.
 * - The standard grants a free lock in a later step. Deno calls back at once, which is said among the assumptions.
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
  readonly callback: Callback;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  grant: Completion | undefined;
}

interface Lock {
  held: Request[];
  waiting: Request[];
}

/** The locks of one outside: `navigator.locks`. */
export function locks(outside: Outside): object {
  let all = new Map<string, Lock>();
  outside.resets.push(() => {
    if (all.size > 0) all = new Map();
  });
  outside.leftovers.push(() => [...all].flatMap(([name, { held }]) => held.length > 0 ? [`lock ${name}, held`] : []));

  const canHold = ({ held }: Lock, mode: string) => {
    return held.length === 0 || mode === "shared" && held.every((other) => other.mode === "shared");
  };
  const settle = async (name: string, request: Request, callback: () => unknown) => {
    // A grant is the answer to a question, so what is called is called by a microtask.
    await undefined;
    try {
      request.resolve(await callback());
    } catch (error) {
      request.reject(error);
    } finally {
      const lock = all.get(name);
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
      request.grant = outside.post(`lock ${name}`, () => {
        request.grant = undefined;
        void settle(name, request, () => request.callback({ name, mode: request.mode }));
      });
    }
    if (lock.held.length + lock.waiting.length === 0) all.delete(name);
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
      const request: Request = { mode, callback, resolve, reject, grant: undefined };
      const lock = all.get(name) ?? { held: [], waiting: [] };
      all.set(name, lock);
      if (ifAvailable && !(lock.waiting.length === 0 && canHold(lock, mode))) {
        outside.post(`lock ${name}: not available`, () => void settle(name, request, () => callback(null)));
        return promise;
      }
      if (steal) {
        for (const other of lock.held) {
          if (other.grant !== undefined) outside.drop(other.grant);
          other.reject(new DOMException("The lock was stolen", "AbortError"));
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
        [...all].flatMap(([name, lock]) => lock[kind].map(({ mode }) => ({ name, mode })));
      const { promise, resolve } = Promise.withResolvers<unknown>();
      outside.post("locks queried", () => resolve({ held: told("held"), pending: told("waiting") }));
      return promise;
    },
  };
}
