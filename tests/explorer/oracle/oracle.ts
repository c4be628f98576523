/**
 * The oracle: all outcomes of a program, by going through every state that it can be in, at word granularity.
 *
 * It shares nothing with the explorer but the model memory, so that what both say is hardly wrong. What can happen in a state:
 *
 * - A task performs its next memory operation; a `choose` has each of its answers, and before a look at the clock time may
 *   have passed, more than anybody waits for. Local code, and announcing a call, is seen by nobody and no action of its own.
 * - The time of a task that sleeps, or waits with a deadline, comes: at any point, and the clock is then at least there. With
 *   an ordered clock that is so for the earliest time alone.
 * - A task that has done its last operation ends; then the shared things are recovered from that, by a party of its own whose
 *   operations are actions, too.
 * - A task is killed, where deaths are asked for: it does nothing more, and is recovered from.
 *
 * A run is over when all tasks but daemons have ended and are recovered from, or when nothing can happen. Daemons may act for
 * a while after that, and are stopped where they wait in line or stand outside of calls.
 *
 * Two states are one where the memory, its sleepers and where each task stands are the same. Of a call that has ended only
 * what it gave counts: its caller knows nothing else. So the states of n tasks are about as many as the product of their
 * lengths, and not as the number of interleavings.
 *
 * Longer than other files because it is one walk over one kind of state, whose parts say nothing alone.
 *
 * @module
 */

import { NotRecoverableError } from "../../../lib/errors.ts";
import {
  type CallOperation,
  type Layout,
  ModelMemory,
  type Operation,
  PARKED,
  type ParkedTask,
  runBlocking,
  type SavedMemory,
  type Steps,
} from "../../../lib/memory/mod.ts";
import { type AnyProgram, type Settings, settingsOf, type SettingsOptions } from "../../../lib/program/mod.ts";
import { type Shareables, type Shared, Space, type Things } from "../../../lib/sync/mod.ts";
import { opened, Place, type Reply } from "./places.ts";
import { Released, releasing } from "./releasing.ts";
import { outcomeText } from "./texts.ts";

/** How far the oracle goes. */
export interface OracleOptions extends SettingsOptions {
  /** In which order times come: any, or only the earliest at each point; `free` by default. */
  readonly clock?: "free" | "ordered" | undefined;
  /** Whether a call, and a recovery, goes on in one action until it waits, as where one owner of the memory performs all. */
  readonly owned?: boolean;
  /** How many tasks may be killed; none by default. */
  readonly deaths?: number;
  /** How many states it looks at, at most. */
  readonly limit?: number;
  /** Makes the memory; another one than the model's own shows whether an error in it is found. */
  readonly memory?: (layout: Layout) => ModelMemory;
}

/** What can come out. */
export interface Foretold {
  /** The texts of all outcomes. */
  readonly outcomes: ReadonlySet<string>;
  /** How many states there are. */
  readonly states: number;
  /** Whether all were looked at. */
  readonly complete: boolean;
}

/** Where a party stands: before an operation of its own, or of the call that it is in. */
interface Position {
  readonly at: Place;
  readonly inCall: Place | undefined;
}

/** A task, and later its recovery. */
interface Party {
  readonly task: Position;
  /** How it came to its end. */
  readonly fate: "runs" | "ended" | "killed";
  readonly recovery: Place | undefined;
}

interface State {
  readonly memory: SavedMemory;
  readonly parties: readonly Party[];
  readonly deaths: number;
}

const LIMIT = 100_000;

/** How much time passes before a look at the clock, where any does, in milliseconds. */
const LONG = 1e12;

