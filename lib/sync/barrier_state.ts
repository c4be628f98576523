/**
 * The word of a barrier (generation, count and phase in 32 bits), and the mark of each lane that meets there.
 *
 * - Bits 0 and 1 hold the phase, bits 2 to 13 the count of arrivals (in the phase BROKEN, the {@linkcode Breach}), bits
 *   14 to 31 the generation.
 * - Generations count modulo 2^18: a task could mistake one for another only if it stood still for exactly that many.
 */

import { BrokenBarrierError, CancelledError, WaitTimeoutError } from "../errors.ts";

/** The bits of the phase. */
export const PHASE = 3;
/** Phase: parties arrive. */
export const FILLING = 0;
/** Phase: all have arrived, and the leader runs the action. */
export const ACTING = 1;
/** Phase: broken; nobody proceeds. */
export const BROKEN = 2;
/** Phase: waiters are being told of a reset; a newcomer helps. */
export const RESETTING = 3;

/** The most parties of a barrier. */
export const MOST_PARTIES = 2 ** 12 - 1;

/** Mark: it has arrived, or is about to. */
export const WAITS = 1;
/** Mark: it waits for the end of the generation's action, and then arrives. */
export const COMES = 2;
/** Mark: a reset ended the generation in which it waited. */
export const DISMISSED = 3;
/** Mark: it arrives as the last party. */
export const LEADS = 4;

const COUNT_SHIFT = 2;
const GENERATION_SHIFT = 14;
const MARK_SHIFT = 3;

/** What broke a barrier, and its number. */
export const BREACHES = { timeout: 1, cancel: 2, interrupt: 3, abort: 4, action: 5, death: 6, reset: 7 } as const;

/** The name of what broke a barrier. */
export type Breach = keyof typeof BREACHES;

/** The word of a generation, a count of arrivals (or a breach) and a phase. */
export function stateOf(generation: number, count: number, phase: number): number {
  return (generation << GENERATION_SHIFT) | (count << COUNT_SHIFT) | phase;
}

/** The generation in a word. */
export function generationOf(state: number): number {
  return state >>> GENERATION_SHIFT;
}

/** The count of arrivals, or the breach, in a word. */
export function countOf(state: number): number {
  return (state >>> COUNT_SHIFT) & MOST_PARTIES;
}

/** A lane's mark in a generation; 0 means none, so marks begin at 1. */
export function markOf(generation: number, kind: number): number {
  return (generation << MARK_SHIFT) | kind;
}

/** Whether a mark belongs to a task that sleeps, or will sleep, until a generation is over. */
export function sleepsIn(generation: number, mark: number): boolean {
  const kind = mark - markOf(generation, 0);
  return kind >= WAITS && kind <= DISMISSED;
}

/** The error of a party that waits at a broken barrier; `dead` is the name of the party that died, if one did. */
export function brokenBarrier(name: string, breach: number, dead: string): BrokenBarrierError {
  const cause = causeOf(name, breach, dead);
  return new BrokenBarrierError(`Cannot go on at ${name}: the barrier is broken: ${cause.message}`, { cause });
}

function causeOf(name: string, breach: number, dead: string): Error {
  const because = (what: string) => `Cannot wait at ${name}: ${what}, a reset is wanted`;
  switch (breach) {
    case BREACHES.timeout:
      return new WaitTimeoutError(because("a party waited too long"));
    case BREACHES.cancel:
      return new CancelledError(because("a party's wait is cancelled"));
    case BREACHES.interrupt:
      return new Error(because("a party was interrupted"));
    case BREACHES.action:
      return new Error(because("the action failed"));
    case BREACHES.death:
      return new Error(because(`${dead} died`));
    case BREACHES.reset:
      return new Error(`Cannot wait at ${name}: it was reset, another wait is wanted`);
    default:
      return new Error(because("it was aborted"));
  }
}
