/**
 * Holdfast's own locks, queues and cells inside a scenario: promise views whose calls the scenario's world schedules.
 *
 * - A call runs in one step, up to where it must wait, and continues in another step once it is woken. The explorer
 *   picks both steps, as if each caller were its own thread or process. Timeouts are timers of the world.
 * - A call never fails by a fault that the scenario requests. A release by `using` happens at once.
 * - The things are in the run's own memory. A call that is never woken hangs.
 * - Only the scenario's own module, which is evaluated in the world, can use it; elsewhere, use `share`.
 *
 * @example
 * ```ts
 * import { cell, lock } from "../sync/mod.ts";
 * import { shareIn } from "./share.ts";
 * import type { World } from "./world.ts";
 *
 * export default async function counted(world: World) {
 *   const { guard, count } = shareIn(world, { guard: lock(), count: cell() });
 *   const add = async () => {
 *     using _held = await guard.lock();
 *     await count.store(await count.load() + 1);
 *   };
 *   await Promise.all([add(), add()]);
 *   world.expect(await count.load() === 2, "both are counted");
 * }
 * ```
 *
 * @module
 */

import {
  type Answer,
  calledName,
  type Layout,
  type Memory,
  ModelMemory,
  type Operation,
  PARKED,
  runBlocking,
  type Steps,
} from "../memory/mod.ts";
import { after, now } from "../platform/mod.ts";
import { promisedViews, type Shareables, Space, type Views } from "../sync/mod.ts";
import { named } from "./named_promise.ts";
import type { World } from "./world.ts";

/** The maximum number of simultaneous waits in a scenario: more are refused with a `MemoryFullError`, as by `share`. */
const LANES = 256;

/**
 * Creates things that the code of a scenario shares, as promise views, with at most 256 simultaneous waits.
 *
 * @throws {TypeError} if `world` is not a world, or one thing has two names.
 */
export function shareIn<S extends Shareables>(world: Pick<World, "io">, things: S): Views<S, "promised"> {
  if (typeof world?.io !== "function") {
    throw new TypeError(
      `Cannot share in a scenario: the world is ${typeof world} without io, the scenario's own is wanted`,
    );
  }
  const space = new Space(things, { tasks: 1, hostLanes: LANES });
  const memory = new WorldMemory(space.layout, world);
  runBlocking(memory, space.initialize());
  return promisedViews(space.bind(memory));
}

/** A model memory whose waits the world ends. */
class WorldMemory implements Memory {
  readonly layout: Layout;
  readonly #model: ModelMemory;
  readonly #io: World["io"];
  /** The callback of each wait, by the number with which it is parked. */
  readonly #waits = new Map<number, (answer: Answer) => void>();
  #waitsSoFar = 0;

  constructor(layout: Layout, { io }: Pick<World, "io">) {
    this.#model = new ModelMemory(layout, { start: now() });
    this.layout = this.#model.layout;
    this.#io = io;
  }

  perform(operation: Operation): Answer {
    this.#model.pass(now());
    const answer = this.#model.perform(operation);
    this.#tell();
    return answer;
  }

  ticket(): number {
    return this.#model.ticket();
  }

  release(steps: Steps<unknown>): void {
    runBlocking(this, steps);
  }

  forCall(): Memory {
    return new CallMemory(this);
  }

  /** A step of the world, which the explorer schedules; it has no faults. */
  step(label: string, signal: AbortSignal | undefined): Promise<undefined> {
    return this.#io(label, undefined, { faults: {}, ...signal === undefined ? {} : { signal } });
  }

  /** Performs an operation of the call with this label; returns the answer, or a promise of it. */
  go(
    operation: Operation,
    { label, signal }: { readonly label: string; readonly signal: AbortSignal | undefined },
  ): Answer | Promise<Answer> {
    const number = this.#waitsSoFar++;
    this.#model.pass(now());
    const answer = this.#model.begin(operation, number);
    this.#tell();
    if (answer !== PARKED) return answer;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const until = this.#model.parked.find(({ task }) => task === number)?.until ?? Infinity;
    const stopTimer = after(until - now(), () => {
      this.#model.expire(number);
      this.#waits.delete(number);
      // Only this wait is ready: those woken at an earlier step have been told.
      for (const { answer } of this.#model.takeReady()) resolve(answer);
    });
    const forget = () => {
      stopTimer();
      this.#model.unpark(number);
      this.#waits.delete(number);
    };
    signal?.addEventListener("abort", forget, { once: true });
    this.#waits.set(number, (answer) => {
      forget();
      // If the signal aborts first, the wait has ended with the signal's reason.
      this.step(`${label}, woken`, signal).then(() => resolve(answer), () => {});
    });
    return named(promise, label);
  }

  /** Tells the waits that have been woken. */
  #tell(): void {
    for (const { task, answer } of this.#model.takeReady()) this.#waits.get(task)?.(answer);
  }
}

/** The memory for one call of a view, which begins in its own step. */
class CallMemory implements Memory {
  readonly layout: Layout;
  readonly #memory: WorldMemory;
  /** The label of the call, for people; if calls are nested, of the present one. */
  #label = "";

  constructor(memory: WorldMemory) {
    this.layout = memory.layout;
    this.#memory = memory;
  }

  perform(operation: Operation): Answer {
    return this.#memory.perform(operation);
  }

  ticket(): number {
    return this.#memory.ticket();
  }

  release(steps: Steps<unknown>): void {
    this.#memory.release(steps);
  }

  performAsync(operation: Operation, signal?: AbortSignal): Answer | Promise<Answer> {
    if (operation.kind !== "call" && this.#label !== "") return this.#go(operation, signal);
    this.#label = this.#labelOf(operation);
    return this.#memory.step(this.#label, signal).then(() => this.#go(operation, signal));
  }

  #go(operation: Operation, signal: AbortSignal | undefined): Answer | Promise<Answer> {
    return this.#memory.go(operation, { label: this.#label, signal });
  }

  #labelOf(operation: Operation): string {
    if (operation.kind === "call") return `${operation.object}.${calledName(operation.method)}`;
    return "word" in operation ? `${this.layout.nameOf(operation.word)}.${operation.kind}` : operation.kind;
  }
}
