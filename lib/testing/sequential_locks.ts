/**
 * Ready specifications of locks, locks that are taken again, and locks of readers and writers, for `checkLinearizable`.
 *
 * - Method names are those of the primitives. A call of any other method throws a RangeError.
 * - A refusal is `false`; an acquire that returns an `OwnerDiedError` (any object of that name) has the lock of a dead task.
 *   Other results are not looked at. A call that throws changes nothing.
 * - The death of a task is a pending call `died` of that task: it frees what the task holds at some time, as recovery does.
 *   Who comes next is told, and has to say `markConsistent` before it releases, else all get `NotRecoverableError`; unless
 *   the dead had not heard that it had the lock (its acquire is pending): then it may pass on as if nothing was.
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

/** What a death has made of a lock: nothing, one that the next holder repairs, one that nobody can have any more. */
export type LockCondition = "sound" | "died" | "lost";

/** A lock's owner and condition. */
export interface LockState {
  /** The owner's text, empty for nobody. */
  readonly owner: string;
  /** How often the owner has it. */
  readonly depth: number;
  /** What a death has made of it. */
  readonly condition: LockCondition;
  /** Whether the call that took it is pending: a task that dies so may not have heard of it. */
  readonly unheard: boolean;
}

/** The holders of a lock of readers and writers, and its condition. */
export interface RWLockState {
  /** The writer's text, empty for nobody. */
  readonly writer: string;
  /** The readers' texts in order, each as often as it reads. */
  readonly readers: readonly string[];
  /** What a death has made of it. */
  readonly condition: LockCondition;
  /** Whether the call by which the writer came is pending: a task that dies so may not have heard of it. */
  readonly unheard: boolean;
}

const FREE = "";
const UNHELD: LockState = { owner: FREE, depth: 0, condition: "sound", unheard: false };

/**
 * A lock: acquire, tryAcquire, release, locked, markConsistent and died. Any task may release it, or its owner alone
 * (`owned: true`); a release that is not allowed throws.
 */
export function sequentialLock(
  { owned = false, mayRefuse = false }: RefusalOptions & { owned?: boolean } = {},
): SequentialSpecification<LockState> {
  const isOwner = ({ owner }: LockState, call: HistoryCall) => owned ? owner === taskOf(call) : owner !== FREE;
  // Who owns it is seen only where a death or an owner's release is.
  const key = (calls: readonly HistoryCall[]) => {
    if (owned || calls.some(({ method }) => method === "died" || method === "markConsistent")) return undefined;
    return ({ owner }: LockState) => owner === FREE ? "free" : "held";
  };
  return lockLike({ mayRefuse, isOwner, depths: false, key });
}

/**
 * A lock that its owner may take again: acquire, tryAcquire, release, locked, markConsistent and died. It is free after as
 * many releases; a release by any other task throws.
 */
export function sequentialRLock({ mayRefuse = false }: RefusalOptions = {}): SequentialSpecification<LockState> {
  const isOwner = ({ owner }: LockState, call: HistoryCall) => owner === taskOf(call);
  return lockLike({ mayRefuse, isOwner, depths: true, key: () => undefined });
}

/**
 * A lock of many readers or one writer: acquireRead, tryAcquireRead, releaseRead, acquireWrite, tryAcquireWrite,
 * releaseWrite, markConsistent and died. A reader or writer that repairs after a writer's death is alone.
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
  /** Whether its owner may take it again. */
  depths: boolean;
  /** A coarser key, where the calls allow one. */
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

/** What a holder's death makes of a lock: nothing, perhaps, where the lock was handed to one who had not heard of it. */
function conditionsAfter({ condition, unheard }: LockState | RWLockState): readonly LockCondition[] {
  return unheard && condition === "sound" ? ["died", "sound"] : ["died"];
}

/** The state after a call of markConsistent, by a holder or not. */
function repaired<State extends { readonly condition: LockCondition }>(
  state: State,
  call: HistoryCall,
  isHolder: boolean,
): readonly State[] {
  if (!isHolder) return threw(call) ? [state] : [];
  if (!returned(call)) return [];
  return [state.condition === "died" ? { ...state, condition: "sound" } : state];
}

/** Whether a call has the lock, and was told of a death where there was one. */
function acquired(call: HistoryCall, condition: LockCondition): boolean {
  if (!succeeded(call)) return false;
  const { result } = call;
  const isHeir = typeof result === "object" && result !== null && "name" in result && result.name === "OwnerDiedError";
  return call.end === undefined || isHeir === (condition === "died");
}

function taskOf(call: HistoryCall): string {
  return valueText(call.task);
}
