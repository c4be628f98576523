/**
 * The `node:` modules, as far as they make sense in a world. Inside the realm.
 *
 * - Modules that neither read a clock nor wait (`path`, `url`, `querystring`) are the host's own.
 * - Everything else is refused by name when it is called; the names are the host's.
 */

import type { AbortSignal } from "../abort.ts";
import type { Adopting } from "../adopted.ts";
import { whenAborted } from "../events.ts";
import { type Outside, safeText } from "../outside.ts";
import { refuse } from "../refused.ts";
import { EventEmitter, on, once } from "./emitter.ts";

type Callback = (...args: unknown[]) => unknown;
type Module = Readonly<Record<string, unknown>>;

/** The part of `AsyncLocalStorage` that is used. */
interface Contexts {
  bind(act: () => void): () => void;
}

/** What modules are created from. */
export interface Parts {
  readonly outside: Outside;
  readonly globals: Module;
  readonly adopting: Adopting;
  /** Returns the host's own module; undefined if there is none. */
  readonly hostModule: (name: string) => Module | undefined;
}

/** The modules that are the host's own: they neither read a clock nor wait. */
const PURE: readonly string[] = [
  "path",
  "path/posix",
  "path/win32",
  "url",
  "querystring",
  "punycode",
];

/** Modules that create the host's own bytes: available only if its realm is the scenario's. */
const IN_TURNS: readonly string[] = ["buffer", "crypto", "string_decoder"];

/** The allowed functions of `node:assert`: those that do not wait. */
const ASSERTIONS: readonly string[] = [
  "ok",
  "equal",
  "notEqual",
  "strictEqual",
  "notStrictEqual",
  "deepEqual",
  "deepStrictEqual",
  "notDeepEqual",
  "notDeepStrictEqual",
  "doesNotMatch",
  "ifError",
  "throws",
  "doesNotThrow",
  "match",
  "fail",
  "AssertionError",
];

/** The allowed functions of the host's modules. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  async_hooks: ["AsyncLocalStorage", "AsyncResource"],
  assert: ASSERTIONS,
  "assert/strict": ASSERTIONS,
  util: ["inspect", "format", "isDeepStrictEqual", "stripVTControlCharacters", "types", "TextEncoder", "TextDecoder"],
  buffer: ["Buffer", "constants", "kMaxLength"],
  string_decoder: ["StringDecoder"],
  crypto: ["createHash", "createHmac", "timingSafeEqual", "getHashes"],
  os: ["EOL", "constants"],
  fs: ["constants"],
};

/** Creates the function that returns the modules of a run by name. */
export function modules(parts: Parts): (name: string) => unknown {
  let made = new Map<string, unknown>();
  parts.outside.resets.push(() => {
    if (made.size > 0) made = new Map();
  });
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const module = madeModule(name, parts);
    made.set(name, module);
    return module;
  };
}

function madeModule(name: string, { outside, globals, adopting, hostModule }: Parts): unknown {
  const host = hostModule(name) ?? {};
  const classes = Object.fromEntries(CLASSES.filter((one) => one in host).map((one) => [one, globals[one]]));
  if (PURE.includes(name)) return { ...adopting.module(host), ...classes };
  // V8 keeps asynchronous contexts across promises; the world keeps them across everything that comes from outside.
  if (name === "async_hooks" && "AsyncLocalStorage" in host) {
    outside.bind = (host["AsyncLocalStorage"] as Contexts).bind;
  }
  const own = ownModule(name, { outside, globals });
  const allowed = ALLOWED[name] ?? [];
  const inTurns = IN_TURNS.includes(name) && adopting.isForeign;
  const rest = Object.entries(host).map(([key, value]) => {
    const isFunction = typeof value === "function";
    if (!isFunction && typeof value !== "object") return [key, value];
    const refused = `node:${name}.${key}`;
    if (!allowed.includes(key)) return [key, refuse(refused)];
    if (inTurns) return [key, refuse(refused, { inTurns, holds: isFunction ? Object.keys(value) : [] })];
    if (key === "AssertionError") return [key, adopting.kind(value, Error)];
    return [key, name === "async_hooks" ? value : adopting.act(value)];
  });
  // A browser has no modules of Node.
  const lacking = allowed.filter((key) => !(key in host)).map((key) => [key, refuse(`node:${name}.${key}`)]);
  const all: Module = { ...Object.fromEntries([...lacking, ...rest]), ...classes, ...own };
  if (name === "events") {
    // The emitter's own functions come first; everything else is refused.
    const others = Object.fromEntries(Object.entries(all).filter(([key]) => !(key in EventEmitter)));
    return Object.assign(EventEmitter, others, { EventEmitter, once, on });
  }
  if (name === "assert" || name === "assert/strict") {
    const { ok, throws, fail } = all as Partial<Record<"ok" | "throws" | "fail", Callback>>;
    const asserts = { ...all, ...ok && throws && fail ? rejecting({ throws, fail }) : {} };
    const strict = Object.assign((...args: unknown[]) => ok?.(...args), asserts);
    return Object.assign((...args: unknown[]) => ok?.(...args), asserts, { strict });
  }
  return all;
}

