import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BytePipe, type PipeEnd } from "../../lib/memory/mod.ts";
import { within } from "../contracts/deadline.ts";
import { runs } from "../contracts/soak.ts";
import { checksum, type EchoReply, type EchoRequest } from "../guests/byte_pipe_echo.ts";

const SECONDS = 60;
const MEGABYTE = 2 ** 20;

/** A pipe through which `begin` bytes have gone, modulo 2^32, as far as it can tell. */
function pipeAt(capacity: number, begin: number, ring?: () => void): BytePipe {
  const pipe = BytePipe.create(capacity, ring);
  const words = new Int32Array(pipe.handle.buffer, 0, (pipe.handle.buffer.byteLength - capacity) / 4);
  // The words that change with a write and a read are the positions.
  pipe.write(Uint8Array.of(1, 2, 3));
  const written = words.indexOf(3);
  pipe.read(new Uint8Array(2));
  const taken = words.indexOf(2);
  assert(written >= 0 && taken >= 0, "each end has its position");
  words[written] = begin;
  words[taken] = begin;
  return pipe;
}

const begins = fc.oneof(
  fc.integer({ min: 2 ** 31 - 100, max: 2 ** 31 + 100 }),
  fc.integer({ min: 2 ** 32 - 100, max: 2 ** 32 + 100 }),
  fc.nat(200),
);

