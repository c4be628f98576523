/**
 * All delegated systems of one run: opening their far sides, initializing, releasing, posting, joining.
 *
 * - Every wait is one join for all systems awaited at that point; with several requests in flight, they are joined in
 *   rounds.
 * - Invariant: within an instant all inputs are sampled before any update of the instant is visible.
 */

import { compare, type DelegatedContext, type Rational, type Timing } from "../diagram/mod.ts";
import { ArrivalLog, type Arrivals } from "./arrivals.ts";
import { type FarHost, type FarSession, INITIALIZATION, type Reply } from "./far_side.ts";
import type { PartValues } from "./inspection.ts";
import type { Instant } from "./instants.ts";
import { NearSide, type NearSnapshot } from "./near_side.ts";
import type { Waits } from "./waits.ts";

/** Called with each released reply, and after each wait. */
export interface ReleaseWatch {
  /** Called when a reply was released. */
  released(path: string, reply: Reply): void;
  /** Called after a join that may have waited. */
  joined(): void;
}

/** The options of a run that concern its delegated systems. */
export interface DelegationsOptions {
  /** The host that runs them. */
  readonly host?: FarHost | undefined;
  /** Replays the arrival order of another run. */
  readonly arrivals?: Arrivals | undefined;
  /** Called before the request of an event is posted. */
  readonly posting?: ((path: string, k: number) => void) | undefined;
}

export class Delegations {
  /** In order of their paths. */
  readonly sides: readonly NearSide[];
  readonly #sideOf: ReadonlyMap<DelegatedContext, NearSide>;
  readonly #host: FarHost | undefined;
  readonly #replay: ArrivalLog | undefined;
  #arrivals = new ArrivalLog();
  readonly #posting: DelegationsOptions["posting"];
  #session: FarSession | undefined;

  constructor(parts: readonly DelegatedContext[], options: DelegationsOptions) {
    this.sides = parts.map((part) => new NearSide(part));
    this.#sideOf = new Map(this.sides.map((side) => [side.part, side]));
    this.#host = options.host;
    this.#posting = options.posting;
    this.#replay = options.arrivals === undefined ? undefined : ArrivalLog.from(options.arrivals);
  }

  get names(): readonly string[] {
    return this.sides.map(({ part }) => part.path);
  }

