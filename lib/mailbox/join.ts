/**
 * One wake-up for many replies: a host waits until all of its members have arrived, and only the last one wakes it.
 *
 * Each member has a word, its state: PENDING, ARRIVED or AWAITED. One word counts the outstanding members: those that the
 * host awaits and that have not arrived. The host may await any of the members, each time others.
 *
 * - `begin` adds 1 to outstanding for a member before it turns PENDING to AWAITED, and takes it back if the member arrived
 *   first; a member that arrives takes 1 off only if it found AWAITED. So each addition is taken off exactly once.
 * - While `begin` runs it holds a bias of 1, so outstanding cannot reach 0 before all members are counted.
 * - So outstanding goes to 0 once a join: by the host, which then need not wait, or by the last arrival, which notifies. No
 *   other step notifies: at most one wake-up a join, and none is lost, since the count changes before the notify.
 *
 * A member is reset before its next round is posted, when it has arrived: reset -> post -> arrive. A dead member is
 * withdrawn: it counts as arrived, and if it had arrived after all nothing happens twice. It is not reset again, since an
 * arrival that was on its way would count for the wrong round. Zeroed memory is a join whose members are all pending.
 *
 * @module
 */

import { add, compareExchange, exchange, type Layout, load, notify, type Steps, store, wait } from "../memory/mod.ts";

const PENDING = 0;
const ARRIVED = 1;
const AWAITED = 2;

/** Where a join lies in its memory: plain data, the same on all sides. */
export interface JoinPlace {
  /** The name. */
  readonly name: string;
  /** The word that counts the outstanding members. */
  readonly outstanding: number;
  /** The word with the state of member 0; the others follow. */
  readonly states: number;
  /** How many members there are. */
  readonly members: number;
}

/** A host's wait for its members. */
export class Join {
  /** Where the join lies. */
  readonly place: JoinPlace;

  /** Attaches a side. */
  constructor(place: JoinPlace) {
    this.place = place;
  }

  /** Reserves room for a join. */
  static reserve(layout: Layout, name: string, { members }: { readonly members: number }): JoinPlace {
    const outstanding = layout.word(`${name}.outstanding`);
    return { name, outstanding, states: layout.words(`${name}.states`, members), members };
  }

  /** Makes a member pending again, as the host, before its next round is posted. */
  *reset(member: number): Steps<void> {
    // Happens before the post that the member answers, and so before its next arrival.
    yield* store(this.#state(member), PENDING);
  }

  /**
   * Begins, as the host, to await distinct members, and gives whether some are outstanding: then `finish` waits for them.
   * Members that are awaited already stay so.
   */
  *begin(members: Iterable<number>): Steps<boolean> {
    const { outstanding } = this.place;
    yield* add(outstanding, 1);
    for (const member of members) {
      yield* add(outstanding, 1);
      const before = yield* compareExchange(this.#state(member), { expected: PENDING, replacement: AWAITED });
      // What a member did before its arrival happens before this point, if it has arrived.
      if (before !== PENDING) yield* add(outstanding, -1);
    }
    return (yield* add(outstanding, -1)) !== 1;
  }

  /** Waits, as the host, until no member is outstanding; gives false if the deadline comes first: call it again then. */
  *finish({ deadline }: { readonly deadline?: number } = {}): Steps<boolean> {
    const { outstanding } = this.place;
    for (;;) {
      // What every awaited member did before its arrival happens before a load of 0.
      const count = yield* load(outstanding);
      if (count === 0) return true;
      const result = yield* wait(outstanding, count, deadline === undefined ? undefined : { deadline });
      if (result === "timed-out") return (yield* load(outstanding)) === 0;
    }
  }

  /** Says, as a member, that its part is done; gives whether it woke the host. */
  *arrive(member: number): Steps<boolean> {
    const { outstanding } = this.place;
    // What the member did before happens before the host's compareExchange or its load of outstanding.
    const before = yield* exchange(this.#state(member), ARRIVED);
    if (before !== AWAITED) return false;
    if ((yield* add(outstanding, -1)) !== 1) return false;
    // Only the host, in `finish`, sleeps on this word.
    return (yield* notify(outstanding, 1)) === 1;
  }

  /** Counts a dead member as arrived, as whoever saw its death. */
  *withdraw(member: number): Steps<void> {
    yield* this.arrive(member);
  }

  /** Whether a member has arrived, or was withdrawn, since its reset. */
  *arrived(member: number): Steps<boolean> {
    return (yield* load(this.#state(member))) === ARRIVED;
  }

  #state(member: number): number {
    const { name, states, members } = this.place;
    if (Number.isInteger(member) && member >= 0 && member < members) return states + member;
    throw new RangeError(`Cannot join ${name}: member ${member} of ${members}, a number under that is wanted`);
  }
}
