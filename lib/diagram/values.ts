/**
 * All values of one run at one instant, in flat arrays.
 *
 * - A signal is an index: 0 stands for none, then come the states of all parts, their parameters, their outputs, and
 *   the inputs of the system itself. Inputs of parts have indices of their own: `sources` says which signal feeds each.
 * - Invariant: until `commit`, a state has the value from before the events of this instant; `discard` keeps it.
 * - Invariant: a stored value never changes, it is replaced; a read returns it frozen, or a copy (`own_value.ts`).
 * - Invariant: an output is evaluated at most once per epoch; every change of time, state or input starts an epoch.
 * - A vector that is changed in place is kept in a private buffer; a read makes a frozen vector of it.
 * - Longer than most files because reads, events and commits act on the same arrays.
 */

import { DiagramError, EventFailedError } from "../errors.ts";
import { shownTime } from "./exact_time.ts";
import { draftOf, frozenVector, handedOut, isSame, ownVector } from "./own_value.ts";
import { ownValue, type PortType, type VectorType } from "./port.ts";

/** A copy of a value that cannot be frozen, lent to a function while it runs. */
interface Lent {
  readonly what: string;
  readonly value: unknown;
  readonly copy: unknown;
}

/** The owner of signals: their names, and the range of its states. */
export interface SignalOwner {
  /** Its first state. */
  readonly states: number;
  /** The signal after its last state. */
  readonly statesEnd: number;
  /** The name of a signal in errors. */
  signalName(signal: number): string;
  /** The name of an input in errors. */
  inputName(input: number): string;
}

/** How many signals and inputs there are of each kind. */
export interface Counts {
  /** States of all parts. */
  readonly states: number;
  /** Parameters of all parts. */
  readonly parameters: number;
  /** Outputs of all parts. */
  readonly outputs: number;
  /** Inputs of the system itself. */
  readonly ownInputs: number;
  /** Inputs of all parts. */
  readonly inputs: number;
}

/** The options of a run that concern its values. */
export interface ValuesOptions {
  /** The real clock, in milliseconds. */
  readonly wall: () => number;
  /** Whether a function that changes, in place, a copy that it was given throws. */
  readonly contracts: boolean;
  /** Whether a state that becomes NaN is an error. */
  readonly refuseNaN: boolean;
}

/** The kinds of signals, as numbers. */
const KINDS = { scalar: 1, vector: 2, abstract: 3 } as const;
const { scalar: SCALAR, vector: VECTOR } = KINDS;

/**
 * The condition of a state's `next` in this instant: untouched, set to a value, or a draft that the handler may still
 * change.
 */
const [UNTOUCHED, SET, DRAFT] = [0, 1, 2];

/** Computes an output from what its function sees. */
export type Compute = (view: never) => unknown;

/** All values of one run at one instant, in flat arrays. */
export class Values {
  /** The simulated time, in seconds. */
  t = 0;
  /** Counts the changes of time, state and input. */
  epoch = 1;
  /** The real clock, in milliseconds. */
  readonly wall: () => number;
  /** The first signal after the states. */
  readonly statesEnd: number;
  /** The first signal after the parameters. */
  readonly parametersEnd: number;
  /** The first signal after the outputs. */
  readonly outputsEnd: number;

  /** By signal: a scalar's value. */
  readonly numbers: Float64Array;
  /** By signal: the value, if not a scalar; `undefined` for a vector that was not read yet. */
  readonly things: unknown[];
  /** By signal: the last epoch for which its value is valid. */
  readonly fresh: Float64Array;
  /** By signal: its kind, type and owner. */
  readonly #kinds: Uint8Array;
  readonly #types: (PortType | undefined)[];
  readonly #owners: (SignalOwner | undefined)[];
  /** By signal: the function that computes an output. */
  readonly computes: (Compute | undefined)[];
  /** By signal: what that function sees. */
  readonly views: unknown[];
  /** By input: the signal that feeds it. */
  readonly sources: Int32Array;
  /** By input: its owner. */
  readonly inputOwners: SignalOwner[] = [];

