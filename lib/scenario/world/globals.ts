/**
 * The globals of a run: those that the world has, and the names of those it lacks. Inside the realm.
 *
 * - A run's `globalThis` is its own object over the realm's, so what code adds to it disappears with the run.
 */

import { AbortController, timedOut } from "./abort.ts";
import { Adopting } from "./adopted.ts";
import { answers } from "./answers.ts";
import { chance, type Chooser } from "./chance.ts";
import { clocks } from "./clock.ts";
import { CloseEvent, CustomEvent, DOMException, ErrorEvent, Event, EventTarget, MessageEvent } from "./events.ts";
import { Headers, Response } from "./fetch.ts";
import { LastResort } from "./last_resort.ts";
import { locks } from "./locks.ts";
import { modules } from "./node/modules.ts";
import type { Outside } from "./outside.ts";
import { PLATFORM, platformGlobals } from "./platform.ts";
import { type Mail, ports } from "./ports.ts";
import { BLOCKING, refuse } from "./refused.ts";
import { textMakers } from "./texts.ts";
import { nextTick, timers } from "./timers.ts";
import { workers } from "./workers.ts";

type Names = Readonly<Record<string, unknown>>;

/** What the host provides to a realm: pure functions and classes, and chance. */
export interface HostParts {
  /** Globals that neither wait nor read a clock, such as `URL`. */
  readonly pure: Names;
  /** The host's own classes, by the names of `ADOPTED`; undefined if its realm is this one. */
  readonly foreign: Names | undefined;
  /** The names of the host's functions, each with the names of its own function properties. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
  /** Returns a built-in module; undefined if there is none. */
  readonly module: (name: string) => Names | undefined;
  /** The names of the properties of `Deno`. */
  readonly denoNames: readonly string[];
  /** Creates the chooser of a run. */
  readonly chooser: () => Chooser;
  /** Computes the digest of bytes; throws if there is no algorithm of this name. */
  readonly digest: (algorithm: string, bytes: Uint8Array) => ArrayLike<number>;
  /** Formats a value for people. */
  readonly inspect: (value: unknown) => string;
  /** The prototype of a run's `globalThis`: the objects of the language. */
  readonly base: object;
  /** Whether the module of a worker is available. */
  readonly hasModule: (url: string) => boolean;
  /** Whether there are workers. */
  readonly hasWorkers: boolean;
}

/** The globals that the world lacks, besides functions that only some hosts have. */
const LACKING = [
  "EventSource",
  "FileReader",
  "WebAssembly",
  "WebSocket",
  "XMLHttpRequest",
  "alert",
  "confirm",
  "prompt",
  "requestAnimationFrame",
  "requestIdleCallback",
] as const;
const STORAGES = ["localStorage", "sessionStorage"] as const;
const STORED = ["getItem", "setItem", "removeItem", "clear", "key"] as const;

/**
 * Creates the globals of the runs of one outside, the world that the scenario receives, and the mail to other realms.
 */
