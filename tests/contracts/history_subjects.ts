/**
 * The things that real tasks call at random (`history_callers.ts`), and the sequential specification of their results.
 *
 * @module
 */

import { channel, queue, type QueueOptions } from "../../lib/mailbox/mod.ts";
import {
  boundedSemaphore,
  cell,
  event,
  latch,
  lock,
  rlock,
  rwlock,
  semaphore,
  type Shareable,
} from "../../lib/sync/mod.ts";
import {
  type HistoryCall,
  partsOf,
  sequentialChannel,
  sequentialEvent,
  sequentialLatch,
  sequentialLock,
  sequentialPriorityQueue,
  sequentialQueue,
  sequentialRegister,
  sequentialRendezvous,
  sequentialRLock,
  sequentialRWLock,
  sequentialSemaphore,
  type SequentialSpecification,
  sequentialStack,
} from "../../lib/testing/mod.ts";
import {
  type Caller,
  type CallerOptions,
  CellCaller,
  CollectionCaller,
  LockCaller,
  RWLockCaller,
  SemaphoreCaller,
  SignalCaller,
} from "./history_callers.ts";

/** A thing to call. */
export interface HistorySubject {
  thing(): Shareable<unknown>;
  readonly specification: SequentialSpecification;
  caller(options: CallerOptions): Caller;
  /** Whether a death gives back what the dead task held; the specification then has `died`. */
  readonly recovers?: boolean;
}

/** Ample: in a ring, items taken behind one whose taker sleeps keep their bytes until that taker wakes. */
const BYTES = 2 ** 15;
const UNBOUNDED_BYTES = 2 ** 18;
const ROOM = 3;

function aQueue(
  { order = "fifo", maxsize = 0 }: QueueOptions,
  specification: HistorySubject["specification"],
): HistorySubject {
  return {
    thing: () => queue({ order, maxsize, bytes: maxsize > 0 ? BYTES : UNBOUNDED_BYTES }),
    specification,
    caller: (options) =>
      new CollectionCaller(options, { take: "get", close: "shutdown", priority: order === "priority" }),
  };
}

function byPriority(maxsize: number): HistorySubject["specification"] {
  const compare = (one: unknown, other: unknown) => (one as [number])[0] - (other as [number])[0];
  return sequentialPriorityQueue({ maxsize, compare, stable: true });
}

function aCell(cell_: "i32" | "i64" | "f64", values: readonly unknown[]): HistorySubject {
  return {
    thing: () => cell({ cell: cell_ }),
    specification: sequentialRegister({ cell: cell_ }),
    caller: () => new CellCaller(values),
  };
}

const LOOKS = ["fetch", "tryFetch", "isReady", "isClosed"];
const COUNT = 150;
const COUNT_DOWN = { method: "countDown", args: [1] };

/** The things, by names that can be sent to workers. */
export const historySubjects = {
  lock: {
    thing: () => lock(),
    specification: sequentialLock(),
    caller: (options) => new LockCaller(options),
    recovers: true,
  },
  fairLock: {
    thing: () => lock({ fair: true, owned: true }),
    // An attempt on a free lock may fail if somebody is queued.
    specification: sequentialLock({ owned: true, mayRefuse: true }),
    caller: (options) => new LockCaller(options, { owned: true }),
    recovers: true,
  },
  rlock: {
    thing: () => rlock(),
    specification: sequentialRLock(),
    caller: (options) => new LockCaller(options, { owned: true, most: 3 }),
    recovers: true,
  },
  rwlock: {
    thing: () => rwlock(),
    specification: sequentialRWLock({ mayRefuse: true }),
    caller: (options) => new RWLockCaller(options),
    recovers: true,
  },
  semaphore: {
    thing: () => semaphore(2),
    specification: sequentialSemaphore(2, { mayRefuse: true }),
    caller: (options) => new SemaphoreCaller(options, 2),
    recovers: true,
  },
  boundedSemaphore: {
    thing: () => boundedSemaphore(3),
    specification: sequentialSemaphore(3, { bounded: true, mayRefuse: true }),
    caller: (options) => new SemaphoreCaller(options, 3),
    recovers: true,
  },
  i32: aCell("i32", [0, 1, -1, 2 ** 31 - 1]),
  i64: aCell("i64", [0n, 1n, -1n, 2n ** 63n - 1n]),
  f64: aCell("f64", [0, -0, 0.5, NaN, Infinity]),
  event: {
    thing: () => event(),
    specification: sequentialEvent(),
    caller: (options) =>
      new SignalCaller(options, {
        open: { method: "set", args: [] },
        // Task 0 sets permanently whatever nobody else clears.
        acts: (options.task === 0 ? ["set", "clear", "isSet"] : ["set", "isSet", "tryWait"])
          .map((method) => ({ method, args: [] })),
      }),
  },
  latch: {
    thing: () => latch(COUNT),
    specification: sequentialLatch(COUNT),
    caller: (options) =>
      new SignalCaller(options, {
        open: { method: "countDown", args: [COUNT] },
        acts: [COUNT_DOWN, COUNT_DOWN, { method: "tryWait", args: [] }],
      }),
  },
  queue: aQueue({}, sequentialQueue()),
  boundedQueue: aQueue({ maxsize: ROOM }, sequentialQueue({ maxsize: ROOM })),
  stack: aQueue({ order: "lifo" }, sequentialStack()),
  boundedStack: aQueue({ order: "lifo", maxsize: ROOM }, sequentialStack({ maxsize: ROOM })),
  priorityQueue: aQueue({ order: "priority" }, byPriority(0)),
  boundedPriorityQueue: aQueue({ order: "priority", maxsize: ROOM }, byPriority(ROOM)),
  channel: {
    thing: () => channel({ capacity: ROOM, bytes: BYTES }),
    specification: sequentialChannel({ capacity: ROOM }),
    caller: (options) => new CollectionCaller(options, { take: "take", close: "close", looks: LOOKS }),
  },
  rendezvous: {
    thing: () => channel({ capacity: 0, bytes: BYTES }),
    specification: sequentialRendezvous(),
    caller: (options) => new CollectionCaller(options, { take: "take", close: "close", looks: ["isClosed"] }),
  },
} satisfies Record<string, HistorySubject>;

/** The name of a thing to call. */
export type SubjectName = keyof typeof historySubjects;

/** All names. */
export const subjectNames = Object.keys(historySubjects) as SubjectName[];

/** A thing by its name. */
export function subjectOf(name: SubjectName): HistorySubject {
  return historySubjects[name];
}

/** A result in the form that the specification uses, and that can be sent. */
export function specifiedResult(method: string, result: unknown): unknown {
  if (result instanceof Error) return { name: result.name };
  // The result of a try is wrapped, so that undefined differs from nothing.
  const isTaken = /^try(Get|Take|Fetch)$/.test(method) && typeof result === "object" && result !== null;
  return isTaken && "value" in result ? result.value : result;
}

/** A history in the form that the specification uses, with batches split into their parts. */
export function specified(history: readonly HistoryCall[]): HistoryCall[] {
  return history.flatMap((call) => {
    const take = call.object === "channel" || call.object === "rendezvous" ? "take" : "get";
    return partsOf(call, { take });
  });
}