  /** By state: its value after the events of this instant. */
  readonly #written: Uint8Array;
  readonly #nextNumbers: Float64Array;
  readonly #nextThings: unknown[];
  /** By state, for vectors: the draft of this instant, and the value as long as nobody has read it. */
  readonly #drafts: (Float64Array | undefined)[];
  readonly #unseen: (Float64Array | undefined)[];
  /** The states that were touched in this instant. */
  readonly #dirty: Int32Array;
  #touched = 0;
  /** Whether an abstract state among them is a draft. */
  #hasDrafts = false;
  /** Whether events are running; only then may a state be set. */
  #areOpen = false;
  /** The copies lent to the running functions, if contracts are checked. */
  readonly #lent: Lent[] | undefined;
  /** Evaluates a long chain of outputs from its start, so that the stack does not grow with the chain. */
  approach: ((signal: number) => void) | undefined;
  /** Whether a state that becomes NaN is an error. */
  readonly #refusesNaN: boolean;

  /** Makes room for that many signals and inputs, whose owners are declared afterwards. */
  constructor(counts: Counts, options: ValuesOptions) {
    this.wall = options.wall;
    this.#lent = options.contracts ? [] : undefined;
    this.#refusesNaN = options.refuseNaN;
    this.statesEnd = 1 + counts.states;
    this.parametersEnd = this.statesEnd + counts.parameters;
    this.outputsEnd = this.parametersEnd + counts.outputs;
    const signals = this.outputsEnd + counts.ownInputs;
    this.numbers = new Float64Array(signals);
    const empty = (size: number) => new Array<undefined>(size).fill(undefined);
    this.things = empty(signals);
    this.#kinds = new Uint8Array(signals);
    this.#types = empty(signals);
    this.#owners = empty(signals);
    this.computes = empty(signals);
    this.views = empty(signals);
    // Stored values are always valid; an output must be computed, and an input of the system must be set first.
    this.fresh = new Float64Array(signals).fill(Infinity, 0, this.parametersEnd).fill(-1, this.outputsEnd);
    this.fresh[0] = -1;
    this.sources = new Int32Array(counts.inputs);
    this.#written = new Uint8Array(this.statesEnd);
    this.#nextNumbers = new Float64Array(this.statesEnd);
    this.#dirty = new Int32Array(this.statesEnd);
    this.#nextThings = empty(this.statesEnd);
    this.#drafts = empty(this.statesEnd);
    this.#unseen = empty(this.statesEnd);
  }

  /** Declares the types and the owner of the signals from `first` on. */
  declare(first: number, { types, owner }: { readonly types: readonly PortType[]; readonly owner: SignalOwner }): void {
    types.forEach((type, index) => {
      this.#kinds[first + index] = KINDS[type.kind];
      this.#types[first + index] = type;
      this.#owners[first + index] = owner;
    });
  }

  /** The name of a signal in errors, with its owner's path. */
  nameOf(signal: number): string {
    return this.#owners[signal]?.signalName(signal) ?? "";
  }

  /** The value of a signal at this instant. */
  read(signal: number): unknown {
    if ((this.fresh[signal] as number) < this.epoch) this.evaluate(signal);
    return this.kept(signal);
  }

  /** The value of a signal as last stored or computed. */
  kept(signal: number): unknown {
    const kind = this.#kinds[signal];
    return kind === SCALAR ? this.numbers[signal] : kind === VECTOR ? this.vector(signal) : this.things[signal];
  }

