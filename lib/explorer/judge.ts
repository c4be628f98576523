/**
 * Judges runs: determines a run's outcome, and the bug if there is one.
 *
 * - A failed assertion, of a task or of the invariant, and an unexpected outcome are an `assertion`. Any other failure
 *   is an `exception` unless the program expects it; a specimen's failure always is one, although its bug is expected.
 *   In a run in which a task died, failures and unfinished work are not bugs. Steps that a task created and nobody ran
 *   are `dropped-steps`, whatever is expected.
 * - If no task can continue and one has not ended, `stuck.ts` determines the kind. If all have ended, it is an
 *   `orphaned-lock` if something is still held, and a `leak` if other work is unfinished. Daemons that have not ended
 *   by then were stopped.
 */

import { type DeadlockError, DroppedStepsError } from "../errors.ts";
import type { ByteRange } from "../memory/mod.ts";
import { dataText, type Failed, type TaskFailure } from "../program/mod.ts";
import type { TreeEnd, TreeNode } from "./answer_tree.ts";
import { isAssertion } from "./ends.ts";
import type { Execution } from "./execution.ts";
import { type BugKind, type Finding, kinds, type RaceFinding, type RacingAccess } from "./finding.ts";
import type { RaceAccess } from "./findings/race_detector.ts";
import { stuck } from "./findings/stuck.ts";

/** The outcome of a run, and its bug. */
export interface Judged {
  /** The outcome. */
  readonly outcome: unknown;
  /** The outcome as text; equal for equal outcomes. */
  readonly text: string;
  /** The bug, if there is one. */
  readonly finding: Finding | undefined;
  /** Whether a task loops forever, so that no real run ends this way. */
  readonly isEndless?: boolean;
}

/** The maximum number of judgments to keep. */
const MOST_KNOWN = 1000;
const NO_BYTES: ByteRange = { offset: 0, length: 0 };

/** A race before `explain` adds its details. */
const RACE: Finding = { kind: "race", message: "a data race" };

/** Options of a judge. */
export interface JudgeOptions {
  /** Whether to check for races and leaks too; true by default. */
  readonly checks?: boolean | undefined;
  /** The kinds of bugs to ignore; none by default. */
  readonly ignore?: readonly BugKind[] | undefined;
}

/** Judges the runs of an execution. */
export class Judge {
  readonly #execution: Execution;
  readonly #checks: boolean;
  // The kinds that count, in order of precedence.
  readonly #counting: readonly BugKind[];
  readonly #isExpected: (outcome: unknown, text: string) => boolean;
  readonly #expectation: string;
  readonly #isSpecimen: boolean;
  // Keyed by the end of the steps that read the outcome.
  readonly #known = new Map<TreeNode, Judged>();

  /** Judges the runs of an execution. */
  constructor(execution: Execution, { checks = true, ignore = [] }: JudgeOptions = {}) {
    this.#execution = execution;
    this.#counting = kinds.filter((kind) => !ignore.includes(kind));
    this.#checks = checks;
    const { program, settings } = execution.model;
    const expected = program.expected(settings);
    this.#isSpecimen = program.specimens.includes(settings.variant);
    if (typeof expected === "function") {
      this.#isExpected = (outcome) => expected(outcome);
      this.#expectation = "which the program does not declare";
    } else {
      const texts = new Set(expected.map(dataText));
      this.#isExpected = (_outcome, text) => texts.has(text);
      this.#expectation = expectationOf([...texts]);
    }
  }

