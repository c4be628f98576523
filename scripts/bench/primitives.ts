/**
 * Measures what primitives cost: alone, between two workers and over pipes, compared with bare atomics and a peer from
 * npm.
 */

import { attach, Host, loadProgram, lock, type ModeName, runBlocking, share, SharedMemory, Space } from "../../mod.ts";
import { channel, move, Mutex, spawn } from "./multithreading_peer.ts";
import { type Bare, BATCH, benchThings } from "./share_jobs.ts";
import type { ShareJob } from "./share_worker.ts";
import { compare, type Table, took } from "./statistics.ts";

/** The number of rounds, and their size. */
export interface PrimitiveOptions {
  /** How often each row is measured. */
  readonly rounds: number;
  /** The number of operations of a measurement. */
  readonly times: number;
}

const SPIN = 20;
const PEER = "multithreading 0.3.52";
/** Warm-up rounds, until the engine has compiled both sides. */
const WARMUPS = 4;

/** Locking and unlocking an uncontended lock, in million pairs per second. */
export async function uncontended({ rounds, times }: PrimitiveOptions): Promise<Table> {
  const things = benchThings();
  const shared = attach(share(things, { tasks: 1 }).handle, things, { task: 0 });
  const space = new Space({ guard: lock() }, { tasks: 1 });
  const memory = SharedMemory.create(space.layout, { guests: 1, clock: () => performance.now() });
  const { guard } = space.bind(memory, { task: 0 });
  const words = new Int32Array(new SharedArrayBuffer(64));
  const mutex = new Mutex(new Int32Array(new SharedArrayBuffer(4)));
  const rate = (loop: () => void, count: number = times) => async () => count / await took(loop) / 1000;
  const few = times / 10;
  const figures = await compare({
    "bare atomics": rate(() => {
      for (let time = 0; time < times; time++) {
        while (Atomics.compareExchange(words, 0, 0, 1) !== 0);
        Atomics.exchange(words, 0, 0);
      }
    }),
    "blocking view": rate(() => {
      for (let time = 0; time < times; time++) {
        shared.guard.acquire();
        shared.guard.release();
      }
    }),
    "blocking view, using": rate(() => {
      for (let time = 0; time < times; time++) {
        using _held = shared.guard.lock();
      }
    }),
    "generator, using": rate(() => {
      runBlocking(memory, lockOften(guard, few));
    }, few),
    [PEER]: rate(() => {
      for (let time = 0; time < few; time++) mutex.blockingLock().dispose();
    }, few),
  }, { rounds, warmups: WARMUPS });
  return { title: "Lock and unlock, alone", unit: "M/s", figures };
}

/** The same with two workers at once, each of which counts inside. */
export async function contended({ rounds, times }: PrimitiveOptions): Promise<Table> {
  const workers = await ShareWorkers.start();
  const { handle } = share(benchThings(), { tasks: 2, spin: SPIN });
  const mutex = new Mutex(new Int32Array(new SharedArrayBuffer(4)));
  const figures = await compare({
    [PEER]: async () => {
      const few = times / 10;
      return 2 * few / 1000 / await took(async () => {
        const both = [0, 1].map(() =>
          spawn(move(mutex, few), (mutex, times) => {
            for (let time = 0; time < times; time++) {
              const guard = mutex.blockingLock();
              guard.value[0] = (guard.value[0] ?? 0) + 1;
              guard.dispose();
            }
          })
        );
        for (const one of both) await one.join();
      });
    },
    "blocking view": async () => 2 * times / 1000 / await workers.run({ handle, job: "lock", times }),
  }, { rounds, warmups: WARMUPS });
  workers.close();
  return { title: "Lock, count, unlock, by two workers", unit: "M/s", figures };
}