Deno.test("BytePipe gives the bytes in order and whole, for any capacity, sizes and place", () => {
  const step = fc.record({ end: fc.constantFrom<PipeEnd>("reader", "writer"), size: fc.nat(80) });
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 7 }), begins, fc.array(step, { maxLength: 60 }), (bits, begin, steps) => {
      const capacity = 2 ** bits;
      const pipe = pipeAt(capacity, begin);
      const held: number[] = [];
      let next = 0;
      for (const { end, size } of steps) {
        if (end === "writer") {
          const bytes = Uint8Array.from({ length: size + 2 }, (_, index) => next + index);
          const count = pipe.write(bytes.subarray(2));
          assertEquals(count, Math.min(size, capacity - held.length));
          held.push(...bytes.subarray(2, 2 + count));
          next += count;
        } else {
          const into = new Uint8Array(size);
          const count = pipe.read(into);
          assertEquals(count, Math.min(size, held.length));
          assertEquals([...into.subarray(0, count)], held.splice(0, count));
          assert(into.subarray(count).every((byte) => byte === 0), "nothing behind them is touched");
        }
        assertEquals(pipe.sleeps("reader"), held.length === 0);
        assertEquals(pipe.sleeps("writer"), held.length === capacity);
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("BytePipe.wait() returns at once where there is something to do, also beside the wrap", () => {
  for (const begin of [0, 2 ** 31 - 4, 2 ** 31, 2 ** 32 - 4, 2 ** 32]) {
    const pipe = pipeAt(8, begin);
    assertEquals([pipe.wait("writer", 0), pipe.wait("reader", 0)], [true, false]);
    pipe.write(new Uint8Array(8));
    assertEquals([pipe.wait("writer", 0), pipe.wait("reader", 0)], [false, true]);
    pipe.read(new Uint8Array(1));
    assertEquals([pipe.wait("writer", 0), pipe.wait("reader", 0)], [true, true]);
  }
});

Deno.test("BytePipe rings once for each sleep, and never where nobody sleeps", () => {
  let bells = 0;
  const pipe = BytePipe.create(8, () => bells++);
  const into = new Uint8Array(8);
  pipe.write(into);
  pipe.read(into);
  assertEquals(bells, 0);
  assert(pipe.sleeps("reader"));
  pipe.write(into.subarray(4));
  pipe.write(into.subarray(4));
  assertEquals(bells, 1);
  assert(pipe.sleeps("writer"));
  pipe.read(into.subarray(6));
  pipe.read(into);
  assertEquals(bells, 2);
});

Deno.test("BytePipe.create() refuses capacities that are no power of two from 8 to 2^30", () => {
  for (const capacity of [0, 4, 12, 2 ** 31, -8, NaN, Infinity, 8.5]) {
    assertThrows(() => BytePipe.create(capacity), RangeError, `Cannot make a pipe of ${capacity} bytes`);
  }
});

/** A sleep of the code under `interleaved`: on which word, and whether a notify came. */
interface Sleep {
  readonly word: number;
  woken: boolean;
}

/**
 * Runs the first function and all of the second: before the atomic operation of that number of the first (a sleep counts
 * twice: before it looks, and while it lasts), or after the last one. Gives the sleeps, and whether there was such an operation.
 */
function interleaved(
  first: () => void,
  second: () => void,
  at: number,
): { sleeps: readonly Sleep[]; reached: boolean } {
  const real: Record<string, PropertyDescriptor> = Object.getOwnPropertyDescriptors(Atomics);
  const sleeps: Sleep[] = [];
  let [count, reached] = [0, false];
  const tick = () => {
    if (count++ !== at || reached) return;
    reached = true;
    second();
  };
  const put = (name: string, value: unknown) => Object.defineProperty(Atomics, name, { value, configurable: true });
  for (const name of ["load", "store", "exchange"]) {
    put(name, (...args: unknown[]) => {
      tick();
      return Reflect.apply(real[name]!.value, Atomics, args);
    });
  }
  put("notify", (_words: Int32Array, word: number) => {
    tick();
    for (const sleep of sleeps) sleep.woken ||= sleep.word === word;
    return 0;
  });
  put("wait", (words: Int32Array, word: number, expected: number) => {
    tick();
    if (words[word] !== expected) return "not-equal";
    sleeps.push({ word, woken: false });
    tick();
    return "timed-out";
  });
  try {
    first();
    if (!reached) second();
  } finally {
    Object.defineProperties(Atomics, real);
  }
  return { sleeps, reached };
}

const sides = [
  { end: "reader", before: 0, act: (pipe: BytePipe) => pipe.write(Uint8Array.of(1)) },
  { end: "writer", before: 8, act: (pipe: BytePipe) => pipe.read(new Uint8Array(1)) },
] as const;

for (const { end, before, act } of sides) {
  for (const interrupted of ["it", "the other end"] as const) {
    Deno.test(`BytePipe wakes a sleeping ${end} wherever ${interrupted} is interrupted`, () => {
      for (const how of ["bell", "wait"] as const) {
        for (let [at, reached] = [0, true]; reached; at++) {
          let [bells, goesOn] = [0, false];
          const pipe = BytePipe.create(8, () => bells++);
          pipe.write(new Uint8Array(before));
          const sleep = () => void (goesOn = how === "bell" ? !pipe.sleeps(end) : pipe.wait(end, 1000));
          const other = () => assertEquals(act(pipe), 1);
          const [first, second] = interrupted === "it" ? [sleep, other] : [other, sleep];
          const run = interleaved(first, second, at);
          if (how === "bell") assert(goesOn || bells === 1, `nobody rings, before operation ${at}`);
          assert(run.sleeps.every(({ woken }) => woken), `nobody notifies, before operation ${at}`);
          reached = run.reached;
          assert(at < 100, "it comes to its end");
        }
      }
    });
  }
}

for (const { capacity, size } of [{ capacity: 65536, size: 10 * MEGABYTE }, { capacity: 8, size: 20_000 }]) {
  Deno.test(`BytePipe carries ${size} bytes to a thread and back through ${capacity}`, async () => {
    const worker = new Worker(new URL("../guests/byte_pipe_echo.ts", import.meta.url), { type: "module" });
    let bell = Promise.withResolvers<void>();
    const done = Promise.withResolvers<number>();
    worker.onmessage = ({ data }: MessageEvent<EchoReply>) => data === "bell" ? bell.resolve() : done.resolve(data.sum);
    worker.onerror = (event) => {
      event.preventDefault();
      done.reject(new Error(event.message));
    };
    const [there, back] = [BytePipe.create(capacity), BytePipe.create(capacity)];
    worker.postMessage({ there: there.handle, back: back.handle, size } satisfies EchoRequest);
    const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 2654435761) >>> 13);
    const into = new Uint8Array(size);
    await within(
      SECONDS,
      (async () => {
        for (let [sent, read] = [0, 0]; read < size;) {
          bell = Promise.withResolvers();
          const wrote = there.write(bytes.subarray(sent));
          const took = back.read(into.subarray(read));
          sent += wrote;
          read += took;
          if (wrote > 0 || took > 0) continue;
          const sleeps = (sent === size || there.sleeps("writer")) && back.sleeps("reader");
          if (sleeps) await bell.promise;
        }
      })(),
    );
    assertEquals(await within(SECONDS, done.promise), checksum(bytes));
    assertEquals(checksum(into), checksum(bytes));
    assert(into.every((byte, index) => byte === bytes[index]));
    worker.terminate();
  });
}
