/**
 * A second simulator, for comparing: a plain recursion in whole ticks, which shares with the first one nothing but the arithmetic of
 * the leaves, as their descriptions give it.
 *
 * - All periods, offsets and chosen times are whole numbers of ticks; at each tick it asks of every event whether it is due.
 * - Every value is a fresh copy; outputs are computed anew whenever they are read.
 * - A flaw may be planted, to see that it is found.
 */

import type {
  Again,
  ChosenEvent,
  DelegatedSystem,
  EventStatus,
  LeafSystem,
  Now,
  Ports,
  ProcessNow,
  System,
  Timing,
  UpdateNow,
  Wait,
} from "../../lib/diagram/mod.ts";

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
  "microsteps are left out",
  "a chosen time is seen one step late",
  "a trigger sees the changes of its own instant one step late",
  "a process goes on at the next step of the run",
  "who ends the run is not heard",
] as const;

/** One of them. */
export type Flaw = typeof FLAWS[number];

type Values = Record<string, unknown>;
type Process = Generator<Wait, Again | EventStatus | void, number>;
type Source = { readonly path: string; readonly port: string } | { readonly own: string };
type Run = (now: UpdateNow<Ports, Ports>) => EventStatus | void;
/** A t that another run has named, and by what. */
interface Named {
  readonly t: number;
  readonly timing: Timing;
}
/** Who looks: everybody in a set sees the values before initialization of those in it. */
type Loop = ReadonlySet<string> | undefined;

interface Far {
  readonly system: DelegatedSystem;
  run: Oracle | undefined;
  /** The outputs that are shown, and those of the requests that are not, the oldest first. */
  shown: Values;
  coming: { readonly outputs: Values; readonly ended: boolean }[];
  inputs: Values;
  before: Values;
  /** Whether the near side has heard that the run has ended. */
  heard: boolean;
}

/** A chosen event of a leaf, and what is known of it. */
interface Chosen {
  readonly path: string;
  readonly event: ChosenEvent;
  /** When it happens, in ticks. */
  due: number;
  seen: unknown;
  process: Process | undefined;
  place: unknown;
}

/** The copies of a state that the handlers of a leaf have at present. */
interface Cell {
  state: Values;
  next: Values;
}

/** A run of one system. */
export class Oracle {
  readonly rows: number[][] = [];
  readonly #flaw: Flaw | undefined;
  readonly #leaves = new Map<string, LeafSystem>();
  readonly #fars = new Map<string, Far>();
  readonly #sources = new Map<string, Source>();
  readonly #exported = new Map<string, Source>();
  readonly #chosen: Chosen[] = [];
  readonly #cells = new Map<string, Cell>();
  #states = new Map<string, Values>();
  #ready = new Set<string>();
  #inputs: Values = {};
  #tick = 0;
  /** The timing that names the present tick: of the near side where this is a far side. */
  #named: Timing | undefined;
  #t = 0;
  /** The tick of t. */
  #at = 0;
  /** Whether the events of that tick have run, and whether an input was held since. */
  #stepped = false;
  #held = false;
  /** Whether somebody has ended the run. */
  #ended = false;

