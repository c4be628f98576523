/**
 * Systems for the tests of `lib/testing/`: some keep the properties, and each of the others breaks one in a way of its own.
 *
 * @module
 */

import {
  abstract,
  defineSystem,
  type Diagram,
  DiagramBuilder,
  type LeafSystem,
  type Ports,
  reachedTermination,
  scalar,
  vector,
} from "../../lib/diagram/mod.ts";
import { gain, integrator, unitDelay } from "../../lib/blocks/mod.ts";

type Leaf = LeafSystem<Ports, Ports>;

/** A list of entries, as an abstract value. */
export interface Orders {
  /** What was ordered, by name. */
  readonly wanted: ReadonlyMap<string, bigint>;
  /** The weights of the last entries. */
  readonly weights: Float64Array;
}

/** No orders. */
export const NO_ORDERS: Orders = { wanted: new Map(), weights: new Float64Array(0) };

/** A diagram of three rates, with a scalar and a vector input, direct feedthrough and a per-step update. */
export function multiRate(): Diagram {
  const builder = new DiagramBuilder("multi-rate");
  const slow = builder.add("slow", integrator({ period: 0.3, offset: 0.05 }));
  const quick = builder.add("quick", unitDelay({ period: 1 / 30, size: 2 }));
  const twice = builder.add("twice", gain({ factor: 2 }));
  const steps = builder.add(
    "steps",
    defineSystem({
      name: "steps",
      state: { n: scalar(0), last: scalar(0) },
      outputs: {
        n: { type: scalar(), value: ({ state }) => state.n },
        last: { type: scalar(), value: ({ state }) => state.last },
        t: { type: scalar(), value: ({ t }) => t },
      },
      perStep: ({ t, state, next }) => {
        next.n = state.n + 1;
        next.last = t;
      },
    }),
  );
  builder.exportInput("u", slow.input("u"));
  builder.exportInput("u", twice.input("u"));
  builder.exportInput("v", quick.input("u"));
  builder.exportOutput("slow", slow.output("y"));
  builder.exportOutput("quick", quick.output("y"));
  builder.exportOutput("twice", twice.output("y"));
  for (const port of ["n", "last", "t"] as const) builder.exportOutput(port, steps.output(port));
  return builder.build();
}

/** Collects orders at 10 Hz: abstract in, abstract out. */
export const collector: Leaf = defineSystem({
  name: "collector",
  inputs: { orders: abstract<Orders>(NO_ORDERS) },
  state: { all: abstract<Orders>(NO_ORDERS) },
  outputs: {
    all: { type: abstract<Orders>(NO_ORDERS), feedthrough: [], value: ({ state }) => state.all },
    newest: { type: abstract<Orders>(NO_ORDERS), value: ({ input }) => input.orders },
  },
  update: {
    period: 0.1,
    run: ({ input: { orders }, state: { all }, next }) => {
      const wanted = new Map(all.wanted);
      for (const [name, count] of orders.wanted) wanted.set(name, (wanted.get(name) ?? 0n) + count);
      next.all = { wanted, weights: orders.weights };
    },
  },
});

/** Counts at 10 Hz and ends its own run at `last`. */
export function mortal({ last }: { last: number }): Leaf {
  return defineSystem({
    name: "mortal",
    state: { n: scalar(0) },
    outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
    update: {
      period: 0.1,
      run: ({ state, next }) => {
        next.n = state.n + 1;
        return state.n === last ? reachedTermination("enough") : undefined;
      },
    },
  });
}

/** y is what `value` says, t seconds into the run. */
function says(value: (t: number) => number): Leaf {
  return defineSystem({
    name: "says",
    outputs: { fine: { type: scalar(), value: ({ t }) => t }, y: { type: scalar(), value: ({ t }) => value(t) } },
  });
}

/** Uses chance. */
export const gambler: Leaf = says(() => Math.random());

/** Reads the real clock. */
export const clockReader: Leaf = defineSystem({
  name: "clock reader",
  outputs: { y: { type: scalar(), value: ({ wall }) => wall() } },
});

let made = 0;

/** Counts how many of it were made in this realm. */
export function rememberer(): Leaf {
  const mine = made++;
  return says((t) => t + mine);
}

/** Differs in a worker, where there is a `WorkerGlobalScope`. */
export const threadSpotter: Leaf = says(() => "WorkerGlobalScope" in globalThis ? 1 : 0);

/** Differs in a process guest, which may not use the network. */
export const sandboxSpotter: Leaf = says((t) => {
  return t > 0 && Deno.permissions.querySync({ name: "net" }).state !== "granted" ? 1 : 0;
});

/** Differs in a worker, in one component of a vector and, there, in an abstract value. */
export function deepSpotter({ abstractly }: { abstractly: boolean }): Leaf {
  const spotted = () => "WorkerGlobalScope" in globalThis ? 1 : 0;
  const book = (seen: number) => ({ seen: [0, seen] });
  return defineSystem({
    name: "deep spotter",
    outputs: {
      v: { type: vector(3), value: () => [7, 8, abstractly ? 9 : spotted()] },
      book: { type: abstract(book(0)), value: () => book(abstractly ? spotted() : 0) },
    },
  });
}

/** Throws at an input above 5. */
export const fragile: Leaf = defineSystem({
  name: "fragile",
  inputs: { u: scalar() },
  outputs: {
    y: {
      type: scalar(),
      value: ({ input }) => {
        if (input.u > 5) throw new RangeError(`${input.u} is too much`);
        return input.u;
      },
    },
  },
});

/** Has no outputs. */
export const mute: Leaf = defineSystem({ name: "mute", inputs: { u: scalar() } });

/** Changes its state in place, as a cast lets it. */
export const inPlace: Leaf = defineSystem({
  name: "in place",
  inputs: { u: scalar() },
  state: { y: abstract({ n: 0 }) },
  outputs: { n: { type: scalar(), feedthrough: [], value: ({ state }) => state.y.n } },
  initialize: ({ input, state }) => void (state.y.n += input.u),
});

/** Has a handler that is not done when it returns. */
export const late: Leaf = defineSystem({
  name: "late",
  state: { n: scalar() },
  outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
  initialize: (async ({ next }: { next: { n: number } }) => void (next.n = await Promise.resolve(1))) as never,
});
