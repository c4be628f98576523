/**
 * Sequential specifications of locks, reentrant locks and readers-writer locks, for `checkLinearizable`.
 *
 * - Methods have the names of the primitives' methods. A call of any other method throws a RangeError.
 * - `false` is a refusal; an acquire that returns an `OwnerDiedError` (any object of that name) has taken over the lock
 *   of a dead task. Other results are ignored. A call that throws changes nothing.
 * - The death of a task is a pending call `died` of that task: at some time it frees what the task holds, as recovery
 *   does. The next owner gets an `OwnerDiedError` and must call `markConsistent` before it releases; otherwise all
 *   later acquires throw `NotRecoverableError`. If the acquire of the dead task is still pending, so that it did not
 *   know of its lock, the lock may also pass on as if nothing had happened.
 *
 * @example
 * ```ts
 * import { checkLinearizable } from "./linearizability.ts";
 * import { sequentialLock } from "./sequential_locks.ts";
 *
 * const history = [
 *   { task: 0, object: "guard", method: "acquire", args: [], begin: 1, end: 2, result: true },
 *   { task: 1, object: "guard", method: "acquire", args: [], begin: 3, end: 5, result: { name: "OwnerDiedError" } },
 * ];
 * const died = { task: 0, object: "guard", method: "died", args: [], begin: 4 };
 * const guard = sequentialLock();
 * if (checkLinearizable(history, { guard }).linearizable) throw new Error("two holders at once");
 * if (!checkLinearizable([...history, died], { guard }).linearizable) throw new Error("an heir");
 * ```
 */

import { type HistoryCall, returned, returnedValue, threw } from "./history.ts";
import { refused, specify, succeeded } from "./methods.ts";
import type { RefusalOptions } from "./sequential_specs.ts";
import type { SequentialSpecification } from "./sequential_specification.ts";
import { valueText } from "./value_text.ts";

/** The condition of a lock after deaths: sound, to be repaired by the next holder, or lost for everyone. */
export type LockCondition = "sound" | "died" | "lost";

/** The state of a lock. */
export interface LockState {
  /** The text of the owner; empty if there is none. */
  readonly owner: string;
  /** How many times the owner holds it. */
  readonly depth: number;
  /** Its condition after deaths. */
  readonly condition: LockCondition;
  /** Whether the call that took it is pending: the owner may die without knowing that it has the lock. */
  readonly unheard: boolean;
}

/** The state of a readers-writer lock. */
export interface RWLockState {
  /** The text of the writer; empty if there is none. */
  readonly writer: string;
  /** The texts of the readers in order, each as many times as it holds the lock. */
  readonly readers: readonly string[];
  /** Its condition after deaths. */
  readonly condition: LockCondition;
  /** Whether the writer's acquire is pending: it may die without knowing that it has the lock. */
  readonly unheard: boolean;
}

const FREE = "";
const UNHELD: LockState = { owner: FREE, depth: 0, condition: "sound", unheard: false };

/**
 * The specification of a lock: acquire, tryAcquire, release, locked, markConsistent and died. Any task may release it,
 * or, with `owned: true`, only its owner; a release that is not allowed throws.
 */
export function sequentialLock(
  { owned = false, mayRefuse = false }: RefusalOptions & { owned?: boolean } = {},
): SequentialSpecification<LockState> {
  const isOwner = ({ owner }: LockState, call: HistoryCall) => owned ? owner === taskOf(call) : owner !== FREE;
  // The owner matters only if there are deaths, or only owners may release.
  const key = (calls: readonly HistoryCall[]) => {
    if (owned || calls.some(({ method }) => method === "died" || method === "markConsistent")) return undefined;
    return ({ owner }: LockState) => owner === FREE ? "free" : "held";
  };
  return lockLike({ mayRefuse, isOwner, depths: false, key });
}

/**
 * The specification of a reentrant lock: acquire, tryAcquire, release, locked, markConsistent and died. It is free
 * after as many releases as acquires; a release by another task throws.
 */
export function sequentialRLock({ mayRefuse = false }: RefusalOptions = {}): SequentialSpecification<LockState> {
  const isOwner = ({ owner }: LockState, call: HistoryCall) => owner === taskOf(call);
  return lockLike({ mayRefuse, isOwner, depths: true, key: () => undefined });
}

/**
 * The specification of a lock for many readers or one writer: acquireRead, tryAcquireRead, releaseRead, acquireWrite,
 * tryAcquireWrite, releaseWrite, markConsistent and died. A reader or writer that repairs the lock after a writer's
 * death holds it alone.
 */
