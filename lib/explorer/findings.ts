/**
 * What a run shows: its outcome, and the bug, if it is one.
 *
 * - Kinds in order of precedence: where a run shows several, the first one counts.
 * - A failed assertion, of a task or of the invariant, and an outcome that is not expected are `assertion`; another failure
 *   is an `exception`, unless that outcome is expected.
 * - When no task can go on and one has not ended: `self-deadlock` where a task waits for what it holds, `deadlock` where
 *   tasks wait for each other, `orphaned-lock` where the holder has ended, else `deadlock` too.
 *
 * @example
 * ```ts
 * import { kinds } from "./findings.ts";
 *
 * if (kinds.indexOf("deadlock") > kinds.indexOf("race")) throw new Error("a deadlock says more than a race");
 * ```
 *
 * @module
 */

import { DeadlockError, type DeadlockWait } from "../errors.ts";
import { dataText, type Failed, type TaskFailure } from "../program/mod.ts";
import type { TreeEnd, TreeNode } from "./answer_tree.ts";
import { type Execution, isAssertion } from "./execution.ts";

/** The kinds of bugs, in order of precedence. */
export const kinds = [
  "assertion",
  "deadlock",
  "self-deadlock",
  "lost-wakeup",
  "race",
  "orphaned-lock",
  "livelock",
  "leak",
  "nondeterminism",
  "exception",
] as const;

/** A kind of bug. */
export type BugKind = typeof kinds[number];

/** A bug. */
export interface Finding {
  /** What it is. */
  readonly kind: BugKind;
  /** What happened, with names. */
  readonly message: string;
}

/** What came out of a run. */
export interface Judged {
  /** The outcome. */
  readonly outcome: unknown;
  /** The outcome as text: equal for equal outcomes. */
  readonly text: string;
  /** What is wrong with the outcome. */
  readonly finding: Finding | undefined;
}

/** Judges the runs of an execution. */
export class Judge {
  readonly #execution: Execution;
  readonly #checks: boolean;
  readonly #isExpected: (outcome: unknown, text: string) => boolean;
  readonly #expectation: string;
  // By the end of the steps that read the outcome.
  readonly #known = new Map<TreeNode, Judged>();

  /** With `checks` it also looks for races and leaks. */
  constructor(execution: Execution, { checks = true }: { readonly checks?: boolean | undefined } = {}) {
    this.#execution = execution;
    this.#checks = checks;
    const { program, settings } = execution.model;
    const expected = program.expected(settings);
    if (typeof expected === "function") {
      this.#isExpected = (outcome) => expected(outcome);
      this.#expectation = "one that the program expects";
    } else {
      const texts = new Set(expected.map(dataText));
      this.#isExpected = (_outcome, text) => texts.has(text);
      this.#expectation = `one of ${[...texts].join(", ")}`;
    }
  }

