/**
 * A second simulator, for comparing: a plain recursion in whole ticks, which shares with the first one nothing but the arithmetic of
 * the leaves, as their descriptions give it.
 *
 * - All periods and offsets are whole numbers of ticks; at each tick it asks of every event whether it is due.
 * - Every value is a fresh copy; outputs are computed anew whenever they are read.
 * - A flaw may be planted, to see that it is found.
 */

import type { DelegatedSystem, LeafSystem, Now, Ports, System, Timing, UpdateNow } from "../../lib/diagram/mod.ts";

export const TICKS = 600;

/** What may be wrong with it. */
export const FLAWS = [
  "a reply is shown one period early",
  "a latency is one period more",
  "an update sees what others wrote at its instant",
  "an offset counts from 0",
  "an input of a far side is one request old",
  "an update at the end is not pending",
  "initialization goes by name",
] as const;

/** One of them. */
export type Flaw = typeof FLAWS[number];

type Values = Record<string, unknown>;
type Source = { readonly path: string; readonly port: string } | { readonly own: string };
/** Who looks: everybody in a set sees the values before initialization of those in it. */
type Loop = ReadonlySet<string> | undefined;

interface Far {
  readonly system: DelegatedSystem;
  run: Oracle | undefined;
  /** The outputs that are shown, and those of the requests that are not, the oldest first. */
  shown: Values;
  coming: Values[];
  inputs: Values;
  before: Values;
}

/** A run of one system. */
export class Oracle {
  readonly rows: number[][] = [];
  readonly #flaw: Flaw | undefined;
  readonly #system: System;
  readonly #leaves = new Map<string, LeafSystem>();
  readonly #fars = new Map<string, Far>();
  readonly #sources = new Map<string, Source>();
  readonly #exported = new Map<string, Source>();
  #states = new Map<string, Values>();
  #ready = new Set<string>();
  #inputs: Values = {};
  #tick = 0;
  /** The timing that names the present tick: of the near side where this is a far side. */
  #named: Timing | undefined;
  #t = 0;

  constructor(system: System, flaw?: Flaw) {
    this.#flaw = flaw;
    this.#system = system;
    const visit = (path: string, inner: System, source: (input: string) => Source | undefined): void => {
      if (inner.kind === "diagram") {
        for (const [name, part] of inner.parts) {
          visit(join(path, name), part, (input) => {
            const from = inner.wiring.get(name)?.get(input);
            if (from === undefined) return undefined;
            return "diagramInput" in from
              ? source(from.diagramInput)
              : shownBy(inner.parts.get(from.part)!, join(path, from.part), from.port);
          });
        }
        return;
      }
      for (const input of Object.keys(inner.inputs)) {
        const from = source(input);
        if (from !== undefined) this.#sources.set(`${path} ${input}`, from);
      }
      if (inner.kind === "leaf") {
        this.#leaves.set(path, inner);
        this.#states.set(path, initials(inner.state));
        return;
      }
      const shown = initials(inner.outputs);
      this.#fars.set(path, { system: inner, run: undefined, shown, coming: [], inputs: {}, before: {} });
    };
    visit("", system, (own) => ({ own }));
    for (const port of Object.keys(system.outputs)) this.#exported.set(port, shownBy(system, "", port));
  }

