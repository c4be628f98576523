/**
 * The tasks of a program in guests, one guest per task, in all modes.
 *
 * - All tasks begin together, once the last one is ready.
 * - The end of a guest is an event: what its task held passes on to the waiters.
 * - If the host closes, the tasks that have not ended fail, and the run is over.
 */

import { farError, GuestDiedError, GuestError, ProtocolError } from "../../errors.ts";
import type { BeginFailure, FrameCursor, Keeper, KeptRealm } from "../../mode/mod.ts";
import { now } from "../../platform/mod.ts";
import { drawLane, drawProgress, LaneRecorder } from "./lane_recorder.ts";
import { MemoryOwner } from "./memory_owner.ts";
import { afterTimeout, daemonsOf, type ProgramEnd, type ProgramJob, programModule } from "./run.ts";
import { SharedTasks } from "./shared_tasks.ts";
import { TaskEnds } from "./task_ends.ts";
import { type OwnUse, UseRecorder } from "./use_recorder.ts";
import { taskDoneFrom, taskProgressFrom } from "./task_message.ts";
import type { TasksMemory } from "./tasks_memory.ts";

/** The keeper of the guests, and how long their waits spin, in microseconds. */
type TasksKeeper = Keeper & { readonly spin: number };

/** Runs a program in guests. */
export async function runInGuests(job: ProgramJob, keeper: TasksKeeper): Promise<ProgramEnd> {
  const run = new GuestRun(job, keeper);
  try {
    await run.start();
    return await run.end();
  } finally {
    await run.finish();
  }
}

class GuestRun {
  readonly #job: ProgramJob;
  readonly #keeper: TasksKeeper;
  readonly #module: string;
  readonly #ends: TaskEnds;
  readonly #memory: TasksMemory;
  readonly #lanes: LaneRecorder;
  readonly #guests: { readonly guest: KeptRealm; readonly task: number }[] = [];
  /** The tasks whose guests have reported their end. */
  readonly #told = new Set<number>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #onClosing = (): void => this.#closed.resolve();
  #started = now();

  constructor(job: ProgramJob, keeper: TasksKeeper) {
    const { names, observe } = job;
    this.#job = job;
    this.#keeper = keeper;
    this.#module = programModule(job, keeper.warm.mode.name);
    this.#ends = new TaskEnds(names.length, (task, failure) => this.#memory.ended(task, failure), daemonsOf(job));
    this.#memory = keeper.warm.mode.memory === "shared"
      ? new SharedTasks(job, { ends: this.#ends, spin: keeper.spin })
      : new MemoryOwner(job, {
        now,
        live: () => this.#ends.live,
        ...observe === undefined ? {} : { held: (span) => this.#lanes.held(span) },
      });
    this.#lanes = new LaneRecorder(names, observe);
    keeper.closing.addEventListener("abort", this.#onClosing);
  }

  /** Resolves when all guests are ready; throws the first reason why one is not. */
  async start(): Promise<void> {
    const { names, program } = this.#job;
    const begun = names.map(async (name, task) => {
      const failed = await this.#keeper.warm.assign(this.#module, (guest) => this.#begin(guest, task));
      if (failed !== undefined) throw new GuestError({ guest: name, mode: this.#keeper.warm.mode.name, ...failed });
    });
    const outcomes = await Promise.race([Promise.allSettled(begun), this.#closed.promise]);
    if (outcomes === undefined) throw this.#closedError(program.name);
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** Lets the tasks begin; resolves when all have ended. */
  async end(): Promise<ProgramEnd> {
    const { names } = this.#job;
    const ends = this.#ends;
    void this.#closed.promise.then(() => {
      ends.endRest((task) => ({ kind: "failed", far: farError(this.#closedError(names[task] ?? "")) }));
    });
    this.#started = now();
    // An owner reports by itself.
    const { watch, space } = this.#job;
    if (watch !== undefined && this.#memory.attach !== undefined) {
      const { memory } = this.#memory;
      const { things, end } = space.attach(memory);
      new UseRecorder({ things, kinds: space.kinds }, memory, { now, tell: watch }).begin();
      end();
    }
    this.#memory.began();
    const stopTimer = afterTimeout(this.#job, this.#keeper.warm.mode.name, (far) => {
      ends.endRest(() => ({ kind: "failed", far }));
    });
    for (const { guest: { realm, ready } } of this.#guests) {
      if (ready) continue;
      realm.outbox.add("post", 1);
      realm.flush();
    }
    try {
      const all = this.#memory.checked(await ends.all);
      return { ends: all, memory: this.#memory.memory, ms: now() - this.#started };
    } finally {
      stopTimer();
    }
  }

  /** Gives the guests back. */
  async finish(): Promise<void> {
    this.#keeper.closing.removeEventListener("abort", this.#onClosing);
    this.#memory.close();
    await Promise.all(this.#guests.map(async ({ guest, task }) => {
      await guest.finish(() => this.#memory.stop(task));
      this.#keeper.warm.takeBack(guest, this.#module);
    }));
  }

  #begin(guest: KeptRealm, task: number): Promise<BeginFailure | undefined> {
    const { program, settings, space, observe, watch, script, names, limit } = this.#job;
    this.#guests.push({ guest, task });
    const { attach } = this.#memory;
    return guest.begin({
      use: "task",
      task: {
        module: this.#module,
        program: program.name,
        settings,
        task,
        layout: space.layout.toTable(),
        observed: observe !== undefined,
        watched: watch !== undefined,
        stepped: script !== undefined,
      },
      attaches: attach !== undefined,
    }, {
      name: names[task] ?? "",
      limit,
      ...attach === undefined ? {} : { attach },
      listener: {
        frame: (frame) => this.#hear(guest, { task, frame }),
        ended: (error) => {
          this.#lanes.died(task, { started: this.#started, finished: now() });
          this.#ends.end(task, { kind: "failed", far: farError(error) });
        },
      },
    });
  }

  #hear({ realm }: KeptRealm, { task, frame }: { readonly task: number; readonly frame: FrameCursor }): void {
    const { kind, number } = frame;
    if (kind === "reply" && number === 1 && !this.#told.has(task)) {
      this.#told.add(task);
      const done = taskDoneFrom(frame.value());
      this.#ends.endWith(task, done.bytes);
      drawLane(this.#lanes, task, done);
      this.#tellUses(task, done.uses);
    } else if (kind === "report" && number === 1 && !this.#told.has(task)) {
      const progress = taskProgressFrom(frame.value());
      drawProgress(this.#lanes, task, progress);
      this.#tellUses(task, progress.uses);
    } else if (kind === "ask" && this.#memory.ask !== undefined) {
      this.#memory.ask(task, frame.payload(), (bytes) => {
        realm.outbox.add("result", number, bytes);
        realm.flush();
      });
    } else throw new ProtocolError(`a frame ${kind} about ${number}, what a task says is wanted`);
  }

  #tellUses(task: number, uses: readonly OwnUse[]): void {
    const { watch, names } = this.#job;
    if (watch !== undefined) { for (const use of uses) watch({ ...use, lane: names[task] ?? `task ${task}` }); }
  }

  #closedError(guest: string): GuestDiedError {
    return new GuestDiedError({ guest, mode: this.#keeper.warm.mode.name, cause: "its host was closed" });
  }
}