  /** The order in which replies of this run's non-deterministic systems arrived. */
  get arrivals(): Arrivals {
    return (this.#replay ?? this.#arrivals).data();
  }

  /** The near sides of these parts. */
  of(parts: readonly DelegatedContext[]): NearSide[] {
    return parts.map((part) => this.#sideOf.get(part)).filter((side) => side !== undefined);
  }

  /** Begins a run at that time; opens the far sides for the first run, and again after a run that failed. */
  *begin(time: Rational, { isAfterFailure }: { readonly isAfterFailure: boolean }): Waits<void> {
    if (isAfterFailure) {
      const closed = this.#session?.close();
      this.#session = undefined;
      if (closed instanceof Promise) yield closed;
    } else yield* this.#collectAll(this.sides, () => {});
    for (const side of this.sides) side.begin(time);
    this.#arrivals = new ArrivalLog();
    if (this.#host === undefined || this.sides.length === 0 || this.#session !== undefined) return;
    const opened = this.#host.open(this.sides.map(({ part }) => ({ path: part.path, system: part.system })));
    if (opened instanceof Promise) yield opened.then((session) => void (this.#session = session));
    else this.#session = opened;
    this.sides.forEach((side, index) => {
      const far = this.#session?.sides[index];
      if (far !== undefined) side.open(far);
    });
  }

  /** Samples the inputs of these systems and posts them as initialization requests, at time t. */
  postInitialization(sides: readonly NearSide[], t: number): void {
    const named: Timing = { period: Infinity, offset: 0 };
    const requests = sides.map((side) => ({ side, request: side.sample(INITIALIZATION, { t, named }) }));
    for (const { side, request } of requests) side.post(request, false);
  }

  /** Shows the outputs of these systems after initialization; calls `watch` with their replies. */
  *initialized(sides: readonly NearSide[], watch: (path: string, reply: Reply) => void): Waits<void> {
    yield* this.#join(sides);
    for (const side of sides) {
      let reply = side.initialize();
      for (; reply === undefined; reply = side.initialize()) yield* this.#join([side]);
      watch(side.part.path, reply);
    }
  }

  /** Releases the replies that these systems show from this instant on. */
  *release(sides: readonly NearSide[], instant: Instant, watch: ReleaseWatch): Waits<void> {
    const awaited = sides.filter((side) => {
      return side.part.system.deterministic && side.awaits(side.event(instant.exact));
    });
    if (awaited.length > 0) {
      yield* this.#join(awaited);
      watch.joined();
    }
    for (const side of sides) {
      const k = side.event(instant.exact);
      const reply = side.part.system.deterministic
        ? side.releaseExpected(k)
        : this.#replay === undefined
        ? side.releaseNewest(k, this.#arrivals)
        : yield* this.#releaseRecorded(side, k, this.#replay);
      if (reply !== undefined) watch.released(side.part.path, reply);
    }
  }

  /** Samples the inputs of these systems at this instant and posts them. */
  post(sides: readonly NearSide[], instant: Instant, t: number): void {
    const at = { t, named: instant.named };
    const requests = sides.map((side) => ({ side, request: side.sample(side.event(instant.exact), at) }));
    for (const { side, request } of requests) {
      this.#posting?.(side.part.path, request.k);
      side.post(request, this.#replay !== undefined);
    }
  }

  /** Waits for the requests in flight and keeps their replies for later releases. */
  *joinLast(watch?: Pick<ReleaseWatch, "joined"> & { collected(path: string, reply: Reply): void }): Waits<void> {
    const sides = this.sides.filter(({ pending, part }) => pending && part.system.deterministic);
    const replies: [path: string, reply: Reply][] = [];
    try {
      yield* this.#collectAll(sides, (path, reply) => replies.push([path, reply]));
    } finally {
      if (sides.length > 0) watch?.joined();
      for (const [path, reply] of replies) watch?.collected(path, reply);
    }
  }

  /** Asks what a part inside a far side holds after all posted requests; the result throws if that failed. */
  inspect(side: NearSide, path: string): Waits<() => PartValues> {
    const { path: at, system } = side.part;
    if (!system.deterministic) {
      throw new TypeError(
        `Cannot inspect ${at}: it is not deterministic, so its values depend on real time, a deterministic system is wanted`,
      );
    }
    return this.#inspected(side, path);
  }

  *#inspected(side: NearSide, path: string): Waits<() => PartValues> {
    yield* this.#collectAll([side], () => {});
    try {
      let values = side.far.inspect(path);
      if (values instanceof Promise) yield values.then((value) => void (values = value));
      const told = values as PartValues;
      return () => told;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  *snapshot(): Waits<Record<string, NearSnapshot>> {
    for (const { part } of this.sides) {
      if (!part.system.deterministic) {
        throw new TypeError(`Cannot take a snapshot: ${part.path} is not deterministic, a deterministic run is wanted`);
      }
    }
    yield* this.joinLast();
    const saved: Record<string, NearSnapshot> = {};
    for (const side of this.sides) {
      let far = side.far.snapshot();
      if (far instanceof Promise) yield far.then((state) => void (far = state));
      saved[side.part.path] = side.save(far);
    }
    return saved;
  }

  /** Reads their part of a snapshot, and returns the work that restores it; if this throws, nothing has changed. */
  read(saved: Readonly<Record<string, NearSnapshot>>): () => Waits<void> {
    const loads = this.sides.flatMap((side) => {
      const near = saved[side.part.path];
      return near === undefined ? [] : [{ side, far: near.far, load: side.read(near) }];
    });
    return () => this.#restored(loads);
  }

  *#restored(
    loads: readonly { readonly side: NearSide; readonly far: unknown; readonly load: () => void }[],
  ): Waits<void> {
    yield* this.joinLast();
    for (const { side, far, load } of loads) {
      const done = side.far.restore(far);
      if (done instanceof Promise) yield done;
      load();
    }
  }

  /** Ends the far sides; calling it again does nothing. */
  async close(): Promise<void> {
    await this.#session?.close();
  }

  *#releaseRecorded(side: NearSide, k: number, log: ArrivalLog): Waits<Reply | undefined> {
    const recorded = side.releaseRecorded(k, log);
    let step = recorded.next();
    while (step.done !== true) {
      yield* this.#join([side]);
      step = recorded.next();
    }
    return step.value;
  }

  /** Joins all requests in flight of these systems; throws the error of the oldest request that failed. */
  *#collectAll(sides: readonly NearSide[], collected: (path: string, reply: Reply) => void): Waits<void> {
    let first: { readonly since: Rational; readonly error: unknown } | undefined;
    for (let open = sides.filter(({ pending }) => pending); open.length > 0;) {
      yield* this.#join(open);
      open = open.filter((side) => {
        const since = side.pendingSince;
        try {
          collected(side.part.path, side.collect());
          return side.pending;
        } catch (error) {
          if (first === undefined || compare(since, first.since) < 0) first = { since, error };
          return false;
        }
      });
    }
    if (first !== undefined) throw first.error;
  }

  *#join(sides: readonly NearSide[]): Waits<void> {
    if (sides.length === 0) return;
    const joined = this.#session?.join(sides.map(({ far }) => far));
    if (joined instanceof Promise) yield joined;
  }
}