export function sequentialRWLock({ mayRefuse = false }: RefusalOptions = {}): SequentialSpecification<RWLockState> {
  const holds = ({ writer, readers }: RWLockState, call: HistoryCall) => {
    return writer === taskOf(call) || readers.includes(taskOf(call));
  };
  const acquire = (isWrite: boolean) => (state: RWLockState, call: HistoryCall) => {
    const { writer, readers, condition } = state;
    const isAlone = isWrite || condition === "died";
    const isFree = writer === FREE && !(isAlone && readers.length > 0) && condition !== "lost";
    if (refused(call)) return !isFree || mayRefuse ? [state] : [];
    if (condition === "lost") return threw(call, "NotRecoverableError") ? [state] : [];
    if (!isFree || !acquired(call, condition)) return [];
    const unheard = call.end === undefined;
    return [
      isWrite ? { ...state, writer: taskOf(call), unheard } : { ...state, readers: [...readers, taskOf(call)].sort() },
    ];
  };
  const left = (state: RWLockState): RWLockState => {
    const isFree = state.writer === FREE && state.readers.length === 0;
    return isFree && state.condition === "died" ? { ...state, condition: "lost" } : state;
  };
  const release = (isWrite: boolean) => (state: RWLockState, call: HistoryCall) => {
    const { writer, readers } = state;
    const at = readers.indexOf(taskOf(call));
    if (isWrite ? writer !== taskOf(call) : at < 0) return threw(call) ? [state] : [];
    if (!returned(call)) return [];
    return [
      left(isWrite ? { ...state, writer: FREE, unheard: false } : { ...state, readers: readers.toSpliced(at, 1) }),
    ];
  };
  return specify<RWLockState>({
    acquireRead: acquire(false),
    tryAcquireRead: acquire(false),
    releaseRead: release(false),
    acquireWrite: acquire(true),
    tryAcquireWrite: acquire(true),
    releaseWrite: release(true),
    markConsistent: (state, call) => repaired(state, call, holds(state, call)),
    died: (state, call) => {
      const readers = state.readers.filter((reader) => reader !== taskOf(call));
      if (state.writer !== taskOf(call)) return [{ ...state, readers }];
      return conditionsAfter(state).map((condition) => ({ writer: FREE, readers, condition, unheard: false }));
    },
  }, { initial: { writer: FREE, readers: [], condition: "sound", unheard: false } });
}

function lockLike({ mayRefuse, isOwner, depths, key }: {
  mayRefuse: boolean;
  /** Whether a call may release it. */
  isOwner: (state: LockState, call: HistoryCall) => boolean;
  /** Whether it is reentrant. */
  depths: boolean;
  /** A coarser key, if the calls allow one. */
  key: (calls: readonly HistoryCall[]) => ((state: LockState) => string) | undefined;
}): SequentialSpecification<LockState> {
  const acquire = (state: LockState, call: HistoryCall) => {
    const { owner, depth, condition } = state;
    const isAgain = depths && owner === taskOf(call);
    if (refused(call)) return (owner !== FREE && !isAgain) || mayRefuse ? [state] : [];
    if (isAgain) return acquired(call, "sound") ? [{ ...state, depth: depth + 1 }] : [];
    if (condition === "lost") return threw(call, "NotRecoverableError") ? [state] : [];
    if (owner !== FREE || !acquired(call, condition)) return [];
    return [{ owner: taskOf(call), depth: 1, condition, unheard: call.end === undefined }];
  };
  return specify<LockState>({
    acquire,
    tryAcquire: acquire,
    release: (state, call) => {
      if (!isOwner(state, call)) return threw(call) ? [state] : [];
      if (!returned(call)) return [];
      if (state.depth > 1) return [{ ...state, depth: state.depth - 1 }];
      return [{ ...UNHELD, condition: state.condition === "died" ? "lost" : state.condition }];
    },
    locked: (state, call) => returnedValue(call, state.owner !== FREE) ? [state] : [],
    markConsistent: (state, call) => repaired(state, call, state.owner === taskOf(call)),
    died: (state, call) => {
      if (state.owner !== taskOf(call)) return [state];
      return conditionsAfter(state).map((condition) => ({ ...UNHELD, condition }));
    },
  }, {
    initial: UNHELD,
    refine: (calls) => {
      const coarse = key(calls);
      return coarse === undefined ? {} : { key: coarse };
    },
  });
}

/** The possible conditions of a lock after its holder's death; it may stay sound if the holder did not know of it. */
function conditionsAfter({ condition, unheard }: LockState | RWLockState): readonly LockCondition[] {
  return unheard && condition === "sound" ? ["died", "sound"] : ["died"];
}

/** The states after a call of markConsistent. */
function repaired<State extends { readonly condition: LockCondition }>(
  state: State,
  call: HistoryCall,
  isHolder: boolean,
): readonly State[] {
  if (!isHolder) return threw(call) ? [state] : [];
  if (!returned(call)) return [];
  return [state.condition === "died" ? { ...state, condition: "sound" } : state];
}

/** Whether a call took the lock, and got an OwnerDiedError exactly if the lock is to be repaired. */
function acquired(call: HistoryCall, condition: LockCondition): boolean {
  if (!succeeded(call)) return false;
  const { result } = call;
  const isHeir = typeof result === "object" && result !== null && "name" in result && result.name === "OwnerDiedError";
  return call.end === undefined || isHeir === (condition === "died");
}

function taskOf(call: HistoryCall): string {
  return valueText(call.task);
}
