/**
 * Deterministic systems that can be loaded by reference, one for each way in which a system may keep and show values.
 *
 * - Each export takes `{ period, offset, seed }` and returns a system; `seed` only makes two of a kind differ.
 * - Values stay bounded whatever they are wired to, so that a long run still tells two runs apart.
 *
 * @module
 */

import {
  abstract,
  defineSystem,
  delegate,
  type Diagram,
  DiagramBuilder,
  type LeafSystem,
  type Ports,
  scalar,
  vector,
} from "../../lib/diagram/mod.ts";
import { gain, unitDelay } from "../../lib/blocks/mod.ts";
import type { Argument } from "./chosen_systems.ts";

export type { Argument } from "./chosen_systems.ts";
export { alarm, ender, latch, pacer, walker } from "./chosen_systems.ts";

/** The abstract value of the ledgers. */
export interface Book {
  /** An amount per account. */
  readonly accounts: ReadonlyMap<string, bigint>;
  /** The amounts that came in last. */
  readonly last: Float64Array;
}

/** A book without entries. */
export const EMPTY_BOOK: Book = { accounts: new Map(), last: new Float64Array(0) };

function bounded(x: number): number {
  return x % 1009;
}

/** Two scalars: `held` is state, `mixed` reads a at once; initialization reads both. */
export function mixer({ period, offset = 0, seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "mixer",
    inputs: { a: scalar(), b: scalar() },
    state: { x: scalar(seed), n: scalar(0) },
    outputs: {
      held: { type: scalar(), feedthrough: [], value: ({ state }) => state.x },
      mixed: {
        type: scalar(),
        feedthrough: ["a"],
        value: ({ input, state, t }) => bounded(0.5 * state.x + input.a + state.n * t),
      },
    },
    initialize: ({ input, state, next }) => void (next.x = bounded(state.x + input.a - 0.5 * input.b)),
    update: {
      period,
      offset,
      run: ({ t, input, state, next }) => {
        next.x = bounded(0.75 * state.x + input.a - 0.5 * input.b + t);
        next.n = (state.n + 1) % 7;
      },
    },
  });
}

/** A vector that it changes in place: `w` is state, `dot` reads u and v at once. */
export function vectorMixer({ period, offset = 0, seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "vector mixer",
    inputs: { u: scalar(), v: vector(3) },
    state: { w: vector(3, { initial: [seed, 0.1, -seed] }) },
    outputs: {
      w: { type: vector(3), feedthrough: [], value: ({ state }) => state.w },
      dot: {
        type: scalar(),
        value: ({ input: { u, v }, state: { w } }) => bounded(u + v[0]! * w[0]! + v[1]! * w[1]! + v[2]! * w[2]!),
      },
    },
    update: {
      period,
      offset,
      run: ({ t, input: { u, v }, next: { w } }) => {
        const [first = 0] = w;
        w[0] = bounded(0.9 * w[1]! + u);
        w[1] = bounded(0.9 * w[2]! - v[0]!);
        w[2] = bounded(0.9 * first + v[1]! - v[2]! + t);
      },
    },
  });
}

/** A Map of BigInts and a typed array: `book` is abstract state, `total` a number made of it. */
export function ledger({ period, offset = 0, seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "ledger",
    inputs: { u: scalar(), book: abstract<Book>(EMPTY_BOOK) },
    state: { book: abstract<Book>({ ...EMPTY_BOOK, accounts: new Map([["seed", BigInt(Math.trunc(seed))]]) }) },
    outputs: {
      book: { type: abstract<Book>(EMPTY_BOOK), feedthrough: [], value: ({ state }) => state.book },
      total: {
        type: scalar(),
        feedthrough: [],
        value: ({ state: { book } }) => {
          const sum = [...book.accounts.values()].reduce((total, amount) => total + amount, 0n);
          return Number(sum % 1_000_003n) + book.last.reduce((total, amount) => total + amount, 0);
        },
      },
    },
    update: {
      period,
      offset,
      run: ({ input, state, next }) => {
        const accounts = new Map(state.book.accounts);
        for (const [name, amount] of input.book.accounts) {
          accounts.set(name, BigInt.asIntN(64, 3n * (accounts.get(name) ?? 0n) + amount));
        }
        const name = `account ${accounts.size % 4}`;
        const amount = Number.isFinite(input.u) ? BigInt(Math.trunc(100 * bounded(input.u))) : -1n;
        accounts.set(name, BigInt.asIntN(64, (accounts.get(name) ?? 0n) + amount));
        next.book = { accounts, last: Float64Array.of(bounded(input.u), ...input.book.last.subarray(0, 2)) };
      },
    },
  });
}

/** Two updates, the slow one at every second instant of the fast one; each sees the other's value before it. */
export function twoRates({ period, offset = 0, seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "two rates",
    inputs: { u: scalar() },
    state: { fast: scalar(seed), slow: scalar(0) },
    outputs: {
      fast: { type: scalar(), feedthrough: [], value: ({ state }) => state.fast },
      sum: { type: scalar(), feedthrough: ["u"], value: ({ input, state }) => bounded(input.u + state.slow) },
    },
    update: [
      {
        period,
        offset,
        run: ({ input, state, next }) => void (next.fast = bounded(state.fast + input.u + state.slow)),
      },
      { period: 2 * period, offset, run: ({ state, next }) => void (next.slow = bounded(state.slow - state.fast)) },
    ],
  });
}

/** Acts at every step of the run that it is part of. */
export function stepper({ period, offset = 0, seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "stepper",
    inputs: { u: scalar() },
    state: { steps: scalar(seed), x: scalar(0) },
    outputs: {
      steps: { type: scalar(), feedthrough: [], value: ({ state }) => state.steps },
      x: { type: scalar(), feedthrough: [], value: ({ state }) => state.x },
    },
    perStep: ({ state, next }) => void (next.steps = state.steps + 1),
    update: { period, offset, run: ({ input, state, next }) => void (next.x = bounded(input.u + state.steps)) },
  });
}

/** A diagram as one export: `y` reads u at once, through two of its parts; `held` and `delayed` are state. */
export function nested({ period, offset = 0, seed = 1 }: Argument): Diagram {
  return wired({ period, offset, seed }, mixer({ period, offset, seed }));
}

/** The same diagram with a direct delegate inside: nothing in it reads u at once. */
export function delegating({ period, offset = 0, seed = 1 }: Argument): Diagram {
  const inner = delegate(mixer({ period, offset, seed }), { mode: "direct", period, offset });
  return wired({ period, offset, seed }, inner);
}

function wired({ period, offset, seed }: Required<Argument>, mixed: Parameters<DiagramBuilder["add"]>[1]): Diagram {
  const builder = new DiagramBuilder("nested");
  const mix = builder.add("mix", mixed);
  const late = builder.add("late", unitDelay({ period: 2 * period, offset, initial: seed }));
  const scaled = builder.add("scaled", gain({ factor: -0.5 }));
  builder.exportInput("u", mix.input("a"));
  builder.exportInput("u", late.input("u"));
  builder.connect(late.output("y"), mix.input("b"));
  builder.connect(mix.output("mixed"), scaled.input("u"));
  builder.exportOutput("y", scaled.output("y"));
  builder.exportOutput("held", mix.output("held"));
  builder.exportOutput("delayed", late.output("y"));
  return builder.build();
}

/** The abstract source that unconnected books read. */
export function emptyBook(): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "empty book",
    outputs: { book: { type: abstract<Book>(EMPTY_BOOK), value: () => EMPTY_BOOK } },
  });
}
