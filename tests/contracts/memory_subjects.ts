/**
 * The memories that the contract suites run over: model memory with random interleavings, shared memory with real
 * workers.
 *
 * @module
 */

import { type Chooser, type Layout, type Memory, ModelMemory, SharedMemory } from "../../lib/memory/mod.ts";
import { runCooperative } from "../../lib/program/mod.ts";
import { stepsOf, type TaskCall } from "./memory_tasks.ts";
import type { WorkerReply, WorkerRequest } from "./memory_worker.ts";
import { runs } from "./soak.ts";

/** A memory under test. */
export interface MemorySubject {
  readonly name: string;
  /** How many runs of a concurrent check are affordable. */
  readonly concurrentRuns: number;
  /** How many rounds of a concurrent task are affordable. */
  readonly rounds: number;
  /** Creates a memory for single operations. */
  create(layout: Layout, chooser?: Chooser): Memory;
  /** Runs tasks concurrently on one memory; throws if one throws or they do not end. */
  run(layout: Layout, calls: readonly TaskCall[], seed: number): Promise<TaskResults>;
}

/** What tasks returned, and the memory that they left. */
export interface TaskResults {
  readonly values: readonly unknown[];
  readonly memory: Memory;
}

/** Model memory: each seed is an interleaving that may switch at every operation. */
export const modelSubject: MemorySubject = {
  name: "ModelMemory",
  concurrentRuns: runs(200),
  rounds: 5,
  create: (layout, chooser) => new ModelMemory(layout, chooser === undefined ? {} : { chooser }),
  run(layout, calls, seed) {
    const tasks = calls.map((call, at) => ({ name: `${call.task} ${at}`, steps: stepsOf(call) }));
    const memory = new ModelMemory(layout);
    const result = runCooperative(memory, tasks, { seed, switchAt: "operation" });
    if (result.kind === "deadlock") {
      throw new Error(
        `seed ${seed}: deadlock of ${result.waiting.map(({ name, on }) => `${name} on ${on}`).join(", ")}`,
      );
    }
    const values = result.outcomes.map((outcome) => {
      if (outcome.kind === "threw") throw outcome.error;
      return outcome.kind === "returned" ? outcome.value : undefined;
    });
    return Promise.resolve({ values, memory });
  },
};

/** Shared memory with a worker for each task; the seed has no effect. Dispose it to end the workers. */
export class SharedSubject implements MemorySubject {
  readonly name = "SharedMemory";
  readonly concurrentRuns = runs(3);
  readonly rounds = 500;
  // By guest number.
  readonly #workers = new Map<number, Worker>();

  create(layout: Layout, chooser?: Chooser): Memory {
    const options = { guests: 0, clock: realClock };
    return SharedMemory.create(layout, chooser === undefined ? options : { ...options, chooser });
  }

  async run(layout: Layout, calls: readonly TaskCall[]): Promise<TaskResults> {
    const memory = SharedMemory.create(layout, { guests: calls.length, clock: realClock });
    const replies = await this.withDeadline(memory, calls.map((call, guest) => this.start(memory, { guest, call })));
    const values = replies.map((reply, at) => {
      if (reply.kind === "returned") return reply.value;
      throw new Error(reply.kind === "threw" ? reply.text : `${calls[at]!.task} ${at} does not end`);
    });
    return { values, memory };
  }

  /** Runs one task as a guest; the reply comes when the task has ended. */
  start(memory: SharedMemory, { guest, call }: { guest: number; call: TaskCall }): Promise<WorkerReply> {
    const worker = this.#workers.get(guest) ?? newWorker();
    this.#workers.set(guest, worker);
    const { promise, resolve, reject } = Promise.withResolvers<WorkerReply>();
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage({ handle: memory.handle, guest, call } satisfies WorkerRequest);
    return promise;
  }

  /** Stops all guests if their replies take too long, so that a bug fails a test instead of hanging it. */
  async withDeadline<T>(memory: SharedMemory, replies: readonly Promise<T>[]): Promise<T[]> {
    const stop = setInterval(() => {
      if (performance.now() < last) return;
      for (let guest = 0; guest < memory.handle.guests; guest++) memory.control.requestStop(guest);
    }, 50);
    const last = performance.now() + 20_000;
    try {
      return await Promise.all(replies);
    } finally {
      clearInterval(stop);
    }
  }

  [Symbol.dispose](): void {
    for (const worker of this.#workers.values()) worker.postMessage("end" satisfies WorkerRequest);
    this.#workers.clear();
  }
}

/** Real time, in absolute milliseconds on which workers agree. */
export function realClock(): number {
  return performance.timeOrigin + performance.now();
}

function newWorker(): Worker {
  return new Worker(import.meta.resolve("./memory_worker.ts"), { type: "module" });
}
