import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CancelledError } from "../../lib/errors.ts";
import { Call } from "../../lib/pool/call.ts";
import type { MappingPool } from "../../lib/pool/submitter.ts";
import { mapped, mappedUnordered } from "../../lib/pool/mapping.ts";
import { within } from "../contracts/deadline.ts";
import { packed } from "../contracts/packed.ts";
import { failure } from "../contracts/pool_stage.ts";
import { runs } from "../contracts/soak.ts";

const SECONDS = 20;
const numRuns = runs(100);

/** A pool whose calls the test settles: each value is the argument plus 1, of a chunk those of its inputs. */
class Desk implements MappingPool {
  readonly mode = "direct";
  readonly calls: Call[] = [];
  readonly #arguments = new Map<Call, unknown>();
  isFull = false;
  readonly #wanted: (() => void)[] = [];

  submit({ argument, chunk = false, options = {} }: Parameters<MappingPool["submit"]>[0]): Call {
    if (this.isFull) throw new TypeError("Cannot submit: it is full, room is wanted");
    const call = new Call("work", { packed: packed(argument), chunk, options });
    this.#arguments.set(call, argument);
    this.calls.push(call);
    return call;
  }

  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve();
    return new Promise((resolve) => void this.#wanted.push(resolve));
  }

  open(): void {
    this.isFull = false;
    for (const go of this.#wanted.splice(0)) go();
  }

  /** How many inputs each call has. */
  get sizes(): number[] {
    return this.calls.map((call) => call.chunk ? (this.#arguments.get(call) as unknown[]).length : 1);
  }

  /** Settles the call of those that are not, at that place. */
  settle(at: number): boolean {
    const open = this.calls.filter(({ outcome }) => outcome === undefined);
    const call = open[at % Math.max(open.length, 1)];
    if (call === undefined) return false;
    const argument = this.#arguments.get(call);
    const { chunk } = call;
    const value = chunk ? (argument as number[]).map((n) => ({ value: n + 1 })) : argument as number + 1;
    call.settle({ value });
    return true;
  }
}

/** Three numbers, and endlessly many behind the gate; says when it is closed. */
async function* gated(gate: () => Promise<void>, closed: () => void): AsyncGenerator<number> {
  try {
    yield* [0, 1, 2];
    await gate();
    for (let n = 3;; n++) yield n;
  } finally {
    closed();
  }
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

Deno.test("mapped() keeps the order of the inputs, mappedUnordered() that of the calls, in whatever order they end", async () => {
  const shape = fc.record({ chunkSize: fc.integer({ min: 1, max: 5 }), buffer: fc.integer({ min: 1, max: 8 }) });
  await fc.assert(
    fc.asyncProperty(fc.nat(20), shape, fc.array(fc.nat(9), { minLength: 1 }), async (length, options, order) => {
      const inputs = [...Array(length).keys()];
      const expected = inputs.map((n) => n + 1);
      for (const ordered of [true, false]) {
        const desk = new Desk();
        const work = { inputs, options };
        let over = false;
        const all = Array.fromAsync<unknown>(ordered ? mapped(desk, work) : mappedUnordered(desk, work));
        const done = all.finally(() => void (over = true));
        for (let at = 0; !over; at++) {
          assert(desk.calls.filter(({ outcome }) => outcome === undefined).length <= options.buffer + 1);
          desk.settle(order[at % order.length] ?? 0);
          await turn();
        }
        const values = await done;
        if (ordered) assertEquals(values, expected);
        else {
          const sorted = (values as { index: number; value: unknown }[]).toSorted((a, b) => a.index - b.index);
          assertEquals(sorted, expected.map((value, index) => ({ index, value })));
        }
        const sizes = desk.sizes;
        assertEquals(sizes.reduce((sum, size) => sum + size, 0), length);
        assert(sizes.slice(0, -1).every((size) => size === options.chunkSize));
      }
    }),
    { numRuns },
  );
});

Deno.test("mapped() gives what is there while the pool is full and while the source takes its time", async () => {
  const desk = new Desk();
  let put: ReadableStreamDefaultController<number> | undefined;
  const source = new ReadableStream<number>({ start: (controller) => void (put = controller) });
  const values = mapped<number, number>(desk, { inputs: source, options: {} });
  const first = values.next();
  put?.enqueue(1);
  await turn();
  desk.settle(0);
  assertEquals(await within(SECONDS, first), { done: false, value: 2 });
  const second = values.next();
  desk.isFull = true;
  put?.enqueue(5);
  await turn();
  assertEquals(desk.calls.length, 1);
  desk.open();
  await turn();
  desk.settle(0);
  assertEquals(await within(SECONDS, second), { done: false, value: 6 });
  put?.close();
  assertEquals(await within(SECONDS, values.next()), { done: true, value: undefined });
});

Deno.test("mapped() that is left cancels what waits, takes nothing more and closes the source once", async () => {
  for (const waits of ["for nothing", "for the source", "for room"] as const) {
    const desk = new Desk();
    let closed = 0;
    const go = Promise.withResolvers<void>();
    const gate = async () => {
      if (waits === "for the source") await go.promise;
      desk.isFull = waits === "for room";
    };
    const inputs = gated(gate, () => void closed++);
    const values = mapped(desk, { inputs, options: { buffer: 6 } });
    const first = values.next();
    await turn();
    desk.settle(0);
    assertEquals(await within(SECONDS, first), { done: false, value: 1 });
    await turn();
    const submitted = desk.calls.length;
    await within(SECONDS, values.return());
    go.resolve();
    desk.open();
    await turn();
    assertEquals([closed, desk.calls.length], [1, submitted], waits);
    for (const { outcome } of desk.calls.slice(1)) {
      assert(outcome !== undefined && "error" in outcome);
      assertInstanceOf(outcome.error, CancelledError);
    }
  }
});

Deno.test("mapped() gives the values before a failure of the source, and then that", async () => {
  const desk = new Desk();
  let asked = 0;
  const source = {
    [Symbol.iterator]: () => ({
      next: () => {
        if (asked++ < 2) return { done: false as const, value: asked };
        throw new RangeError("no more");
      },
      return: () => {
        throw new TypeError("what has failed needs no return");
      },
    }),
  };
  const values = mapped(desk, { inputs: source, options: {} });
  const first = values.next();
  desk.settle(0);
  desk.settle(0);
  assertEquals([await first, await values.next()], [{ done: false, value: 2 }, { done: false, value: 3 }]);
  assertEquals((await failure(values.next())).message, "no more");
  assertEquals(asked, 3);
});

Deno.test("mapped() ends with its signal while the source gives nothing", async () => {
  for (const map of [mapped, mappedUnordered]) {
    const desk = new Desk();
    const stop = new AbortController();
    const silent = new ReadableStream<number>({});
    const values = map(desk, { inputs: silent, options: { signal: stop.signal } });
    const next = values.next();
    await turn();
    stop.abort(new RangeError("enough"));
    const error = await within(SECONDS, failure(next));
    assertInstanceOf(error, CancelledError);
    assertInstanceOf(error.cause, RangeError);
  }
});

Deno.test("mapped() leaves no listener on its signal", async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners.add(args[1]);
    add(...args);
  };
  const remove = signal.removeEventListener.bind(signal);
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners.delete(args[1]);
    remove(...args);
  };
  for (const map of [mapped, mappedUnordered]) {
    const desk = new Desk();
    const values = map(desk, { inputs: [1, 2, 3], options: { signal } });
    const first = values.next();
    assert(listeners.size > 0);
    while (desk.settle(0));
    await first;
    await values.return();
    assertEquals(listeners.size, 0);
  }
});

Deno.test("mapped() refuses sizes that make no sense at once", () => {
  for (const size of [0, -1, 1.5, NaN, Infinity]) {
    for (const options of [{ chunkSize: size }, { buffer: size }]) {
      for (const map of [mapped, mappedUnordered]) {
        assertThrows(() => map(new Desk(), { inputs: [], options }), RangeError, `is ${size}`);
      }
    }
  }
});
