/**
 * A realm for scenarios, compiled and ready, on a ground (`ground.ts`) that drains its microtasks.
 *
 * - Promises and `async` functions are V8's own, so the order of microtasks is the language's.
 * - The world is evaluated inside (`world/main.ts`), and so are all reactions: a reaction requested by the host would
 *   be queued outside, and look like a hang.
 * - The user's bundle is compiled once and called for each run, so that its module state is fresh.
 * - A drain that takes too long is ended. The queue may then contain an endless loop, so the realm is not used again.
 */

import { seededChooser } from "../memory/mod.ts";
import { ANNOUNCE, type Announced, announced } from "./awaits.ts";
import { builtinModule, type Bundle } from "./bundle.ts";
import { deepStack } from "./deep_stack.ts";
import { type Drain, type Drained, type Ground, JOB, NeedsTextError } from "./ground.ts";
import { type Changed, Intrinsics, languageOf, worldOf } from "./intrinsics.ts";
import { HOST_NAMES, type HostNames } from "./host_names.ts";
import { usersPlaces } from "./library.ts";
import type { SourcePlace } from "./source_map.ts";
import { ADOPTED } from "./world/adopted.ts";
import type { HostParts } from "./world/globals.ts";
import type { Run, Scope, Started } from "./world/main.ts";
import type { Completion, Outside } from "./world/outside.ts";
import type { TextMaker } from "./world/texts.ts";
import { ScenarioError } from "../errors.ts";
import { platform } from "../platform/mod.ts";
import { groundOf } from "./vm_ground.ts";

/** Options of a realm. */
export interface RealmOptions {
  /** The text of the world's bundle. */
  readonly world: string;
  /** The user's module. */
  readonly bundle: Bundle;
  /** The seed of each run's chance. */
  readonly seed: number;
  /** What drains microtasks. */
  readonly drain: Drain;
  /** The available modules of workers, by URL. */
  readonly modules: ReadonlyMap<string, Bundle>;
  /** Whether code is created from strings; false by default. */
  readonly isDynamic?: boolean;
  /** The names of the scope that the search began in; those of the caller's scope by default. */
  readonly hostNames?: HostNames;
  /** The outside of the first run, if this is the realm of a worker. */
  readonly outside?: Outside;
  /** The listener for everything that is awaited; none by default. */
  readonly waits?: WaitListener | undefined;
}

/** Listens for awaits and promises. */
export interface WaitListener {
  /** Called with each awaited value, and its place in the source. */
  awaits(awaited: unknown, place: SourcePlace | undefined): void;
  /** Called with each promise created by `new`, and its place in the source. */
  made(promise: unknown, place: SourcePlace | undefined): void;
}

/** What the world exports. */
interface WorldExports {
  makeRun(host: HostParts): Run;
  makeScope(host: HostParts, outside: Outside): Scope;
  refuseImport(specifier: string): never;
  textMakers(options: { readonly inTurns: boolean }): readonly TextMaker[];
  whole(globals: Readonly<Record<string, unknown>>, base: object): Readonly<Record<string, unknown>>;
  blameNobody(doubt: () => void): void;
  tellingPromise(made: (promise: unknown) => void): unknown;
  readonly GLOBAL_NAMES: readonly string[];
  readonly EventEmitter: unknown;
}

/**
 * Finds code that evaluates a string in its own scope; other ways to create code from strings are detected when they
 * are called.
 */