  /** The frozen vector of a signal. */
  vector(signal: number): unknown {
    return this.things[signal] ??= frozenVector(this.#unseen[signal] as Float64Array);
  }

  /**
   * Stores a value: of a state, a parameter, an output of a far side, or an input of the system, which is set from then
   * on.
   */
  keep(signal: number, value: unknown): void {
    const own = ownValue(this.#types[signal] as PortType, value, () => this.nameOf(signal));
    if (this.#kinds[signal] === SCALAR) this.numbers[signal] = own as number;
    else this.things[signal] = own;
    this.fresh[signal] = Infinity;
  }

  /** Evaluates the signal that feeds an input, if necessary, and returns it. */
  pull(input: number): number {
    const signal = this.sources[input] as number;
    if (signal === 0) {
      const name = this.inputOwners[input]?.inputName(input);
      throw new DiagramError(
        `Cannot read ${name}: it is connected to nothing, a connection, or a check of \`connected\`, is wanted`,
      );
    }
    this.evaluate(signal);
    return signal;
  }

  /** Whether an input is connected. */
  isConnected(input: number): boolean {
    return (this.fresh[this.sources[input] as number] as number) >= 0;
  }

  /** Computes an output, for the first time in this epoch. */
  evaluate(signal: number): void {
    const compute = this.computes[signal];
    if (compute === undefined) {
      throw new DiagramError(`Cannot read ${this.nameOf(signal)}: it is not fixed, a value for it is wanted`);
    }
    this.approach?.(signal);
    const before = this.#lent?.length ?? 0;
    const value = compute(this.views[signal] as never);
    if (this.#lent !== undefined) this.takeBack(before, () => this.#nameNow(signal));
    if (this.#kinds[signal] === SCALAR && typeof value === "number") this.numbers[signal] = value;
    else if (!this.#isKept(signal, value)) {
      this.things[signal] = ownValue(this.#types[signal] as PortType, value, () => this.#nameNow(signal));
    }
    this.fresh[signal] = this.epoch;
  }

  /** An abstract value as a handler sees it; with contracts, a copy is checked after the function has run. */
  lend(signal: number, what: () => string): unknown {
    const value = this.things[signal];
    const copy = handedOut(value);
    if (copy !== value) this.#lent?.push({ what: what(), value, copy });
    return copy;
  }

  /** How many copies are lent out. */
  get lent(): number {
    return this.#lent?.length ?? 0;
  }

  /** Checks the copies that were lent to a function that has run. */
  takeBack(from: number, by: () => string): void {
    for (const { what, value, copy } of this.#lent?.splice(from) ?? []) {
      if (isSame(value, copy)) continue;
      throw new TypeError(`Cannot go on after ${by()}: it changes ${what} in place, a copy of it is wanted`);
    }
  }

  /** Begins events, which may set the next states until `commit` or `discard`. */
  open(): void {
    this.#areOpen = true;
  }

  /** The next value of a scalar state. */
  nextNumber(state: number): number {
    return (this.#written[state] === UNTOUCHED ? this.numbers[state] : this.#nextNumbers[state]) as number;
  }

  /** Sets the next value of a scalar state. */
  setNextNumber(state: number, value: unknown): void {
    if (typeof value !== "number") ownValue(this.#types[state] as PortType, value, () => this.#nameNow(state));
    if (this.#written[state] === UNTOUCHED) this.#touch(state);
    this.#written[state] = SET;
    this.#nextNumbers[state] = value as number;
  }

  /** The next value of a vector state: a draft, lent until the handler returns. */
  nextVector(state: number): Float64Array {
    const { size } = this.#types[state] as VectorType;
    const draft = this.#drafts[state] ??= new Float64Array(size);
    const is = this.#written[state];
    if (is === DRAFT) return draft;
    const now = is === SET ? this.#nextThings[state] : this.things[state] ?? this.#unseen[state];
    for (let index = 0; index < size; index++) draft[index] = (now as ArrayLike<number>)[index] as number;
    if (is === UNTOUCHED) this.#touch(state);
    this.#written[state] = DRAFT;
    return draft;
  }

  /** Sets the next value of a vector state. */
  setNextVector(state: number, value: unknown): void {
    const { size } = this.#types[state] as VectorType;
    const buffer = this.#drafts[state] ??= new Float64Array(size);
    const own = ownVector(size, value, { what: () => this.#nameNow(state), buffer });
    if (this.#written[state] === UNTOUCHED) this.#touch(state);
    this.#written[state] = own === buffer ? DRAFT : SET;
    this.#nextThings[state] = own;
  }

  /** The next value of an abstract state: a draft, unless its system changes it in place anyway. */
  nextThing(state: number): unknown {
    const is = this.#written[state];
    const value = is === UNTOUCHED ? this.things[state] : this.#nextThings[state];
    const type = this.#types[state];
    if (is === DRAFT || typeof value !== "object" || (type?.kind === "abstract" && type.inPlace)) return value;
    if (is === UNTOUCHED) this.#touch(state);
    this.#written[state] = DRAFT;
    this.#hasDrafts = true;
    return this.#nextThings[state] = draftOf(value);
  }

  /** Sets the next value of an abstract state. */
  setNextThing(state: number, value: unknown): void {
    const own = ownValue(this.#types[state] as PortType, value, () => this.#nameNow(state));
    if (this.#written[state] === UNTOUCHED) this.#touch(state);
    this.#written[state] = SET;
    this.#nextThings[state] = own;
  }

  /**
   * Ends the events of an instant: the states take their next values.
   *
   * @throws {UncloneableError} if a draft has become something that cannot be stored; then no state changes.
   * @throws {EventFailedError} if a next value is NaN and that is refused; then no state changes.
   */
  commit(): void {
    const dirty = this.#dirty;
    if (this.#hasDrafts) { for (let index = 0; index < this.#touched; index++) this.#settle(dirty[index] as number); }
    if (this.#refusesNaN) {
      for (let index = 0; index < this.#touched; index++) {
        this.#refuseNaN(dirty[index] as number);
      }
    }
    for (let index = 0; index < this.#touched; index++) {
      const state = dirty[index] as number;
      if (this.#kinds[state] === SCALAR) this.numbers[state] = this.#nextNumbers[state] as number;
      else if (this.#written[state] === DRAFT) {
        const draft = this.#drafts[state] as Float64Array;
        (this.#unseen[state] ??= new Float64Array(draft.length)).set(draft);
        this.things[state] = undefined;
      } else this.things[state] = this.#nextThings[state];
      this.#written[state] = UNTOUCHED;
    }
    this.#touched = 0;
    this.#hasDrafts = false;
    this.#areOpen = false;
    this.epoch++;
  }

  /** Drops the next values of the states. */
  discard(): void {
    this.#hasDrafts = false;
    this.#areOpen = false;
    while (this.#touched > 0) this.#written[this.#dirty[--this.#touched] as number] = UNTOUCHED;
  }

  #touch(state: number): void {
    if (!this.#areOpen) {
      throw new TypeError(
        `Cannot set ${
          this.#nameNow(state)
        }: no event runs, a handler that writes before it returns (or before its promise is ` +
          `settled, where its system is async) is wanted`,
      );
    }
    this.#dirty[this.#touched++] = state;
  }

  #refuseNaN(state: number): void {
    const type = this.#types[state] as PortType;
    if (type.kind === "abstract") return;
    const isVector = type.kind === "vector";
    const vector = this.#written[state] === DRAFT ? this.#drafts[state] : this.#nextThings[state] as readonly number[];
    const component = isVector ? vector?.findIndex(Number.isNaN) ?? -1 : -1;
    if (component < 0 && (isVector || !Number.isNaN(this.#nextNumbers[state]))) return;
    const name = this.nameOf(state);
    const path = name.slice(name.indexOf(" ") + 1, name.lastIndexOf("."));
    throw new EventFailedError(path, this.t, `${name}${isVector ? `[${component}]` : ""} is NaN, a number is wanted`);
  }

  /** Turns a draft of abstract data into a stored value. */
  #settle(state: number): void {
    const type = this.#types[state] as PortType;
    if (type.kind !== "abstract" || this.#written[state] !== DRAFT) return;
    this.#nextThings[state] = ownValue(type, this.#nextThings[state], () => this.#nameNow(state));
    this.#written[state] = SET;
  }

  /** Stores an output's value without a copy if it is a stored state of its system that nothing can change. */
  #isKept(signal: number, value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    if (this.things[signal] === value && Object.isFrozen(value)) return true;
    const { states, statesEnd } = this.#owners[signal] as SignalOwner;
    for (let state = states; state < statesEnd; state++) {
      if (this.things[state] !== value || !Object.isFrozen(value)) continue;
      this.things[signal] = value;
      return true;
    }
    return false;
  }

  #nameNow(signal: number): string {
    return `${this.nameOf(signal)} at t=${shownTime(this.t)}`;
  }
}
