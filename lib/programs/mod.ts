/**
 * The examples, one file each, in teaching order: what goes wrong between tasks, and what puts it right.
 *
 * @module
 */

import type { AnyProgram } from "../program/mod.ts";
import { bank } from "./bank.ts";
import { barrierProgram } from "./barrier.ts";
import { deadlock } from "./deadlock.ts";
import { lockProgram } from "./lock.ts";
import { producerConsumerLock } from "./producer_consumer_lock.ts";
import { producerConsumerQueue } from "./producer_consumer_queue.ts";
import { race } from "./race.ts";
import { rlockProgram } from "./rlock.ts";
import { selfDeadlock } from "./self_deadlock.ts";
import { semaphoreProgram } from "./semaphore.ts";

export {
  bank,
  barrierProgram,
  deadlock,
  lockProgram,
  producerConsumerLock,
  producerConsumerQueue,
  race,
  rlockProgram,
  selfDeadlock,
  semaphoreProgram,
};

/** All of them, in teaching order. */
export const programs: readonly AnyProgram[] = [
  race,
  lockProgram,
  bank,
  selfDeadlock,
  deadlock,
  rlockProgram,
  semaphoreProgram,
  barrierProgram,
  producerConsumerLock,
  producerConsumerQueue,
];