const DYNAMIC = /\beval\s*\(/;

/** Globals that neither wait nor read a clock. */
const PURE = ["URL", "URLPattern", "URLSearchParams", "TextEncoder", "TextDecoder", "atob", "btoa"] as const;

/** A realm for scenarios. */
export class Realm {
  readonly #bundle: Bundle;
  readonly #file: string;
  readonly #frame: RegExp;
  readonly #ground: Ground;
  readonly #exports: WorldExports;
  readonly #host: HostParts;
  readonly #runs: Run[] = [];
  readonly #scopes = new Map<Outside, Scope>();
  readonly #intrinsics: Intrinsics;
  // The objects that belong to a single run or worker; shared ones are among the intrinsics.
  readonly #own = new Map<Run | Scope, Intrinsics>();
  readonly #shared: ReadonlySet<object>;
  // The names of globals that the code may use.
  readonly #names: readonly string[];
  readonly #promise: unknown;
  readonly #places: Announced["places"] | undefined;
  /**
   * Whether code may be created from strings. Such code finds the globals of the first run, so each run must be the
   * first.
   */
  readonly isDynamic: boolean;
  /** What each run starts with. */
  readonly start: Pick<Started, "evaluate" | "isGlobal">;

  /**
   * Creates a realm, compiled and ready.
   *
   * @throws {ScenarioError} if the bundle cannot be compiled.
   */
  constructor(
    { world, bundle, seed, drain, modules, waits, outside, isDynamic = false, hostNames = HOST_NAMES }: RealmOptions,
  ) {
    this.#bundle = bundle;
    this.#file = `holdfast-scenario:${outside === undefined ? "bundle" : bundle.url.replaceAll(/\W/g, "-")}.js`;
    this.#frame = new RegExp(`${this.#file.replace(".", "\\.")}:(\\d+):(\\d+)`);
    const told = waits === undefined ? undefined : announced(bundle.code);
    this.#places = told?.places;
    this.#ground = groundOf(drain);
    const { language, unnamed, hidden } = this.#ground;
    this.#promise = language["Promise"];
    this.#host = {
      pure: namesOf(PURE),
      foreign: drain === "turn" ? undefined : namesOf(ADOPTED),
      functions: hostNames.functions,
      module: builtinModule,
      denoNames: hostNames.deno,
      chooser: () => seededChooser(seed),
      digest: digested,
      inspect: inspected,
      base: language,
      hasModule: (url) => modules.has(url),
      hasWorkers: drain === "own-queue",
    };
    const makeWorld: () => WorldExports = this.#ground.compile({
      names: [],
      around: [`"use strict";`, ""],
      code: world,
      filename: "holdfast-scenario:world",
    });
    this.#exports = makeWorld();
    const { globals } = outside === undefined ? this.#run(0) : this.#scope(outside);
    this.isDynamic = isDynamic || [bundle, ...modules.values()].some(({ code }) => DYNAMIC.test(code));
    const makers = this.#exports.textMakers({ inTurns: drain === "turn" });
    const selves = Object.fromEntries(this.#exports.GLOBAL_NAMES.map((name) => [name, language]));
    this.#ground.seal({ ...globals, ...selves }, { isWhole: this.isDynamic, makers });
    const all = [...new Set([...Object.keys(globals), ...this.#exports.GLOBAL_NAMES, ...hidden])];
    const uses = (name: string) => new RegExp(`\\b${name}\\b`).test(bundle.code);
    // Code created at run time may use any of them.
    const names = this.isDynamic ? all : all.filter((name) => uses(name) || name === "__eval");
    const own = waits === undefined ? {} : this.#telling(waits);
    // (0, eval) evaluates in the global scope; the replacement has the same length, so places stay the same.
    const code = (told?.code ?? bundle.code).replaceAll("(0, eval)", drain === "turn" ? "( __eval)" : "(0, eval)");
    const make = this.#compiledModule(code, [...names, ...Object.keys(own)]);
    this.start = {
      evaluate: (globals) => make(...names.map((name) => globals[name]), ...Object.values(own)),
      isGlobal: this.#exports.GLOBAL_NAMES.some((name) => names.includes(name)),
    };
    this.#names = names;
    const [one, other] = [this.#run(0), this.#run(1)].map((run) => this.#worldOf(run));
    const both = [...one ?? []].filter((object) => other?.has(object));
    this.#shared = new Set([...languageOf(language, unnamed), ...both, ...worldOf([this.#exports.EventEmitter])]);
    this.#intrinsics = new Intrinsics(this.#shared, { except: JOB });
  }

  /** The objects of a run that it may change. */
  #worldOf(run: Run | Scope): ReadonlySet<object> {
    const { globals } = run;
    const given = "given" in run ? run.given : [];
    const foreign = !this.#ground.isApart ? [] : [Object.prototype, Function.prototype];
    return worldOf([...this.#names.map((name) => globals[name]), ...given], { except: new Set<object>(foreign) });
  }

  #keep(run: Run | Scope): void {
    this.#own.set(run, new Intrinsics([...this.#worldOf(run)].filter((object) => !this.#shared.has(object))));
  }

  /** The run at a place; there is a place for each simultaneous run. */
  run(place: number): Run {
    const run = this.#run(place);
    if (!this.#own.has(run)) this.#keep(run);
    return run;
  }

  #run(place: number): Run {
    return this.#runs[place] ??= this.#exports.makeRun(this.#host);
  }

  /** The names of the exported functions; undefined if the module is not evaluated at once. */
  functions(timeout: number): readonly string[] | undefined {
    const run = this.run(0);
    this.drain(() => run.begin({ ...this.start, name: undefined, input: undefined, traces: false }), { timeout });
    if (run.refused?.ofText) throw new NeedsTextError(run.refused.message);
    return run.functions;
  }

  /** The scope of a worker, in the run of an outside. */
  scope(outside: Outside): Scope {
    const scope = this.#scope(outside);
    if (this.#own.has(scope)) return scope;
    const { evaluate, isGlobal } = this.start;
    const whole = (globals: Readonly<Record<string, unknown>>) => this.#exports.whole(globals, this.#host.base);
    scope.prepare({ evaluate, whole: isGlobal ? whole : undefined });
    this.#keep(scope);
    return scope;
  }

  #scope(outside: Outside): Scope {
    const scope = this.#scopes.get(outside) ?? this.#exports.makeScope(this.#host, outside);
    this.#scopes.set(outside, scope);
    return scope;
  }

  /** Whether a promise belongs to this realm. */
  owns(promise: unknown): boolean {
    return promise instanceof (this.#promise as PromiseConstructor);
  }

  /** Performs a completion in the run of an outside, which may belong to another realm. */
  perform(run: Run, completion: Completion): void {
    this.#scopes.get(run.outside)?.blamed();
    run.perform(completion);
  }

  /** Makes errors in microtasks that cannot be attributed to a run call `doubt`. */
  blameNobody(doubt: () => void): void {
    this.#exports.blameNobody(doubt);
  }

  /** Calls a function in the realm, and runs all microtasks that result, for at most `timeout` milliseconds. */
  drain(act: () => void, { timeout }: { readonly timeout: number }): Drained {
    return this.#ground.drain(act, { timeout });
  }

  /** Undoes the changes of the first `places` runs; returns undefined if nothing shared was changed. */
  restore(places: number): Changed | undefined {
    for (let place = 0; place < places; place++) {
      const run = this.#runs[place];
      if (run === undefined || !this.#own.get(run)?.restore()?.isSpoiled) continue;
      if (this.isDynamic) return { name: "a global", isSpoiled: true };
      // A new run takes its place.
      this.#own.delete(run);
      delete this.#runs[place];
    }
    for (const [outside, scope] of this.#scopes) {
      if (!this.#own.get(scope)?.restore()?.isSpoiled) continue;
      if (this.isDynamic) return { name: "a global", isSpoiled: true };
      this.#own.delete(scope);
      this.#scopes.delete(outside);
    }
    return this.#intrinsics.restore();
  }

  /** The user's places in a stack, innermost first. */
  placesIn(stack: string | undefined): readonly SourcePlace[] {
    return this.#placesOf(stack ?? "", Number);
  }

  #placesOf(stack: string, columnOf: (text: string | undefined) => number): readonly SourcePlace[] {
    const places = stack.split("\n").flatMap((frame) => {
      const [, line, column] = this.#frame.exec(frame) ?? [];
      const place = line === undefined ? undefined : this.#bundle.placeOf(Number(line), columnOf(column));
      return place === undefined ? [] : [place];
    });
    return usersPlaces(places);
  }

  /** The globals for a text that announces its awaits. */
  #telling(waits: WaitListener): Readonly<Record<string, unknown>> {
    return {
      [ANNOUNCE]: (place: number, awaited: unknown) => {
        const { line, column } = this.#places?.[place] ?? { line: 0, column: 0 };
        waits.awaits(awaited, this.#bundle.placeOf(line, column));
        return awaited;
      },
      Promise: this.#exports.tellingPromise((promise) => {
        // Columns differ in the announcing text, so only the line counts.
        const [place] = this.#placesOf(deepStack(), () => Infinity);
        waits.made(promise, place);
      }),
    };
  }

  #compiledModule(code: string, names: readonly string[]): (...globals: readonly unknown[]) => unknown {
    // A variable of the module may have the name of a parameter, so the module gets a function of its own. It may
    // await, as a module may.
    const around = [`"use strict"; return (async () => {`, "})();"] as const;
    try {
      const imports = this.#exports.refuseImport;
      return this.#ground.compile({ names, around, code, filename: this.#file, imports });
    } catch (error) {
      if (error instanceof ScenarioError) throw error;
      throw new ScenarioError(`Cannot compile ${this.#bundle.url}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

function namesOf(names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.map((name) => [name, Reflect.get(globalThis, name)]));
}

function digested(algorithm: string, bytes: Uint8Array): ArrayLike<number> {
  const name = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"].find((one) => one === algorithm.toUpperCase());
  if (name === undefined) throw new DOMException("Unrecognized algorithm name", "NotSupportedError");
  const { createHash } = builtinModule("crypto") as {
    createHash(name: string): { update(bytes: Uint8Array): { digest(): Uint8Array } };
  };
  return createHash(name.replace("-", "").toLowerCase()).update(bytes).digest();
}

function inspected(value: unknown): string {
  const util = builtinModule("util") as { inspect?: (value: unknown) => string } | undefined;
  return util?.inspect?.(value) ?? platform.inspect(value, { breakLength: 80, depth: 2 });
}
