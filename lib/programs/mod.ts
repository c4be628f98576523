/**
 * The examples, one file each, in the order in which they are taught: what goes wrong between tasks, and how to fix it.
 *
 * They are a separate entry that nothing else imports, so they are loaded only on request.
 *
 * @example
 * ```ts
 * import { Host } from "../host/mod.ts";
 * import { programNamed } from "./mod.ts";
 *
 * await using host = new Host();
 * const { ok } = await host.run(programNamed("lock"), { mode: "direct" });
 * if (!ok) throw new Error("no addition is lost");
 * ```
 *
 * @module
 */

import type { RunnableProgram } from "../host/mod.ts";
import { bank } from "./bank.ts";
import { barrierProgram } from "./barrier.ts";
import { sort } from "./sort.ts";
import { threads } from "./threads.ts";
import { useAfterClose } from "./use_after_close.ts";
import { timerProgram } from "./timer.ts";
import { dirInfo } from "./dir_info.ts";
import { eulerPool } from "./euler_pool.ts";
import { eulerProcess } from "./euler_process.ts";
import { eventProgram } from "./event.ts";
import { counter } from "./counter.ts";
import { fibChannel } from "./fib_channel.ts";
import { channelLeak } from "./channel_leak.ts";
import { channelStates } from "./channel_states.ts";
import { channelProducer } from "./channel_producer.ts";
import { burst } from "./burst.ts";
import { producerConsumerEvent } from "./producer_consumer_event.ts";
import { conditionProgram } from "./condition.ts";
import { daemon } from "./daemon.ts";
import { deadlock } from "./deadlock.ts";
import { executor } from "./executor.ts";
import { lightMl } from "./light_ml.ts";
import { lockProgram } from "./lock.ts";
import { multitasking } from "./multitasking.ts";
import { logging } from "./logging.ts";
import { pi } from "./pi.ts";
import { piPool } from "./pi_pool.ts";
import { piQueue } from "./pi_queue.ts";
import { piQueueBroken } from "./pi_queue_broken.ts";
import { producerConsumerLock } from "./producer_consumer_lock.ts";
import { producerConsumerQueue } from "./producer_consumer_queue.ts";
import { race } from "./race.ts";
import { remoteJobs } from "./remote_jobs.ts";
import { rlockProgram } from "./rlock.ts";
import { selfDeadlock } from "./self_deadlock.ts";
import { semaphoreProgram } from "./semaphore.ts";

export {
  bank,
  barrierProgram,
  burst,
  channelLeak,
  channelProducer,
  channelStates,
  conditionProgram,
  counter,
  daemon,
  deadlock,
  dirInfo,
  eulerPool,
  eulerProcess,
  eventProgram,
  executor,
  fibChannel,
  lightMl,
  lockProgram,
  logging,
  multitasking,
  pi,
  piPool,
  piQueue,
  piQueueBroken,
  producerConsumerEvent,
  producerConsumerLock,
  producerConsumerQueue,
  race,
  remoteJobs,
  rlockProgram,
  selfDeadlock,
  semaphoreProgram,
  sort,
  threads,
  timerProgram,
  useAfterClose,
};

/**
 * The program with a given name, such as `race`, to be run by a host or explored.
 *
 * @throws {TypeError} if there is no such program.
 */
export function programNamed(name: string): RunnableProgram {
  const found = programs.find((program) => program.name === name);
  if (found !== undefined) return found;
  const names = programs.map((program) => program.name).join(", ");
  throw new TypeError(`Cannot find the program ${name}: there is none of that name, one of ${names} is wanted`);
}

/** All programs, in the order in which they are taught. */
export const programs: readonly RunnableProgram[] = [
  threads,
  daemon,
  executor,
  race,
  lockProgram,
  bank,
  selfDeadlock,
  deadlock,
  rlockProgram,
  producerConsumerLock,
  producerConsumerEvent,
  burst,
  useAfterClose,
  producerConsumerQueue,
  semaphoreProgram,
  timerProgram,
  barrierProgram,
  conditionProgram,
  eventProgram,
  multitasking,
  pi,
  piQueue,
  piQueueBroken,
  piPool,
  sort,
  counter,
  fibChannel,
  channelLeak,
  lightMl,
  channelStates,
  channelProducer,
  remoteJobs,
  eulerProcess,
  eulerPool,
  dirInfo,
  logging,
];
