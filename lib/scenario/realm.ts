/**
 * A realm for scenarios, compiled and ready: on a ground (`ground.ts`) that drains their microtasks.
 *
 * - Promises and `async` functions are V8's own, so the order of microtasks is the language's.
 * - The world is evaluated inside (`world/main.ts`), and so are all reactions: a reaction that the host asks for would be queued
 *   outside, and look like a hang.
 * - The user's bundle is compiled once and called for each run: its module state is fresh.
 * - A drain that takes too long is ended; the queue may then hold an endless loop, so the realm is used no more.
 */

import { seededChooser } from "../memory/mod.ts";
import { ANNOUNCE, type Announced, announced } from "./awaits.ts";
import { builtinModule, type Bundle } from "./bundle.ts";
import { deepStack } from "./deep_stack.ts";
import { type Drain, type Drained, type Ground, JOB, NeedsTextError } from "./ground.ts";
import { type Changed, Intrinsics, languageOf, worldOf } from "./intrinsics.ts";
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

/** What a realm is made of. */
export interface RealmOptions {
  /** The text of the world. */
  readonly world: string;
  /** The user's module. */
  readonly bundle: Bundle;
  /** Decides the chance of each run. */
  readonly seed: number;
  /** What drains microtasks. */
  readonly drain: Drain;
  /** The modules of workers that are at hand, by URL. */
  readonly modules: ReadonlyMap<string, Bundle>;
  /** Whether code is made of texts; false by default. */
  readonly isDynamic?: boolean;
  /** The outside of the first run, where it is the realm of a worker. */
  readonly outside?: Outside;
  /** What hears of all that is awaited; nobody by default. */
  readonly waits?: WaitListener | undefined;
}

/** Hears of waits. */
export interface WaitListener {
  /** Told what is awaited, and where in the source. */
  awaits(awaited: unknown, place: SourcePlace | undefined): void;
  /** Told of each promise that is made by `new`, and where. */
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

/** Code that makes code of a text which sees what stands around it; what else makes such code is found out when it is called. */
const DYNAMIC = /\beval\s*\(/;

/** Globals that wait for nothing and read no clock. */
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
  // What is a run's own, or a worker's: one that is used by several is among the intrinsics.
  readonly #own = new Map<Run | Scope, Intrinsics>();
  readonly #shared: ReadonlySet<object>;
  // The globals that the code can name.
  readonly #names: readonly string[];
  readonly #promise: unknown;
  readonly #places: Announced["places"] | undefined;
  /** Whether code may be made of text: it finds the globals of the first run, so each run is the first. */
  readonly isDynamic: boolean;
  /** What each run begins with. */
  readonly start: Pick<Started, "evaluate" | "isGlobal">;

  /**
   * Makes a realm, compiled and ready.
   *
   * @throws {ScenarioError} where the bundle cannot be compiled.
   */
  constructor({ world, bundle, seed, drain, modules, waits, outside, isDynamic = false }: RealmOptions) {
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
      functions: FUNCTIONS,
      module: builtinModule,
      denoNames: Object.keys(Reflect.get(globalThis, "Deno") ?? {}),
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
    // Code that is made at run time may name any of them.
    const names = this.isDynamic ? all : all.filter((name) => uses(name) || name === "__eval");
    const own = waits === undefined ? {} : this.#telling(waits);
    // What is called as (0, eval) finds globals: the places in the text stay.
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

  /** What a run changes may be found there. */
  #worldOf(run: Run | Scope): ReadonlySet<object> {
    const { globals } = run;
    const given = "given" in run ? run.given : [];
    const foreign = !this.#ground.isApart ? [] : [Object.prototype, Function.prototype];
    return worldOf([...this.#names.map((name) => globals[name]), ...given], { except: new Set<object>(foreign) });
  }

  #keep(run: Run | Scope): void {
    this.#own.set(run, new Intrinsics([...this.#worldOf(run)].filter((object) => !this.#shared.has(object))));
  }

  /** The run of a place: one for each that is under way at a time. */
  run(place: number): Run {
    const run = this.#run(place);
    if (!this.#own.has(run)) this.#keep(run);
    return run;
  }

  #run(place: number): Run {
    return this.#runs[place] ??= this.#exports.makeRun(this.#host);
  }

  /**
   * The names of the functions that the module exports; undefined where it is not evaluated at once.
   */
  functions(timeout: number): readonly string[] | undefined {
    const run = this.run(0);
    this.drain(() => run.begin({ ...this.start, name: undefined, input: undefined, traces: false }), { timeout });
    if (run.refused?.ofText) throw new NeedsTextError(run.refused.message);
    return run.functions;
  }

  /** A worker's own side, in the run of an outside. */
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

  /** Whether a promise is of this realm. */
  owns(promise: unknown): boolean {
    return promise instanceof (this.#promise as PromiseConstructor);
  }

  /** Lets a completion come in the run of an outside, which may be one of another realm. */
  perform(run: Run, completion: Completion): void {
    this.#scopes.get(run.outside)?.blamed();
    run.perform(completion);
  }

  /** Has `doubt` called where something goes wrong in microtasks of nobody knows whom. */
  blameNobody(doubt: () => void): void {
    this.#exports.blameNobody(doubt);
  }

  /** Does something in the realm, and all microtasks that come of it; for at most so many milliseconds. */
  drain(act: () => void, { timeout }: { readonly timeout: number }): Drained {
    return this.#ground.drain(act, { timeout });
  }

  /** Puts back what runs have changed, up to that place; undefined where nothing that others share has been. */
  restore(places: number): Changed | undefined {
    for (let place = 0; place < places; place++) {
      const run = this.#runs[place];
      if (run === undefined || !this.#own.get(run)?.restore()?.isSpoiled) continue;
      if (this.isDynamic) return { name: "a global", isSpoiled: true };
      // Another one takes its place.
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

  /** What a text that announces its awaits is given besides the globals. */
  #telling(waits: WaitListener): Readonly<Record<string, unknown>> {
    return {
      [ANNOUNCE]: (place: number, awaited: unknown) => {
        const { line, column } = this.#places?.[place] ?? { line: 0, column: 0 };
        waits.awaits(awaited, this.#bundle.placeOf(line, column));
        return awaited;
      },
      Promise: this.#exports.tellingPromise((promise) => {
        // Within a line the text is another one: the line is what counts.
        const [place] = this.#placesOf(deepStack(), () => Infinity);
        waits.made(promise, place);
      }),
    };
  }

  #compiledModule(code: string, names: readonly string[]): (...globals: readonly unknown[]) => unknown {
    // A variable of the module may have a parameter's name: so it is a function of its own. It may await, as a module may.
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

/** The functions of this realm by name, each with those that it holds. */
const FUNCTIONS: ReadonlyMap<string, readonly string[]> = new Map(functionsOf(globalThis));

function functionsOf(object: object): [string, readonly string[]][] {
  return Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([name, { value }]) => {
    if (typeof value !== "function") return [];
    return [[name, object === globalThis ? functionsOf(value).map(([name]) => name) : []]];
  });
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