/** Small numbers passed from one worker to another, in millions per second. */
export async function handOver({ rounds, times }: PrimitiveOptions): Promise<Table> {
  const workers = await ShareWorkers.start();
  const { handle } = share(benchThings(), { tasks: 2, spin: SPIN });
  const run = (job: string, count: number) => async () =>
    count / 1000 / await workers.run({ handle, job, times: count });
  const figures = await compare({
    [PEER]: async () => {
      const few = times / 10;
      const [sender, receiver] = channel<number>(1024);
      return few / 1000 / await took(async () => {
        const both = [
          spawn(move(sender, few), (sender, times) => {
            for (let time = 0; time < times; time++) sender.blockingSend(time);
          }),
          spawn(move(receiver, few), (receiver, times) => {
            for (let time = 0; time < times; time++) receiver.blockingRecv();
          }),
        ];
        for (const one of both) await one.join();
      });
    },
    "queue": run("queue", times),
    "channel": run("channel", times),
    [`queue, ${BATCH} at once`]: run("queueBatch", 10 * times),
    [`channel, ${BATCH} at once`]: run("channelBatch", 10 * times),
  }, { rounds, warmups: WARMUPS });
  workers.close();
  return { title: "Small numbers between two workers", unit: "M/s", figures };
}

/** A generation of a barrier of two workers, in microseconds. */
export async function generations({ rounds, times }: PrimitiveOptions): Promise<Table> {
  const workers = await ShareWorkers.start();
  const spinning = share(benchThings(), { tasks: 2, spin: SPIN });
  const bare = (): Bare => ({ words: new Int32Array(new SharedArrayBuffer(128)) });
  const micro = (milliseconds: number) => milliseconds * 1000 / times;
  const figures = await compare({
    "bare ping-pong": async () => micro(await workers.run({ bare: bare(), job: "pingPong", times })),
    "bare ping-pong, spinning": async () => micro(await workers.run({ bare: bare(), job: "pingPongSpinning", times })),
    "barrier": async () => micro(await workers.run({ handle: spinning.handle, job: "barrier", times })),
  }, { rounds, warmups: WARMUPS });
  workers.close();
  return { title: "A generation of a barrier, two workers", unit: "us", figures };
}

/** Small numbers passed from one task to another, in thousands per second, in each mode. */
export async function byProgram({ rounds, times }: PrimitiveOptions): Promise<Table> {
  await using host = new Host();
  const program = await loadProgram(import.meta.resolve("./pipe_program.ts"));
  const run = (mode: ModeName, batch: number, count: number) => async () => {
    const { ok, ms } = await host.run(program, { mode, parameters: { batch, items: count } });
    if (!ok) throw new Error("the sum is wrong");
    return count / ms;
  };
  const figures = await compare({
    "process, one by one": run("process", 1, times / 10),
    [`process, ${BATCH} at once`]: run("process", BATCH, 10 * times),
    "thread, one by one": run("thread", 1, times),
    [`thread, ${BATCH} at once`]: run("thread", BATCH, 10 * times),
    "direct, one by one": run("direct", 1, times),
  }, { rounds, warmups: 1 });
  return { title: "Small numbers through a program's queue", unit: "thousand/s", figures };
}

function* lockOften(guard: ReturnType<Space<{ guard: ReturnType<typeof lock> }>["bind"]>["guard"], times: number) {
  for (let time = 0; time < times; time++) {
    using _held = yield* guard.lock();
  }
}

/** Two workers that do the same job at once. */
class ShareWorkers {
  readonly #workers = [0, 1].map(() => new Worker(new URL("./share_worker.ts", import.meta.url), { type: "module" }));

  static async start(): Promise<ShareWorkers> {
    const both = new ShareWorkers();
    await both.#all(() => {});
    return both;
  }

  /** Milliseconds until both have done their part. */
  run(job: Omit<ShareJob, "task">): Promise<number> {
    return took(() => this.#all((worker, task) => worker.postMessage({ ...job, task } satisfies ShareJob)));
  }

  close(): void {
    for (const worker of this.#workers) worker.postMessage("close");
  }

  async #all(tell: (worker: Worker, task: number) => void): Promise<void> {
    await Promise.all(this.#workers.map((worker, task) => {
      const answered = new Promise((resolve) => worker.onmessage = resolve);
      tell(worker, task);
      return answered;
    }));
  }
}