  /** Begins at a tick, with these inputs. */
  initialize(tick: number, { inputs, t }: { inputs: Values; t: number | undefined }): void {
    this.#inputs = inputs;
    this.#tick = tick;
    this.#t = t ?? this.#name(tick) ?? tick / TICKS;
    const all = [...this.#leaves.keys(), ...this.#fars.keys()].sort();
    const feeds = new Map(all.map((path) => [path, new Set(this.#feeders(path))]));
    for (const through of all) {
      for (const path of all) {
        if (feeds.get(path)!.has(through)) feeds.get(through)!.forEach((from) => feeds.get(path)!.add(from));
      }
    }
    const loopOf = (path: string): Loop => {
      return new Set(
        all.filter((other) => other === path || (feeds.get(path)!.has(other) && feeds.get(other)!.has(path))),
      );
    };
    const begin = (path: string): void => {
      if (this.#ready.has(path)) return;
      const loop = loopOf(path)!;
      const before = this.#flaw === "initialization goes by name"
        ? []
        : [...feeds.get(path)!].filter((from) => !loop.has(from));
      before.forEach(begin);
      // Those of one loop see each other as they were.
      const made = [...loop].map((member) => [member, this.#begun(member)] as const);
      for (const [member, value] of made) {
        this.#ready.add(member);
        const far = this.#fars.get(member);
        if (far === undefined) this.#states.set(member, value);
        else {
          far.shown = value;
          far.coming = Array(far.system.latency + (this.#flaw === "a latency is one period more" ? 1 : 0)).fill(value);
        }
      }
    };
    all.forEach(begin);
  }

  /** Runs up to a tick, whose updates stay pending unless `inclusive`. */
  advance(tick: number, { inclusive, named }: { inclusive: boolean; named?: { t: number; timing: Timing } }): void {
    for (; this.#tick < tick; this.#tick++) {
      this.#t = this.#name(this.#tick) ?? this.#t;
      this.#step();
    }
    this.#t = this.#name(tick, named) ?? tick / TICKS;
    if (inclusive || this.#flaw === "an update at the end is not pending") {
      this.#step();
      this.#tick++;
    }
  }

  /** Holds other inputs from here on. */
  hold(inputs: Values): void {
    this.#inputs = inputs;
  }

  /** The outputs as they are. */
  outputs(): Values {
    return Object.fromEntries([...this.#exported].map(([port, from]) => [port, this.#read(from)]));
  }

  #step(): void {
    const fars = [...this.#fars].filter(([, { system }]) => this.#isDue(system.timing));
    for (const [, far] of fars) far.shown = far.coming.shift()!;
    const due = [...this.#leaves].map(([path, leaf]) => {
      const { update, perStep } = leaf.behavior;
      return { path, leaf, runs: update.filter(({ timing }) => this.#isDue(timing)).map(({ run }) => run), perStep };
    });
    const publishes = [...this.#leaves.values()].some(({ behavior }) =>
      behavior.publish.some(({ timing }) => this.#isDue(timing))
    );
    const periodic = fars.length > 0 || due.some(({ runs }) => runs.length > 0);
    if (!periodic && !publishes) return;
    if (periodic) this.rows.push([this.#t, ...Object.values(this.outputs()).flatMap(numbers)]);
    const requests = fars.map(([path, far]) => ({ far, inputs: this.#inputsOf(path) }));
    const next = new Map(this.#states);
    for (const { path, leaf, runs, perStep } of due) {
      const handlers = perStep === undefined ? runs : [...runs, perStep];
      if (handlers.length === 0) continue;
      const values = this.#nextOf(path, leaf);
      for (const run of handlers) run(this.#now(path, { next: values.next, state: values.state }));
      next.set(path, values.next);
      if (this.#flaw === "an update sees what others wrote at its instant") this.#states.set(path, values.next);
    }
    this.#states = next;
    for (const { far, inputs } of requests) this.#request(far, inputs);
  }

  /** Has the far side work on a request, whose reply is shown as many events later as its latency says. */
  #request(far: Far, inputs: Values): void {
    const { run, system } = far;
    run!.hold(this.#flaw === "an input of a far side is one request old" ? far.before : inputs);
    far.before = inputs;
    run!.advance(this.#tick, {
      inclusive: true,
      named: { t: this.#t, timing: this.#named ?? system.timing },
    });
    far.coming.push(run!.outputs());
    if (this.#flaw === "a reply is shown one period early") far.shown = far.coming[0]!;
  }

  /** The state of a leaf, or the outputs of a far side, after initialization. */
  #begun(path: string): Values {
    const far = this.#fars.get(path);
    if (far !== undefined) {
      far.run = new Oracle(far.system.inner, this.#flaw);
      far.before = this.#inputsOf(path);
      far.run.initialize(this.#tick, { inputs: far.before, t: this.#t });
      return far.run.outputs();
    }
    const leaf = this.#leaves.get(path)!;
    const { state, next } = this.#nextOf(path, leaf);
    leaf.behavior.initialize?.(this.#now(path, { state, next }));
    return next;
  }

  /** Copies of a state and of what it is to be; a state that is changed in place is one and the same in both. */
  #nextOf(path: string, leaf: LeafSystem): { state: Values; next: Values } {
    const [state, next] = [structuredClone(this.#states.get(path)!), structuredClone(this.#states.get(path)!)];
    for (const [name, type] of Object.entries(leaf.state)) {
      if (type.kind === "vector") next[name] = Float64Array.from(next[name] as number[]);
      if (type.kind === "abstract" && type.inPlace) next[name] = state[name];
    }
    return { state, next };
  }

  #now(path: string, { state, next }: { state: Values; next: Values }): UpdateNow<Ports, Ports> {
    const input = {};
    for (const name of Object.keys(this.#leaves.get(path)!.inputs)) {
      Object.defineProperty(input, name, { get: () => this.#input(path, name) });
    }
    return { t: this.#t, state, next, input, parameter: {}, connected: {}, wall: () => NaN } as never;
  }

  #inputsOf(path: string): Values {
    const { inputs } = this.#fars.get(path)!.system;
    return Object.fromEntries(Object.keys(inputs).map((name) => [name, this.#input(path, name)]));
  }

  #input(path: string, name: string): unknown {
    const from = this.#sources.get(`${path} ${name}`);
    return from === undefined ? undefined : this.#read(from);
  }

  #read(from: Source): unknown {
    if ("own" in from) return structuredClone(this.#inputs[from.own]);
    const far = this.#fars.get(from.path);
    if (far !== undefined) return structuredClone(far.shown[from.port]);
    const state = structuredClone(this.#states.get(from.path)!);
    const value = this.#leaves.get(from.path)!.behavior.value[from.port]!(
      this.#now(from.path, { state, next: {} }) as Now<Ports, Ports>,
    );
    return ArrayBuffer.isView(value) && this.#leaves.get(from.path)!.outputs[from.port]!.kind === "vector"
      ? [...value as Float64Array]
      : structuredClone(value);
  }

  #feeders(path: string): string[] {
    return [...this.#sources].flatMap(([into, from]) => {
      return into.slice(0, into.lastIndexOf(" ")) === path && "path" in from ? [from.path] : [];
    });
  }

  #isDue(timing: Timing, tick = this.#tick): boolean {
    const [period, offset] = [
      inTicks(timing.period),
      this.#flaw === "an offset counts from 0" ? 0 : inTicks(timing.offset),
    ];
    return tick >= offset && (tick - offset) % period === 0;
  }

  /** The timing that names a tick. */
  #naming(tick: number): Timing | undefined {
    const all = [
      ...[...this.#leaves.values()].flatMap(({ behavior }) =>
        [...behavior.update, ...behavior.publish].map(({ timing }) => timing)
      ),
      ...[...this.#fars.values()].map(({ system }) => system.timing),
    ];
    return all.filter((timing) => this.#isDue(timing, tick)).sort((one, other) => {
      return one.period - other.period || one.offset - other.offset;
    })[0];
  }

  /** The t of a tick, as everybody sees it. */
  #name(tick: number, other?: { t: number; timing: Timing }): number | undefined {
    const own = this.#named = this.#naming(tick);
    if (other !== undefined) {
      const { period, offset } = other.timing;
      if (own === undefined || period < own.period || (period === own.period && offset < own.offset)) {
        this.#named = other.timing;
        return other.t;
      }
    }
    return own === undefined
      ? undefined
      : own.offset + Math.round((tick - inTicks(own.offset)) / inTicks(own.period)) * own.period;
  }
}

function shownBy(system: System, path: string, port: string): Source {
  if (system.kind !== "diagram") return { path, port };
  const shown = system.exported.get(port)!;
  return shownBy(system.parts.get(shown.part)!, join(path, shown.part), shown.port);
}

function initials(ports: Ports): Values {
  return structuredClone(Object.fromEntries(Object.entries(ports).map(([name, { initial }]) => [name, initial])));
}

function numbers(value: unknown): number[] {
  return typeof value === "number" ? [value] : Array.isArray(value) ? value : [];
}

function inTicks(seconds: number): number {
  return Math.round(seconds * TICKS);
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