  /** Judges the run that was just completed. */
  judge(): Judged {
    const { nodes, races, broken, model } = this.#execution;
    let judged: Judged;
    let ended = true;
    let failed = false;
    let returns = false;
    for (let task = 0; task < nodes.length; task++) {
      const end = this.#execution.endOf(task);
      if (end === undefined) ended &&= model.daemons.has(task);
      else if (end.kind !== "returned") failed = true;
      else if (end.value !== undefined) returns = true;
    }
    if (failed || !ended) judged = this.#failed();
    else {
      const results = returns ? nodes.map((_, task) => returned(this.#execution.endOf(task))) : undefined;
      const node = model.outcome(results);
      judged = this.#known.get(node) ?? this.#learn(node);
    }
    const isClean = judged.finding === undefined && races?.race === undefined && !(ended && model.canLeak);
    if (broken === undefined && (isClean || !this.#checks)) return judged;
    const findings: Finding[] = judged.finding === undefined ? [] : [judged.finding];
    if (broken !== undefined) findings.push({ kind: "assertion", message: broken });
    if (races?.race !== undefined) findings.push(RACE);
    if (ended) {
      const isStopped = (task: number) => nodes[task]?.end === undefined;
      // A stopped daemon gives back what it holds.
      const leaks = model.leaks().filter(({ thing }) => !model.holders(thing).some(isStopped));
      if (leaks.length === 0 && findings.length === 0) return judged;
      const orphans = leaks.filter(({ thing }) => model.holders(thing).length > 0);
      const textOf = (some: typeof leaks) =>
        `at the end, ${some.map(({ thing, clause }) => `${thing} ${clause}`).join("; ")}`;
      if (orphans.length > 0) findings.push({ kind: "orphaned-lock", message: textOf(orphans) });
      if (leaks.length > orphans.length && this.#execution.deaths === 0) {
        findings.push({ kind: "leak", message: textOf(leaks) });
      }
    }
    return findings.length === 0 ? judged : { ...judged, finding: this.#worst(findings) };
  }

  /** The bug so far in the run that was just cut off at the step limit. */
  soFar(): Finding | undefined {
    const { nodes, races, broken, model } = this.#execution;
    const findings: Finding[] = broken === undefined ? [] : [{ kind: "assertion", message: broken }];
    for (const [task, { end }] of nodes.entries()) {
      if (end?.kind !== "threw" || !isAssertion(end.error)) continue;
      findings.push({ kind: "assertion", message: `${model.names[task]}: ${end.error}` });
    }
    if (races?.race !== undefined) findings.push(RACE);
    return this.#worst(findings);
  }

  /** Adds all details to a finding of the run that was just completed. */
  explain(finding: Finding): Finding {
    if (finding.kind !== "race") return finding;
    const race = this.#raceDetail();
    return race === undefined ? finding : { kind: "race", message: raceText(race), race };
  }

  #learn(node: TreeNode): Judged {
    const { end } = node;
    let judged: Judged;
    if (end?.kind !== "returned") {
      const message = `the outcome cannot be read: ${end?.error}`;
      const kind = kindOf(end?.error);
      judged = { outcome: { unread: String(end?.error) }, text: message, finding: this.#worst([{ kind, message }]) };
    } else {
      const text = dataText(end.value);
      judged = { outcome: end.value, text, finding: this.#outcomeFinding(end.value, text) };
    }
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(node, judged);
    return judged;
  }

  #outcomeFinding(outcome: unknown, text: string): Finding | undefined {
    if (this.#isExpected(outcome, text)) return undefined;
    return this.#worst([{ kind: "assertion", message: `outcome ${text}, ${this.#expectation}` }]);
  }

  /** Judges a run in which a task failed or never ended. */
  #failed(): Judged {
    const { nodes, model } = this.#execution;
    const findings: Finding[] = [];
    const isStuck = nodes.some(({ end }, task) => end === undefined && !model.daemons.has(task));
    const why = isStuck ? stuck(this.#execution) : undefined;
    const failures: TaskFailure[] = [];
    for (const task of nodes.keys()) {
      const end = this.#execution.endOf(task);
      const failure = failureOf(end, why?.error);
      // A daemon that was stopped.
      if (failure === undefined || (end === undefined && !isStuck)) continue;
      failures.push({ task: model.names[task] ?? "", ...failure });
      if (end?.kind !== "threw") continue;
      findings.push({ kind: kindOf(end.error), message: `${model.names[task]}: ${failure.error}: ${failure.message}` });
    }
    const outcome: Failed = { failed: failures };
    const text = dataText(outcome);
    const isExpected = !this.#isSpecimen && this.#isExpected(outcome, text);
    // After a death, failures of other tasks are to be expected.
    const isBug = !isExpected && this.#execution.deaths === 0;
    const counting = findings.filter(({ kind }) => kind !== "exception" || isBug);
    if (why !== undefined) counting.push(why.finding);
    const isEndless = nodes.some(({ loop }, task) => loop?.round !== undefined && !model.daemons.has(task));
    return { outcome, text, finding: this.#worst(counting), isEndless };
  }

  /** The finding that has precedence, among those that count. */
  #worst(findings: readonly Finding[]): Finding | undefined {
    const counting = findings.filter(({ kind }) => this.#counting.includes(kind));
    return counting.toSorted((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind))[0];
  }

  #raceDetail(): RaceFinding | undefined {
    const { races, model } = this.#execution;
    if (races?.race === undefined) return undefined;
    const { word, bytes: { offset, length } = NO_BYTES, first, second } = races.race;
    const { layout } = model.memory;
    const held = new Map<number, readonly string[]>();
    this.#execution.retrace((task) => {
      const { operations } = this.#execution;
      if (operations !== first.at && operations !== second.at) return;
      // A release after the access comes later, so the thing is still held here. A task that was just woken performs
      // nothing.
      if (task === (operations === first.at ? first : second).task) held.set(operations, model.heldBy(task));
    });
    const access = ({ task, kind, value, at }: RaceAccess): RacingAccess => {
      const [name, holds] = [model.names[task] ?? "", held.get(at) ?? []];
      return { task: name, kind, ...value === undefined ? {} : { value }, holds, operation: at };
    };
    const place = word === undefined ? bytesText(layout.toTable().bytes, offset, length) : layout.nameOf(word);
    return { place, first: access(first), second: access(second) };
  }
}

function raceText({ place, first, second }: RaceFinding): string {
  const text = ({ task, kind, value, holds }: RacingAccess) => {
    const held = holds.length === 0 ? "" : `, holding ${holds.join(" and ")}`;
    return `${task} (${kind}${value === undefined ? "" : ` ${value}`}${held})`;
  };
  return `a data race on ${place}: nothing orders ${text(first)} and ${text(second)}`;
}

function bytesText(
  entries: readonly { name: string; offset: number; length: number }[],
  offset: number,
  length: number,
) {
  const entry = entries.find((entry) => offset >= entry.offset && offset < entry.offset + entry.length);
  const from = offset - (entry?.offset ?? 0);
  return `bytes ${from} to ${from + length - 1} of ${entry?.name ?? "the region"}`;
}

function returned(end: TreeEnd | undefined): unknown {
  return end?.kind === "returned" ? end.value : undefined;
}

/** The kind of bug for an error that a task failed with. */
function kindOf(error: unknown): BugKind {
  if (isAssertion(error)) return "assertion";
  return error instanceof DroppedStepsError ? "dropped-steps" : "exception";
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

/** The maximum number of expected outcomes in a message. */
const MOST_NAMED = 8;

/** The expected outcomes, as a clause. */
function expectationOf(texts: readonly string[]): string {
  if (texts.length === 0) return "but the program declares none";
  const more = texts.length - MOST_NAMED;
  const named = texts.slice(0, MOST_NAMED).join(" or ");
  return `expected ${named}${more > 0 ? ` or one of ${more} more` : ""}`;
}