export function globalsOf(
  outside: Outside,
  host: HostParts,
): { readonly globals: Names; readonly world: object; readonly mail: Mail } {
  const { world, fetch } = answers(outside, host.inspect);
  const { globals: posting, mail } = ports(outside);
  const { hasModule } = host;
  const last = new LastResort(outside);
  const print = (...values: readonly unknown[]) => {
    outside.printed.push(values.map((value) => typeof value === "string" ? value : host.inspect(value)).join(" "));
  };
  const printing = Object.fromEntries(
    ["log", "info", "debug", "warn", "error", "trace", "dir", "table", "group", "groupCollapsed"].map((name) => {
      return [name, print];
    }),
  );
  const silent = ["groupEnd", "time", "timeEnd", "timeLog", "count", "countReset", "assert", "clear"];
  for (const name of silent) printing[name] = () => {};
  const tick = nextTick(outside);
  const process: Record<string, unknown> = {
    env: {},
    argv: ["scenario"],
    execArgv: [],
    pid: 1,
    platform: "linux",
    arch: "x64",
    title: "scenario",
    version: "v24.0.0",
    versions: { node: "24.0.0" },
    release: { name: "node" },
    nextTick: tick,
    cwd: () => "/",
    uptime: () => outside.now / 1000,
    hrtime: Object.assign(() => [Math.floor(outside.now / 1000), (outside.now % 1000) * 1e6], {
      bigint: () => BigInt(Math.round(outside.now * 1e6)),
    }),
    memoryUsage: refuse("process.memoryUsage"),
    exit: refuse("process.exit"),
    kill: refuse("process.kill"),
    emitWarning() {},
    ...last.processOf(() => process),
    stdout: { write: print, isTTY: false },
    stderr: { write: print, isTTY: false },
  };
  const adopting = new Adopting(host.foreign);
  const makers = textMakers({ inTurns: host.foreign === undefined });
  const refusedBy = (name: string) => makers.find(({ key }) => key === name)?.refused;
  const textual = { Function: refusedBy("Function"), __eval: refusedBy("eval") };
  const lacks = (name: string, options?: Parameters<typeof refuse>[1]) => {
    return [name, refuse(name, { ...options, holds: host.functions.get(name) ?? [] })];
  };
  const lacking = [...LACKING, ...[...host.functions.keys()].filter((name) => !Reflect.has(host.base, name))];
  const globals: Record<string, unknown> = {
    ...Object.fromEntries(lacking.map((name) => lacks(name))),
    ...Object.fromEntries(STORAGES.map((name) => {
      return [name, Object.fromEntries(STORED.map((method) => [method, refuse(`${name}.${method}`)]))];
    })),
    ...Object.fromEntries(PLATFORM.map((name) => lacks(name, { inTurns: true }))),
    ...adopting.module(host.pure),
    ...timers(outside),
    ...clocks(outside),
    ...chance(outside, { begin: host.chooser, digest: host.digest }),
    ...posting,
    ...host.hasWorkers ? workers(outside, { mail, hasModule }) : { Worker: refuse("Worker by turns") },
    __resolve: (base: string, specifier: string) => new (host.pure["URL"] as typeof URL)(specifier, base).href,
    AbortController,
    CloseEvent,
    CustomEvent,
    DOMException,
    ErrorEvent,
    Event,
    EventTarget,
    Headers,
    MessageEvent,
    Response,
    fetch,
    ...platformGlobals(outside, timedOut),
    console: printing,
    process,
    navigator: { locks: locks(outside), userAgent: "Holdfast", hardwareConcurrency: 1, language: "en", onLine: true },
    ...host.foreign === undefined ? textual : {},
    Deno: Object.fromEntries(host.denoNames.map((name) => [name, refuse(`Deno.${name}`)])),
    // Atomics belong to shared memory; here they are complete, except what waits.
    Atomics: waitless(Reflect.get(globalThis, "Atomics")),
    Intl: clockless(),
    WeakRef: StrongRef,
    FinalizationRegistry: SilentRegistry,
    ...last.globals,
    reportError: (error: unknown) => {
      outside.fails(error);
    },
  };
  const node = modules({ outside, globals, adopting, hostModule: host.module });
  globals["__node"] = node;
  // A bundle is not a file.
  globals["__filename"] = "/scenario.js";
  globals["__dirname"] = "/";
  return { globals, world, mail };
}

/** `Atomics` without the methods that wait. */
function waitless(atomics: object): object {
  const all = Object.getOwnPropertyDescriptors(atomics);
  const own = Object.fromEntries(
    ["wait", "waitAsync"].map((name) => [name, { value: refuse(`Atomics.${name}`, { instead: BLOCKING }) }]),
  );
  return Object.create(Object.prototype, { ...all, ...own });
}

/** `Intl` without its clock: formatting without a date would format the current time. */
function clockless(): object {
  class DateTimeFormat extends Intl.DateTimeFormat {
    override format = (date?: Date | number): string => {
      if (date === undefined) refuse("Intl.DateTimeFormat without a date")();
      return super.format(date);
    };

    override formatToParts(date?: Date | number): Intl.DateTimeFormatPart[] {
      if (date === undefined) refuse("Intl.DateTimeFormat without a date")();
      return super.formatToParts(date);
    }
  }
  // As on the platform, it may be called without `new`.
  const callable = function (...args: ConstructorParameters<typeof Intl.DateTimeFormat>): unknown {
    return Reflect.construct(DateTimeFormat, args, new.target ?? DateTimeFormat);
  };
  Object.defineProperty(callable, "name", { value: "DateTimeFormat" });
  Object.defineProperty(callable, "prototype", { value: DateTimeFormat.prototype, writable: false });
  Object.setPrototypeOf(callable, Intl.DateTimeFormat);
  DateTimeFormat.prototype.constructor = callable;
  return Object.create(Object.prototype, {
    ...Object.getOwnPropertyDescriptors(Intl),
    DateTimeFormat: { value: callable },
  });
}

/** A reference that lasts, because the time of garbage collection is chance. */
class StrongRef {
  readonly #target: unknown;

  constructor(target: unknown) {
    this.#target = target;
  }

  deref(): unknown {
    return this.#target;
  }

  get [Symbol.toStringTag](): string {
    return "WeakRef";
  }
}

/** A registry that is never notified, because the time of garbage collection is chance. */
class SilentRegistry {
  register(): void {}

  unregister(): boolean {
    return false;
  }
}