/** Classes that are also globals. */
const CLASSES = ["URL", "URLSearchParams", "TextEncoder", "TextDecoder"] as const;

/** The functions of `node:assert` that wait, for promises of this realm. */
function rejecting({ throws, fail }: { readonly throws: Callback; readonly fail: Callback }): Module {
  const settled = async (act: unknown) => {
    try {
      await (typeof act === "function" ? act() : act);
      return undefined;
    } catch (error) {
      return { error };
    }
  };
  return {
    async rejects(act: unknown, ...expected: unknown[]): Promise<void> {
      const failed = await settled(act);
      if (failed === undefined) fail("Missing expected rejection.");
      throws(() => {
        throw failed?.error;
      }, ...expected);
    },
    async doesNotReject(act: unknown): Promise<void> {
      const failed = await settled(act);
      if (failed !== undefined) fail(`Got unwanted rejection.\nActual message: "${safeText(failed.error)}"`);
    },
  };
}

function ownModule(name: string, { outside, globals }: Pick<Parts, "outside" | "globals">): Module {
  const timers = () => Object.fromEntries(TIMERS.map((name) => [name, globals[name]]));
  switch (name) {
    case "timers":
      return { ...timers(), promises: promised(globals) };
    case "timers/promises":
      return promised(globals);
    case "util":
      return {
        promisify: promisify(globals),
        callbackify: callbackify(outside),
        inherits,
        deprecate: (act: unknown) => act,
        debuglog: silent,
        debug: silent,
      };
    case "async_hooks":
      return { executionAsyncId: () => 1, triggerAsyncId: () => 0 };
    case "diagnostics_channel":
      return { channel, tracingChannel: channel, hasSubscribers: () => false, subscribe() {}, unsubscribe() {} };
    case "perf_hooks":
      return { performance: globals["performance"] };
    case "process":
      return globals["process"] as Module;
    case "worker_threads": {
      const { MessageChannel, MessagePort, BroadcastChannel } = globals;
      return { MessageChannel, MessagePort, BroadcastChannel, isMainThread: true, parentPort: null, threadId: 0 };
    }
    case "console":
      return globals["console"] as Module;
    case "crypto": {
      const { getRandomValues, randomUUID } = globals["crypto"] as Module;
      return { getRandomValues, randomUUID, webcrypto: globals["crypto"] };
    }
    default:
      return {};
  }
}

const TIMERS = ["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"];

const CUSTOM = Symbol.for("nodejs.util.promisify.custom");

function promisify(globals: Module): (act: Callback) => unknown {
  const sleeps = promised(globals);
  const ours = new Map(["setTimeout", "setImmediate"].map((name) => [globals[name], sleeps[name]]));
  return (act) =>
    ours.get(act) ?? Reflect.get(act, CUSTOM) ?? function (this: unknown, ...args: unknown[]): Promise<unknown> {
      return new Promise((resolve, reject) => {
        act.call(this, ...args, (error: unknown, value: unknown) => error ? reject(error) : resolve(value));
      });
    };
}

function callbackify(outside: Outside): (act: (...args: unknown[]) => Promise<unknown>) => Callback {
  return (act) => (...args) => {
    const callback = args.pop() as Callback;
    act(...args).then(
      (value) => outside.tick(() => callback(null, value)),
      (error) => outside.tick(() => callback(error)),
    );
  };
}

/** `util.debuglog` with an empty `NODE_DEBUG`. */
function silent(): Callback {
  return Object.assign(() => {}, { enabled: false });
}

function inherits(one: { readonly prototype: object }, other: { readonly prototype: object }): void {
  Object.defineProperty(one, "super_", { value: other, writable: true, configurable: true });
  Object.setPrototypeOf(one.prototype, other.prototype);
}

function channel(name: string): object {
  const traced = { traceSync: run, tracePromise: run, traceCallback: run };
  return { name, hasSubscribers: false, publish() {}, subscribe() {}, unsubscribe() {}, ...traced };
}

function run(act: Callback, _context?: unknown, self?: unknown, ...args: unknown[]): unknown {
  return act.apply(self, args);
}

/** `node:timers/promises`. */
function promised(globals: Module): Module {
  const [start, every, soon, clear, clearEvery] = TIMERS.map((name) => globals[name] as Callback);
  const sleep = (delay?: unknown, value?: unknown, { signal }: { readonly signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const timer = start?.(() => resolve(value), delay);
      signal && whenAborted(signal, () => {
        clear?.(timer);
        reject(signal.reason);
      });
    });
  return {
    setTimeout: sleep,
    setImmediate: (value?: unknown) => new Promise((resolve) => soon?.(resolve, value)),
    scheduler: {
      wait: (delay: unknown) => sleep(delay),
      yield: () => new Promise((resolve) => soon?.(resolve)),
    },
    async *setInterval(delay?: unknown, value?: unknown) {
      let due = 0;
      let wake = () => {};
      const timer = every?.(() => {
        due++;
        wake();
      }, delay);
      try {
        for (;;) {
          if (due === 0) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          for (; due > 0; due--) yield value;
        }
      } finally {
        clearEvery?.(timer);
      }
    },
  };
}