/** Says what can come out of a program. */
export function foretell(program: AnyProgram, options: OracleOptions = {}): Foretold {
  const limit = Error.stackTraceLimit;
  // An error that lies in memory is the same wherever it was made.
  Error.stackTraceLimit = 0;
  try {
    return new Oracle(program, options).foretell();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

class Oracle {
  readonly #program: AnyProgram;
  readonly #options: OracleOptions;
  readonly #space: Space<Shareables>;
  readonly #memory: ModelMemory;
  readonly #names: readonly string[];
  readonly #daemons: readonly boolean[];
  readonly #settings: Settings;
  readonly #recoveries = new Map<string, Place>();
  readonly #outcomes = new Set<string>();
  readonly #seen = new Set<number>();
  readonly #left: State[] = [];

  constructor(program: AnyProgram, options: OracleOptions) {
    this.#program = program;
    this.#options = options;
    const settings = this.#settings = settingsOf(program, options);
    const tasks = program.tasks(settings);
    this.#names = tasks.map(({ name }) => name);
    this.#daemons = tasks.map(({ daemon = false }) => daemon);
    this.#space = new Space(program.shared(settings), { tasks: tasks.length, names: this.#names });
    const { memory = (layout) => new ModelMemory(layout) } = options;
    this.#memory = memory(this.#space.layout);
  }

  foretell(): Foretold {
    runBlocking(this.#memory, this.#space.initialize());
    const parties = this.#names.map((_, task): Party => {
      const start = new Place(() => this.#stepsOf(task), []);
      return { task: this.#entered(task, start), fate: "runs", recovery: undefined };
    });
    this.#add({ memory: this.#memory.save(), parties, deaths: this.#options.deaths ?? 0 });
    const { limit = LIMIT } = this.#options;
    for (let state = this.#left.pop(); state !== undefined; state = this.#left.pop()) {
      if (this.#seen.size > limit) return { outcomes: this.#outcomes, states: this.#seen.size, complete: false };
      this.#follow(state);
    }
    return { outcomes: this.#outcomes, states: this.#seen.size, complete: true };
  }

  /** The steps of a task, from the start, on a view of its own. */
  #stepsOf(task: number): Steps<unknown> {
    return releasing(this.#space.layout, (released) => {
      const { shared } = this.#space.attach(released, { task });
      return started(this.#program, { task, settings: this.#settings, shared });
    });
  }

  /** The first place of a call, performed as the owner of a memory does: by name, on a view of its own. */
  #callOf(task: number, place: Place, { object, method, args }: CallOperation): Place {
    return place.body ??= new Place(() => {
      const { things } = this.#space.attach(new Released(this.#space.layout), { task });
      return opened(asked(things, object, method, args));
    }, []);
  }

  /** Goes into calls, and out of those that have ended. */
  #entered(task: number, place: Place): Position {
    for (let at = place;;) {
      if (at.asks?.kind !== "call") return { at, inCall: undefined };
      const inCall = this.#callOf(task, at, at.asks);
      if (inCall.end === undefined) return { at, inCall };
      at = at.after(inCall.end);
    }
  }

  /** Where a task stands after a reply. */
  #after(task: number, { at, inCall }: Position, reply: Reply): Position {
    if (inCall === undefined) return this.#entered(task, at.after(reply));
    const next = inCall.after(reply);
    return next.end === undefined ? { at, inCall: next } : this.#entered(task, at.after(next.end));
  }

  /** Does all that can happen in a state. */
  #follow(state: State): void {
    let acts = 0;
    const restore = () => this.#memory.restore(state.memory);
    /** Notes the state after an action, which has changed the memory. */
    const acted = (task: number, changed: Party, { deaths = state.deaths, goesOn = false } = {}) => {
      // Nobody is rescued by a death that may not come.
      if (deaths === state.deaths) acts++;
      const woken = this.#woken(state.parties.with(task, changed));
      const parties = goesOn && this.#options.owned ? this.#goneOn(task, woken) : woken;
      this.#add({ memory: this.#memory.save(), parties, deaths });
    };
    const { parked } = state.memory;
    for (const [task, party] of state.parties.entries()) {
      const { task: position, fate, recovery } = party;
      if (fate !== "runs") {
        if (recovery === undefined) continue;
        this.#perform(this.#recoverer(task), recovery, { parked, restore }, (reply) => {
          acted(task, this.#replied(task, party, reply), { goesOn: true });
        });
        continue;
      }
      this.#perform(task, position.inCall ?? position.at, { parked, restore }, (reply) => {
        acted(task, this.#replied(task, party, reply), { goesOn: true });
      });
      if (position.at.end !== undefined) {
        restore();
        acted(task, this.#recovered(task, { ...party, fate: "ended" }));
      }
      if (state.deaths > 0) {
        restore();
        this.#memory.unpark(task);
        acted(task, this.#recovered(task, { ...party, fate: "killed" }), { deaths: state.deaths - 1 });
      }
    }
    const isOver = this.#isOver(state);
    if (isOver ? !this.#names.every((_, task) => this.#isAtRest(task, state)) : acts > 0) return;
    restore();
    this.#outcomes.add(this.#outcome(state, isOver));
  }

  /** Performs the operation that a party stands before, or lets its time come; `act` is told what it answers. */
  #perform(
    number: number,
    { asks }: Place,
    { parked, restore }: { readonly parked: readonly ParkedTask[]; readonly restore: () => void },
    act: (reply: Reply | undefined) => void,
  ): void {
    if (asks === undefined) return;
    const until = parked.find(({ task }) => task === number)?.until;
    if (until !== undefined) {
      const isLater = this.#options.clock === "ordered" && parked.some((other) => other.until < until);
      if (until === Infinity || isLater) return;
      restore();
      this.#memory.expire(number);
      return act(undefined);
    }
    const choices = asks.kind === "choose" ? asks.n : 1;
    for (let choice = 0; choice < choices; choice++) {
      restore();
      act(asks.kind === "choose" ? { value: choice } : this.#reply(number, asks));
    }
    if (asks.kind !== "now" || asks.starts || this.#options.clock === "ordered") return;
    restore();
    this.#memory.pass(this.#memory.clock + LONG);
    act(this.#reply(number, asks));
  }

  /** A party after a reply; the same where it has to wait. */
  #replied(task: number, party: Party, reply: Reply | undefined): Party {
    if (reply === undefined) return party;
    return party.fate === "runs"
      ? { ...party, task: this.#after(task, party.task, reply) }
      : { ...party, recovery: party.recovery?.after(reply) };
  }

  /** Goes on with the call or the recovery that a party is in, up to where it waits or chance decides. */
  #goneOn(task: number, before: readonly Party[]): readonly Party[] {
    for (let parties = before;;) {
      const party = parties[task];
      if (party === undefined) return parties;
      const { fate, recovery, task: { at, inCall } } = party;
      const asks = fate !== "runs" ? recovery?.asks : inCall === at.body ? undefined : inCall?.asks;
      const number = fate === "runs" ? task : this.#recoverer(task);
      const isAsleep = this.#memory.parked.some((parked) => parked.task === number);
      if (asks === undefined || asks.kind === "choose" || isAsleep) return parties;
      const reply = this.#reply(number, asks);
      if (reply === undefined) return parties;
      parties = this.#woken(parties.with(task, this.#replied(task, party, reply)));
    }
  }

  /** What the memory answers; undefined where the party has to wait. */
  #reply(number: number, operation: Operation): Reply | undefined {
    try {
      const value = this.#memory.begin(operation, number);
      return value === PARKED ? undefined : { value };
    } catch (error) {
      return { error };
    }
  }

  /** Lets those go on who were woken. */
  #woken(parties: readonly Party[]): readonly Party[] {
    const ready = this.#memory.takeReady();
    if (ready.length === 0) return parties;
    const next = [...parties];
    for (const { task: number, answer: value } of ready) {
      const task = number % this.#names.length;
      const party = next[task];
      if (party === undefined) continue;
      next[task] = this.#replied(task, party, { value });
    }
    return next;
  }

  /** The number by which the memory knows who recovers from the end of a task. */
  #recoverer(task: number): number {
    return this.#names.length + task;
  }

  /** The party of a task that has ended, with what then happens to the shared things. */
  #recovered(task: number, party: Party): Party {
    const failure = failureOf(party);
    const text = failure && `${failure.error}: ${failure.message}`;
    const key = `${task} ${text}`;
    let recovery = this.#recoveries.get(key);
    if (recovery === undefined) {
      recovery = new Place(() => {
        const { things } = this.#space.attach(new Released(this.#space.layout));
        return opened(recovering(things, task, text));
      }, []);
      this.#recoveries.set(key, recovery);
    }
    return { ...party, recovery };
  }

  #isOver({ parties }: State): boolean {
    return parties.every(({ fate, recovery }, task) => {
      return fate === "runs" ? this.#daemons[task] : recovery?.end !== undefined;
    });
  }

  /** Whether a task has ended, or may be stopped where it is: outside of calls, or asleep in line. */
  #isAtRest(task: number, { parties, memory: { parked } }: State): boolean {
    const party = parties[task];
    if (party === undefined || party.fate !== "runs") return true;
    const { at, inCall } = party.task;
    if (inCall === undefined || inCall === at.body) return true;
    return inCall.asks?.kind === "wait" && this.#space.isLane(inCall.asks.word) &&
      parked.some((asleep) => asleep.task === task);
  }

  #add(state: State): void {
    const key = keyOf(state);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#left.push(state);
  }

  /** What came out of a run that is over, or cannot go on; changes the memory. */
  #outcome({ parties }: State, isOver: boolean): string {
    const failed = parties.flatMap((party, task) => {
      const failure = isOver && party.fate === "runs" ? undefined : failureOf(party);
      return failure === undefined ? [] : [{ task: this.#names[task], ...failure }];
    });
    if (failed.length > 0) return outcomeText({ failed });
    const results = parties.map(({ task: { at }, fate }) => {
      return fate === "ended" && at.end !== undefined && "value" in at.end ? at.end.value : undefined;
    });
    try {
      const steps = this.#program.outcome(this.#space.bind(this.#memory), { results, settings: this.#settings });
      return outcomeText(runBlocking(this.#memory, steps));
    } catch (error) {
      return outcomeText({ unread: String(error) });
    }
  }
}

/** How a task failed; undefined where it returned. */
function failureOf({ fate, task: { at: { end } } }: Party) {
  if (fate === "killed") return { error: "GuestDiedError", message: "it was killed" };
  if (fate === "runs" || end === undefined) return { error: "DeadlockError", message: "it waits for ever" };
  if ("value" in end) return undefined;
  const { error } = end;
  return error instanceof Error
    ? { error: error.name, message: error.message }
    : { error: "thrown value", message: String(error) };
}

/** Everything that a state is, as a number of 53 bits: for a million states the chance that two share one is 1 to 18,000. */
function keyOf({ memory: { cells, parked, clock }, parties, deaths }: State): number {
  const hash = new Hash();
  for (const { task: { at, inCall }, fate, recovery } of parties) {
    hash.add(at.id);
    hash.add(inCall?.id ?? 0);
    hash.add(FATES.indexOf(fate));
    hash.add(recovery?.id ?? 0);
  }
  // A deadline follows from where who waits for it stands.
  for (const { task } of parked) hash.add(~task);
  hash.add(deaths);
  hash.add(clock * 1024);
  for (const word of cells.words) hash.add(word);
  if (cells.bytes !== undefined) { for (const byte of cells.bytes) hash.add(byte); }
  for (
    const [number, page] of cells.pages.size < 2 ? cells.pages : [...cells.pages].sort(([one], [other]) => one - other)
  ) {
    hash.add(number);
    for (const word of new Int32Array(page.buffer, page.byteOffset, page.length >> 2)) hash.add(word);
  }
  return hash.value;
}

const FATES: readonly Party["fate"][] = ["runs", "ended", "killed"];

/** A hash of 32-bit words. */
class Hash {
  #one = 0x811c9dc5;
  #other = 0x9e3779b9;

  add(word: number): void {
    const one = Math.imul(this.#one ^ word, 0x01000193);
    this.#one = one ^ (one >>> 15);
    const other = Math.imul(this.#other + word | 0, 0x85ebca6b);
    this.#other = other ^ (other >>> 13);
  }

  get value(): number {
    return (this.#one >>> 0) * 2 ** 21 + (this.#other & (2 ** 21 - 1));
  }
}

/** The steps of a task of a program, made when they begin, so that what their making throws is thrown by them. */
function* started(
  program: AnyProgram,
  { task, settings, shared }: {
    task: number;
    settings: Settings;
    shared: Shared<Shareables>;
  },
): Steps<unknown> {
  const one = program.tasks(settings)[task];
  return one === undefined ? undefined : yield* one.run(shared);
}

function asked(things: Things, object: string, method: string, args: readonly unknown[]): Steps<unknown> {
  const thing = things.get(object) as unknown as Record<string, (...args: readonly unknown[]) => Steps<unknown>>;
  const steps = thing?.[method]?.(...args);
  if (steps === undefined) throw new TypeError(`Cannot call ${method} of ${object}: no such method`);
  return steps;
}

/** What the supervisor does after the end of a task; `failure` says what it failed with. */
function* recovering(things: Things, task: number, failure: string | undefined): Steps<void> {
  for (const thing of things.values()) {
    try {
      if (thing.ended !== undefined) yield* thing.ended(task, failure);
      if (failure !== undefined && thing.died !== undefined) yield* thing.died(task);
    } catch (error) {
      // What another death has torn stays so.
      if (!(error instanceof NotRecoverableError)) throw error;
    }
  }
}
