/**
 * Delegates a system: it runs behind a mailbox, in the caller, in a thread or in a process.
 *
 * At its event t_k = offset + k * period it releases the reply to the request of t_(k-n), where n is its latency (1 by
 * default), then samples its inputs u_k and posts them. Let y^ be the output of the inner system when its input is held
 * at u_k over (t_(k-1), t_k]. Then:
 *
 * - from the release at t_k until the release at t_(k+1), the output is y^(t_(k-n)), after the events of that instant;
 * - before the first reply, the output is y^ after initialization;
 * - so the output is a zero-order hold, n periods late, and bit for bit the same in every mode;
 * - n requests are in flight between two events, so the far side may take n periods of real time for each;
 * - the outputs never depend directly on the inputs, so a loop through a delegated system is not an algebraic loop.
 *
 * @example
 * ```ts
 * import { delegate } from "./delegated.ts";
 * import { scalar } from "./port.ts";
 * import { defineSystem } from "./define_system.ts";
 *
 * const gain = defineSystem({
 *   name: "gain",
 *   inputs: { u: scalar() },
 *   outputs: { y: { type: scalar(), value: ({ input }) => 2 * input.u } },
 * });
 * const later = delegate(gain, { mode: "direct", period: 0.1 });
 * if (later.kind !== "delegated" || later.timing.offset !== 0) throw new Error("a description, nothing runs");
 * ```
 */

import { directory } from "./diagram.ts";
import { checkedTiming } from "./event.ts";
import type { Ports } from "./port.ts";
import type { DelegatedSystem, System, SystemReference } from "./system.ts";

/** Options of {@linkcode delegate}. */
export interface DelegateOptions {
  /** Where it runs: `direct`, `thread`, `process`, or the name of another mode of the host. */
  readonly mode: string;
  /** Seconds between two requests, above 0. */
  readonly period: number;
  /** The time of the first request in seconds, 0 by default. */
  readonly offset?: number;
  /** How many periods after a request its reply is released, 1 by default; this many requests are in flight. */
  readonly latency?: number;
  /** Whether a release waits for its reply (true by default); otherwise it takes the newest reply that has arrived. */
  readonly deterministic?: boolean;
  /**
   * The name of the guest that runs it. Systems of a run that name the same guest and mode share one thread or process,
   * in which they take turns; no value changes. They must come from the same module, or be built-in blocks. By default
   * each system has a guest of its own.
   */
  readonly guest?: string;
}

/**
 * Describes a system that runs behind a mailbox. To run in a thread or a process, it must have been loaded from a
 * module: see `loadSystem`.
 *
 * @throws {RangeError} if the period is not above 0, the offset is below 0, or the latency is not a whole number of at
 * least 1.
 * @throws {TypeError} if the mode or the guest is not a name; if the mode is direct and a handler may return a promise;
 * if another mode is asked for and the system was not loaded from a module; or if the system is not deterministic and
 * has a latency above 1.
 */
export function delegate<I extends Ports, O extends Ports>(
  system: System<I, O>,
  options: DelegateOptions,
): DelegatedSystem<I, O> {
  const { mode, period, offset, latency = 1, deterministic = true, guest } = options;
  if (typeof mode !== "string" || mode === "") {
    throw new TypeError(`Cannot delegate ${system.name}: the mode is ${mode}, the name of one is wanted`);
  }
  if (mode !== "direct" && system.reference === undefined) {
    throw new TypeError(
      `Cannot delegate ${system.name} to a ${mode}: it is a value of this realm only, ` +
        `a system named by module and export is wanted (loadSystem)`,
    );
  }
  const awaited = mode === "direct" ? awaitedIn(system) : undefined;
  if (awaited !== undefined) {
    throw new TypeError(
      `Cannot delegate ${system.name} in direct mode: the handlers of ${awaited} may return promises (async: true), ` +
        `a thread or a process is wanted, where they are awaited`,
    );
  }
  if (guest !== undefined && (typeof guest !== "string" || guest === "")) {
    throw new TypeError(`Cannot delegate ${system.name}: the guest is ${guest}, a name or none is wanted`);
  }
  if (!(Number.isSafeInteger(latency) && latency >= 1)) {
    throw new RangeError(
      `Cannot delegate ${system.name}: the latency is ${latency}, a whole number of periods from 1 up is wanted`,
    );
  }
  if (latency > 1 && !deterministic) {
    throw new TypeError(
      `Cannot delegate ${system.name} with a latency of ${latency} periods: it is not deterministic, so it shows what has ` +
        `arrived, however late; deterministic: true or no latency is wanted`,
    );
  }
  const reference: { reference?: SystemReference } = system.reference === undefined
    ? {}
    : { reference: system.reference };
  return Object.freeze({
    kind: "delegated",
    name: system.name,
    inputs: system.inputs,
    outputs: system.outputs,
    ...reference,
    inner: system,
    mode,
    ...guest === undefined ? {} : { guest },
    timing: checkedTiming(`the delegated ${system.name}`, period, offset),
    latency,
    deterministic,
  });
}

/** The path of the first leaf inside whose handlers may return promises, if any. */
function awaitedIn(system: System): string | undefined {
  for (const [path, part] of directory(system)) if (part.kind === "leaf" && part.behavior.async) return path;
  return undefined;
}