  constructor(system: System, flaw?: Flaw) {
    this.#flaw = flaw;
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
        for (const event of inner.behavior.chosen) {
          this.#chosen.push({ path, event, due: Infinity, seen: undefined, process: undefined, place: undefined });
        }
        return;
      }
      const shown = initials(inner.outputs);
      this.#fars.set(path, { system: inner, run: undefined, shown, coming: [], inputs: {}, before: {}, heard: false });
    };
    visit("", system, (own) => ({ own }));
    for (const port of Object.keys(system.outputs)) this.#exported.set(port, shownBy(system, "", port));
  }

  /** Begins at a tick, with these inputs. */
  initialize(tick: number, { inputs, t }: { inputs: Values; t: number | undefined }): void {
    this.#inputs = inputs;
    this.#tick = this.#at = tick;
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
          far.coming = Array(far.system.latency + (this.#flaw === "a latency is one period more" ? 1 : 0)).fill({
            outputs: value,
            ended: false,
          });
        }
      }
    };
    all.forEach(begin);
    for (const chosen of this.#chosen) {
      if (chosen.event.kind === "process") chosen.due = tick;
      if (chosen.event.kind === "triggered") chosen.seen = this.#input(chosen.path, chosen.event.input);
    }
    this.#ask(new Set(this.#leaves.keys()));
  }

  /** Whether somebody has ended the run. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Runs up to a tick, whose updates stay pending unless `inclusive`. */
  advance(tick: number, { inclusive, named }: { inclusive: boolean; named?: Named }): void {
    if (this.#ended) return;
    if (this.#stepped && this.#held) this.#microsteps(new Set(), []);
    for (; this.#tick < tick && !this.#ended; this.#tick++) this.#move(this.#tick);
    if (this.#ended) return;
    this.#move(tick, { named, stays: !inclusive && this.#flaw !== "an update at the end is not pending" });
    if (this.#stepped) this.#tick++;
  }

  /** Holds other inputs from here on. */
  hold(inputs: Values): void {
    this.#inputs = inputs;
    this.#held = true;
  }

  #move(tick: number, { named, stays = false }: { named?: Named | undefined; stays?: boolean } = {}): void {
    this.#t = this.#name(tick, named) ?? (tick === this.#at ? this.#t : tick / TICKS);
    this.#at = tick;
    this.#stepped = !stays;
    if (!stays) this.#step();
  }

  /** The outputs as they are. */
  outputs(): Values {
    return Object.fromEntries([...this.#exported].map(([port, from]) => [port, this.#read(from)]));
  }

  #step(): void {
    const fars = [...this.#fars].filter(([, { system }]) => this.#isDue(system.timing));
    const publishes = [...this.#leaves.values()].some(({ behavior }) =>
      behavior.publish.some(({ timing }) => this.#isDue(timing))
    );
    const isPeriodic = fars.length > 0 || publishes ||
      [...this.#leaves.values()].some(({ behavior }) => behavior.update.some(({ timing }) => this.#isDue(timing)));
    const timed = this.#chosen.filter(({ event, due }) => {
      const late = (event.kind === "process" && this.#flaw === "a process goes on at the next step of the run") ||
        (event.kind === "aperiodic" && this.#flaw === "a chosen time is seen one step late");
      return late ? due < this.#at && isPeriodic : due === this.#at;
    });
    if (!isPeriodic && timed.length === 0) {
      if (this.#held) this.#microsteps(new Set(), []);
      return;
    }
    let ends = false;
    for (const [, far] of fars) {
      const { outputs, ended } = far.coming.shift()!;
      far.shown = outputs;
      if (ended && !far.heard) ends = far.heard = true;
    }
    const due = new Set([...timed, ...this.#fired()]);
    for (const chosen of timed) chosen.due = Infinity;
    const runs = [...this.#leaves].map(([path, { behavior }]) => ({
      path,
      runs: [
        ...this.#inOrder(path, due, (timing) => this.#isDue(timing)),
        ...behavior.perStep === undefined ? [] : [behavior.perStep],
      ],
    }));
    const hasRow = fars.length > 0 || timed.length > 0 ||
      [...this.#leaves.values()].some(({ behavior }) => behavior.update.some(({ timing }) => this.#isDue(timing)));
    if (hasRow) this.rows.push([this.#t, ...Object.values(this.outputs()).flatMap(numbers)]);
    const requests = fars.map(([path, far]) => ({ far, inputs: this.#inputsOf(path) }));
    const acted = this.#run(runs);
    for (const { far, inputs } of requests) this.#request(far, inputs);
    this.#microsteps(acted, []);
    if (ends && this.#flaw !== "who ends the run is not heard") this.#ended = true;
  }

  /** The handlers of a leaf that are due, in declared order. */
  #inOrder(path: string, due: ReadonlySet<Chosen>, isDue: (timing: Timing) => boolean): Run[] {
    const { update } = this.#leaves.get(path)!.behavior;
    const own = this.#chosen.filter((chosen) => chosen.path === path);
    const list: Run[] = [];
    for (let index = 0; index <= update.length; index++) {
      for (const chosen of own) if (chosen.event.before === index && due.has(chosen)) list.push(this.#runOf(chosen));
      const periodic = update[index];
      if (periodic !== undefined && isDue(periodic.timing)) list.push(periodic.run);
    }
    return list;
  }

  /** Runs handlers against the values before, and gives the leaves that acted. */
  #run(all: readonly { readonly path: string; readonly runs: readonly Run[] }[]): Set<string> {
    const next = new Map(this.#states);
    const acted = new Set<string>();
    for (const { path, runs } of all) {
      if (runs.length === 0) continue;
      acted.add(path);
      const values = this.#nextOf(path, this.#leaves.get(path)!);
      this.#cells.set(path, values);
      for (const run of runs) {
        const status = run(this.#now(path, values));
        if (status?.severity === "reached-termination") {
          this.#ended ||= this.#flaw !== "who ends the run is not heard";
        }
      }
      next.set(path, values.next);
      if (this.#flaw === "an update sees what others wrote at its instant") this.#states.set(path, values.next);
    }
    this.#states = next;
    return acted;
  }

  /** Goes on at the present tick, with who acted there, until nothing is due or the run has ended. */
  #microsteps(acted: Set<string>, runs: { path: string; runs: Run[] }[]): void {
    this.#held = false;
    if (runs.length > 0) acted = this.#run(runs);
    this.#ask(acted);
    if (this.#ended || this.#flaw === "microsteps are left out") return;
    const timed = this.#chosen.filter(({ due }) => due === this.#at);
    const fired = this.#flaw === "a trigger sees the changes of its own instant one step late" ? [] : this.#fired();
    if (timed.length + fired.length === 0) return;
    for (const chosen of timed) chosen.due = Infinity;
    const due = new Set([...timed, ...fired]);
    const paths = [...new Set([...due].map(({ path }) => path))];
    this.#microsteps(new Set(), paths.map((path) => ({ path, runs: this.#inOrder(path, due, () => false) })));
  }

  /** Asks these leaves for the times of their events. */
  #ask(leaves: ReadonlySet<string>): void {
    for (const chosen of this.#chosen) {
      const { path, event } = chosen;
      if (event.kind !== "aperiodic" || !leaves.has(path)) continue;
      const state = structuredClone(this.#states.get(path)!);
      chosen.due = inTicks(event.nextTime(this.#now(path, { state, next: {} })));
    }
  }

  /** The triggered events that the present inputs fire. */
  #fired(): Chosen[] {
    return this.#chosen.filter((chosen) => {
      const { path, event } = chosen;
      if (event.kind !== "triggered") return false;
      const [before, value] = [chosen.seen as number, this.#input(path, event.input) as number];
      chosen.seen = value;
      const [rises, falls] = [before <= 0 && value > 0, before >= 0 && value < 0];
      const isOther = before !== value && !(Number.isNaN(before) && Number.isNaN(value));
      return { change: isOther, rising: rises, falling: falls, either: rises || falls }[event.edge];
    });
  }

  /** A chosen event as a handler. */
  #runOf(chosen: Chosen): Run {
    const { path, event } = chosen;
    if (event.kind !== "process") return event.run;
    return () => {
      chosen.process ??= event.run(this.#living(path), chosen.place);
      const step = chosen.process.next(this.#t);
      const { value } = step;
      if (step.done) chosen.process = undefined;
      const waits = value !== undefined && "seconds" in value;
      chosen.due = waits ? this.#at + inTicks(value.seconds) : Infinity;
      if (waits && value.kind === "again") chosen.place = structuredClone(value.place);
    };
  }

  /** What a process sees: the values that its leaf has at present. */
  #living(path: string): ProcessNow<Ports, Ports> {
    const cell = () => this.#cells.get(path)!;
    const [state, next] = [{}, {}];
    for (const name of Object.keys(this.#leaves.get(path)!.state)) {
      Object.defineProperty(state, name, { get: () => cell().state[name] });
      Object.defineProperty(next, name, {
        get: () => cell().next[name],
        set: (value) => void (cell().next[name] = value),
      });
    }
    const now = this.#now(path, { state, next });
    Object.defineProperty(now, "t", { get: () => this.#t });
    return Object.assign(now, {
      *wait(seconds: number): Generator<Wait, number, number> {
        return yield { kind: "wait", seconds };
      },
      again: (seconds: number, place?: unknown): Again => ({ kind: "again", seconds, place }),
    });
  }

  /** Has the far side work on a request, whose reply is shown as many events later as its latency says. */
  #request(far: Far, inputs: Values): void {
    const { run, system } = far;
    run!.hold(this.#flaw === "an input of a far side is one request old" ? far.before : inputs);
    far.before = inputs;
    run!.advance(this.#at, {
      inclusive: true,
      named: { t: this.#t, timing: this.#named ?? system.timing },
    });
    far.coming.push({ outputs: run!.outputs(), ended: run!.ended });
    if (this.#flaw === "a reply is shown one period early") far.shown = far.coming[0]!.outputs;
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

  #isDue(timing: Timing, tick = this.#at): boolean {
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
  #name(tick: number, other?: Named): number | undefined {
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