  /** Judges the run that was just completed. */
  judge(): Judged {
    const { nodes, races, broken, model } = this.#execution;
    let judged: Judged;
    if (nodes.some(({ end }) => end?.kind !== "returned")) judged = this.#failed();
    else {
      const node = model.outcome(nodes.map(({ end }) => end?.kind === "returned" ? end.value : undefined));
      judged = this.#known.get(node) ?? this.#learn(node);
    }
    if (!this.#checks && broken === undefined) return judged;
    const findings = judged.finding === undefined ? [] : [judged.finding];
    if (broken !== undefined) findings.push({ kind: "assertion", message: broken });
    if (races?.race !== undefined) findings.push({ kind: "race", message: this.#raceText() });
    if (nodes.every(({ end }) => end !== undefined)) {
      const leaks = model.leaks();
      if (leaks.length > 0) findings.push({ kind: "leak", message: `at the end, ${leaks.join("; ")}` });
    }
    return findings.length === 0 ? judged : { ...judged, finding: worst(findings) };
  }

  #learn(node: TreeNode): Judged {
    const { end } = node;
    let judged: Judged;
    if (end?.kind !== "returned") {
      const message = `the outcome cannot be read: ${end?.error}`;
      const kind = isAssertion(end?.error) ? "assertion" : "exception";
      judged = { outcome: { unread: String(end?.error) }, text: message, finding: { kind, message } };
    } else {
      const text = dataText(end.value);
      judged = { outcome: end.value, text, finding: this.#outcomeFinding(end.value, text) };
    }
    this.#known.set(node, judged);
    return judged;
  }

  #outcomeFinding(outcome: unknown, text: string): Finding | undefined {
    if (this.#isExpected(outcome, text)) return undefined;
    return { kind: "assertion", message: `the outcome is ${text}, ${this.#expectation} is wanted` };
  }

  /** A run in which a task failed, or never ended. */
  #failed(): Judged {
    const { nodes, model } = this.#execution;
    const findings: Finding[] = [];
    const stuck = nodes.some(({ end }) => end === undefined) ? this.#stuck() : undefined;
    const failures: TaskFailure[] = [];
    for (const [task, { end }] of nodes.entries()) {
      const failure = failureOf(end, stuck?.error);
      if (failure === undefined) continue;
      failures.push({ task: model.names[task] ?? "", ...failure });
      if (end?.kind !== "threw") continue;
      const kind = isAssertion(end.error) ? "assertion" : "exception";
      findings.push({ kind, message: `${model.names[task]}: ${failure.error}: ${failure.message}` });
    }
    const outcome: Failed = { failed: failures };
    const text = dataText(outcome);
    const isExpected = this.#isExpected(outcome, text);
    const counting = findings.filter(({ kind }) => kind === "assertion" || !isExpected);
    if (stuck !== undefined) counting.push(stuck.finding);
    return { outcome, text, finding: counting.length === 0 ? undefined : worst(counting) };
  }

  /** No task can go on, and one has not ended. */
  #stuck(): { readonly finding: Finding; readonly error: DeadlockError } {
    const { nodes, model } = this.#execution;
    const { layout } = model.memory;
    const waits = new Map<number, { readonly object: string; readonly method: string; readonly holder?: number }>();
    for (const [task, { end, operation, call }] of nodes.entries()) {
      if (end !== undefined) continue;
      const { object, method } = call ?? (operation?.kind === "call" ? operation : {
        object: operation?.kind === "wait" ? layout.nameOf(operation.word) : "nothing",
        method: "wait",
      });
      const [holder] = model.holders(object);
      waits.set(task, holder === undefined ? { object, method } : { object, method, holder });
    }
    const cycle = cycleOf(waits);
    const nameOf = (task: number) => model.names[task] ?? "the host";
    const named = (cycle ?? [...waits.keys()]).flatMap((task): DeadlockWait[] => {
      const wait = waits.get(task);
      if (wait === undefined) return [];
      const { object, method, holder } = wait;
      return [{ task: nameOf(task), object, method, owners: holder === undefined ? [] : [nameOf(holder)] }];
    });
    const error = new DeadlockError(named);
    const isOrphaned = [...waits.values()].some(({ holder = -1 }) => nodes[holder]?.end !== undefined);
    const kind = cycle?.length === 1
      ? "self-deadlock"
      : cycle === undefined && isOrphaned
      ? "orphaned-lock"
      : "deadlock";
    return { finding: { kind, message: error.message }, error };
  }

  #raceText(): string {
    const { races, model } = this.#execution;
    if (races?.race === undefined) return "";
    const { place: { word = -1 }, first, second } = races.race;
    const text = ({ task, kind, value }: typeof first) => `${model.names[task]} (${kind} ${value})`;
    return `a data race on ${model.memory.layout.nameOf(word)}: nothing orders ${text(first)} and ${text(second)}`;
  }
}

/** The first in order of precedence. */
function worst(findings: readonly Finding[]): Finding | undefined {
  return findings.toSorted((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind))[0];
}

function failureOf(
  end: TreeEnd | undefined,
  deadlock: DeadlockError | undefined,
): { readonly error: string; readonly message: string } | undefined {
  if (end?.kind === "returned") return undefined;
  const error = end === undefined ? deadlock : end.error;
  return error instanceof Error
    ? { error: error.name, message: error.message }
    : { error: "thrown value", message: String(error) };
}

/** Tasks of which each waits for what the next one holds. */
function cycleOf(waits: ReadonlyMap<number, { readonly holder?: number }>): readonly number[] | undefined {
  for (const first of waits.keys()) {
    const path: number[] = [];
    let task: number | undefined = first;
    while (task !== undefined && waits.has(task) && !path.includes(task)) {
      path.push(task);
      task = waits.get(task)?.holder;
    }
    if (task !== undefined && path.includes(task)) return path.slice(path.indexOf(task));
  }
  return undefined;
}
