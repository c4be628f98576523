/**
 * A task's own steps, checked: they yield only operations, and none of the steps that the task created are left over
 * when it returns.
 *
 * - Steps that nobody runs do nothing: `guard.acquire();` without `yield*` takes no lock. A task that returns with such
 *   steps ends with a {@linkcode DroppedStepsError} that names the call.
 * - To find the call's source line, the task is run once more with the answers it got, on a memory that performs
 *   nothing. If it takes another path, or there were too many answers to keep, only the call is named.
 * - Steps made by the library's own generators are recognized by the first call in them, which is made at once.
 */

import { DroppedStepsError } from "../errors.ts";
import {
  checkOperation,
  type Layout,
  type MadeSteps,
  type Memory,
  type Operation,
  setWitness,
  type Steps,
  stepsText,
  throwInto,
  type Witness,
} from "../memory/mod.ts";
import { deepError, sourceLine } from "./source_line.ts";

/** The most answers kept, and the most of their bytes. */
const MOST_ANSWERS = 10_000;
const MOST_BYTES = 2 ** 20;
/** How many steps may be created ahead before those that have begun are forgotten. */
const MANY = 256;

/** A task to run. */
export interface OwnTask<T> {
  /** Its name, for errors. */
  readonly name: string;
  /** The layout of its shared things. */
  readonly layout: Layout;
  /** Creates its steps on a memory. */
  make(memory: Memory): Steps<T>;
}

/** The result of an operation. */
type Kept = { readonly answer: unknown } | { readonly error: unknown };

/** The steps of a task on a memory, checked as described above. */
export function ownSteps<T>(task: OwnTask<T>, memory: Memory): Steps<T> {
  return { [Symbol.iterator]: () => new OwnSteps(task, memory) };
}

class OwnSteps<T> implements Iterator<Operation, T, unknown> {
  readonly #task: OwnTask<T>;
  readonly #memory: Memory;
  #steps: Iterator<Operation, T, unknown> | undefined;
  /** The last operation, and the results of all; `undefined` if there are too many. */
  #operation: Operation | undefined;
  #kept: Kept[] | undefined = [];
  #bytes = 0;
  /** The steps created last, and earlier ones that were not begun at once. */
  #last: MadeSteps | undefined;
  #early: MadeSteps[] = [];
  #outer: Witness | undefined;
  readonly #witness: Witness = (made) => {
    this.#outer?.(made);
    if (this.#last?.begun === false) this.#early.push(this.#last);
    if (this.#early.length > MANY) this.#early = this.#early.filter(({ begun }) => !begun);
    this.#last = made;
  };

  constructor(task: OwnTask<T>, memory: Memory) {
    this.#task = task;
    this.#memory = memory;
  }

  next(answer: unknown): IteratorResult<Operation, T> {
    if (this.#operation !== undefined) this.#keep({ answer });
    return this.#go(() => (this.#steps ??= this.#made()).next(answer));
  }

  throw(error: unknown): IteratorResult<Operation, T> {
    this.#keep({ error });
    return this.#go(() => {
      if (this.#steps === undefined) throw error;
      return throwInto(this.#steps, error);
    });
  }

  /** Starts the task's steps, if it returns any. */
  #made(): Iterator<Operation, T, unknown> {
    const { name, make } = this.#task;
    const steps: unknown = make(this.#memory);
    if (typeof steps === "object" && steps !== null && Symbol.iterator in steps) {
      return (steps as Steps<T>)[Symbol.iterator]();
    }
    throw new TypeError(`Cannot run ${name}: it gives ${typeof steps}, steps (those of a function*) are wanted`);
  }

  #go(act: () => IteratorResult<Operation, T>): IteratorResult<Operation, T> {
    this.#outer = setWitness(this.#witness);
    let step: IteratorResult<Operation, T>;
    try {
      step = act();
    } finally {
      setWitness(this.#outer);
    }
    if (!step.done) return this.#checked(step);
    const dropped = this.#dropped;
    if (dropped.length > 0) throw this.#error(dropped);
    return step;
  }

  /** Rejects what is not an operation, at the point where it is yielded. */
  #checked(step: IteratorYieldResult<Operation>): IteratorResult<Operation, T> {
    try {
      checkOperation(step.value);
    } catch (error) {
      return this.throw(error);
    }
    this.#operation = step.value;
    return step;
  }

  get #dropped(): readonly MadeSteps[] {
    const last = this.#last === undefined ? [] : [this.#last];
    return [...this.#early, ...last].filter(({ begun }) => !begun);
  }

  #keep(kept: Kept): void {
    if (this.#kept === undefined) return;
    let one = kept;
    if ("answer" in kept && kept.answer instanceof Uint8Array) {
      // Bytes are read into the task's own buffer, which it may overwrite.
      this.#bytes += kept.answer.length;
      one = { answer: kept.answer.slice() };
    }
    if (this.#kept.length === MOST_ANSWERS || this.#bytes > MOST_BYTES) this.#kept = undefined;
    else this.#kept.push(one);
  }

  #error(dropped: readonly MadeSteps[]): DroppedStepsError {
    const texts = dropped.map(stepsText);
    const places = this.#kept === undefined ? [] : placesOf(this.#task, { kept: this.#kept, texts });
    const calls = texts.map((call, index) => ({ call, place: places[index] }));
    return new DroppedStepsError(this.#task.name, calls);
  }
}

/**
 * The source locations of steps that nobody ran, found by running the task once more; empty if it takes another path.
 */
function placesOf<T>(
  { layout, make }: OwnTask<T>,
  { kept, texts }: { readonly kept: readonly Kept[]; readonly texts: readonly string[] },
): readonly (string | undefined)[] {
  const made: { readonly steps: MadeSteps; readonly at: Error }[] = [];
  const outer = setWitness((steps) => made.push({ steps, at: deepError() }));
  try {
    const steps = make(new NoMemory(layout))[Symbol.iterator]();
    let step = steps.next();
    for (const one of kept) {
      if (step.done) return [];
      step = "error" in one ? throwInto(steps, one.error) : steps.next(given(step.value, one.answer));
    }
    const dropped = made.filter(({ steps }) => !steps.begun);
    const isSame = step.done && dropped.map(({ steps }) => stepsText(steps)).join() === texts.join();
    return isSame ? dropped.map(({ at }) => sourceLine(at)) : [];
  } catch {
    // It took another path: what it throws has already been reported, or belongs to no run.
    return [];
  } finally {
    setWitness(outer);
  }
}

/** The answer to an operation, in the buffer that it provides. */
function given(operation: Operation, answer: unknown): unknown {
  if (operation.kind !== "read" || operation.into === undefined || !(answer instanceof Uint8Array)) return answer;
  operation.into.set(answer);
  return operation.into.subarray(0, answer.length);
}

/** The memory of a task that is run once more: nothing is performed. */
class NoMemory implements Memory {
  readonly layout: Layout;

  constructor(layout: Layout) {
    this.layout = layout;
  }

  perform(): never {
    throw new TypeError("Cannot perform: the task is run for its lines alone, its steps are wanted");
  }

  ticket(): never {
    return this.perform();
  }

  /** What guards release was released when the task ran. */
  release(): void {}
}
