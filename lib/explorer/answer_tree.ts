/**
 * Steps, remembered: which operation they ask for after which answers.
 *
 * - What steps do is a function of the answers that they have got; nothing else may reach them. So they are run once for
 *   each sequence of answers and remembered as a tree: a place is an operation, and leads on by the answer to it.
 * - Where an answer leads to no known place, the steps are run again from their start with the answers that lead there,
 *   unless the last run stands at that very place.
 * - Steps that ask for something else under the same answers (they share an object, they draw lots) are found out, and those
 *   that use chance or a clock of the platform: a {@linkcode NondeterminismError}.
 * - What a guard's release throws is thrown where the guard is disposed of, as where it is performed at once: the steps are run
 *   again from their start, with that known.
 * - Errors that steps make have no stack: it would be data that depends on who runs the steps.
 */

import type { Answer, CallOperation, Layout, Memory, Operation, Steps } from "../memory/mod.ts";
import { TaskRun } from "../program/mod.ts";
import { isSamePerformed, type Performed, type WaitingLoop, waitingLoop } from "./waiting_loop.ts";
import { NondeterminismError, unaided } from "./ambient.ts";
import { Failure, type KnownAnswers, NO_RULES, NOTHING_KNOWN, Prompter, type TreeRules } from "./prompter.ts";
import { wholeText } from "./whole_text.ts";

/** How steps ended. */
export type TreeEnd =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: unknown };

/** A place in a tree: an operation that is asked for, or an end. */
export class TreeNode {
  /** What is asked for; undefined at an end. */
  readonly operation: Operation | undefined;
  /** How the steps ended, at an end. */
  readonly end: TreeEnd | undefined;
  /** The call whose steps the operation is one of. */
  readonly call: CallOperation | undefined;
  /**
   * Whether tasks may switch before the operation: it is a call, or reaches shared memory outside of calls, or reads the time,
   * or is inside a call and begins another change than the first (see {@linkcode Prompter.begins}).
   */
  readonly isPoint: boolean;
  /** How many releases are performed where their guards are disposed of: all up to the last that has failed on the way here. */
  readonly atOnce: number;
  /** The place before, with the answer that led here from there. */
  readonly parent: TreeNode | undefined;
  /** See `parent`. */
  readonly answer: Answer | Failure;
  /** The last answer that was asked about, with where it leads. */
  lastAnswer: Answer | Failure = undefined;
  /** See `lastAnswer`. */
  lastChild: TreeNode | undefined;
  /** Where each answer leads, by its key, once there are several. */
  children: Map<unknown, TreeNode> | undefined;
  /** A tree that says whether the call may begin: null where it always may, undefined where nobody has looked. */
  gate: AnswerTree | null | undefined;
  /** The loop that waits, of which a round begins here: null where none does, undefined where nobody has looked. */
  loop: WaitingLoop | null | undefined;
  /** See `Place` of `waiting_loop.ts`. */
  ending: { readonly period: number; readonly operations: number } | undefined;

  /** Made by {@linkcode AnswerTree}. */
  constructor(run: TaskRun<unknown>, prompter: Prompter, parent: TreeNode | undefined, answer: Answer | Failure) {
    const operation = detached(run.pending);
    const { outcome } = run;
    this.operation = operation;
    this.end = operation !== undefined
      ? undefined
      : outcome.kind === "threw"
      ? { kind: "threw", error: outcome.error }
      : { kind: "returned", value: outcome.kind === "returned" ? outcome.value : undefined };
    this.call = prompter.call;
    // What follows the end of a wait that polls belongs to it: whether that is over still holds then, or it is none.
    this.isPoint = operation !== undefined && !polls(parent?.operation) &&
      (polls(operation) ||
        (this.call === undefined ? prompter.switches(operation) : prompter.begins(operation)));
    this.atOnce = prompter.atOnce;
    this.parent = parent;
    this.answer = answer;
  }
}

/** From this size on a tree is dropped and grown again, so that memory stays bounded. */
const MOST_NODES = 20_000;

/** Steps, remembered: which operation they ask for after which answers. */
export class AnswerTree {
  /** Whether a plain operation on a word or on bytes has been asked for. */
  hasPlain = false;
  readonly #layout: Layout;
  readonly #make: (memory: Memory) => Steps<unknown>;
  readonly #rules: TreeRules;
  #root: TreeNode | undefined;
  #size = 0;
  #forgets = false;
  // The run that stands at #at, if any.
  #run: TaskRun<unknown> | undefined;
  #prompter: Prompter | undefined;
  #at: TreeNode | undefined;

  /** A tree of the steps that `make` makes; the memory is for guards, whose releases become steps. */
  constructor(layout: Layout, make: (memory: Memory) => Steps<unknown>, rules: TreeRules = NO_RULES) {
    this.#layout = layout;
    this.#make = make;
    this.#rules = rules;
  }

  /** Whether it is to be dropped at the next look at its root. */
  get isFull(): boolean {
    return this.#size >= MOST_NODES;
  }

  /** Drops it: it is grown again from its root, and no loops are looked for. */
  forget(): void {
    this.#root = this.#run = undefined;
    this.#forgets = true;
  }

  /** The first place. */
  get root(): TreeNode {
    if (this.#root !== undefined && !this.isFull) return this.#root;
    this.#size = 0;
    this.#root = this.#stepped(() => this.#node(...this.#begin(), { parent: undefined, answer: undefined }));
    return this.#root;
  }

  /** The place after an answer. */
  after(node: TreeNode, answer: Answer | Failure): TreeNode {
    const { lastChild } = node;
    if (lastChild !== undefined && Object.is(node.lastAnswer, answer)) return lastChild;
    const key = keyOf(answer);
    // Most places have one way on: a table is for the others.
    if (lastChild !== undefined) node.children ??= new Map([[keyOf(node.lastAnswer), lastChild]]);
    let child = node.children?.get(key);
    if (child === undefined) {
      child = this.#stepped(() => this.#extend(node, answer));
      node.children?.set(key, child);
    }
    node.lastAnswer = answer;
    node.lastChild = child;
    return child;
  }

  /** The loop that waits, of which a round begins at a place: one that goes on for `most` operations at least. */
  loopAt(node: TreeNode, most: number): WaitingLoop | undefined {
    if (this.#forgets) return undefined;
    return waitingLoop(node, { most, lasting: (round, most) => this.lasting(node, round, most) });
  }

  /** For how many operations, up to `most`, the steps go round and round from a place, answered as in a round. */
  lasting(node: TreeNode, round: readonly Performed[], most: number): number {
    return this.#stepped(() => this.#turns(node, round, most));
  }

  #turns(node: TreeNode, round: readonly Performed[], most: number): number {
    const [run, prompter] = this.#rerun(node);
    const reading = round.findLast(({ operation: { kind } }) => kind === "now");
    let time = Number(reading?.answer ?? 0);
    for (let count = 0; count < most; count++) {
      const { operation, answer } = round[count % round.length] ?? {};
      const { pending } = run;
      if (pending === undefined || !isSamePerformed(pending, operation)) return count;
      if (pending.kind === "sleep") time = Math.max(time, pending.until);
      prompter.answer = pending.kind === "now" ? time : answer as Answer;
      run.perform();
    }
    return most;
  }

  /** Lets the steps go on. */
  #stepped<T>(step: () => T): T {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return unaided(step);
    } catch (error) {
      this.#run = undefined;
      throw error;
    } finally {
      Error.stackTraceLimit = limit;
    }
  }

  #extend(node: TreeNode, answer: Answer | Failure): TreeNode {
    let run = this.#run;
    let prompter = this.#prompter;
    if (run === undefined || prompter === undefined || this.#at !== node) [run, prompter] = this.#rerun(node);
    prompter.answer = answer;
    run.perform();
    const { failed } = prompter;
    if (failed !== undefined) [run, prompter] = this.#rerun(node, { answer, atOnce: failed + 1 });
    return this.#node(run, prompter, { parent: node, answer });
  }

  /** Runs the steps again up to a place, or one answer beyond it. */
  #rerun(
    node: TreeNode,
    beyond?: { answer: Answer | Failure; atOnce: number },
  ): [TaskRun<unknown>, Prompter] {
    const path: TreeNode[] = [];
    for (let place: TreeNode | undefined = node; place !== undefined; place = place.parent) path.unshift(place);
    const answers = path.slice(1).map(({ answer }) => answer);
    if (beyond !== undefined) answers.push(beyond.answer);
    const [run, prompter] = this.#begin({ answers, atOnce: beyond?.atOnce ?? node.atOnce });
    for (;;) {
      const place = path[prompter.given];
      if (place === undefined) return [run, prompter];
      const asked = run.pending;
      const [is, was] = [wholeText(asked), wholeText(place.operation)];
      if (is !== was) {
        throw new NondeterminismError(
          `Cannot go on: after the same answers the task asks for ${is} and before for ${was}, the same is wanted`,
        );
      }
      if (prompter.given === answers.length) return [run, prompter];
      prompter.give();
      run.perform();
    }
  }

  #begin(known: KnownAnswers = NOTHING_KNOWN): [TaskRun<unknown>, Prompter] {
    const prompter = new Prompter(this.#layout, this.#rules, known);
    return [new TaskRun(prompter, { name: "", number: 0, steps: begun(this.#make, prompter) }), prompter];
  }

  #node(
    run: TaskRun<unknown>,
    prompter: Prompter,
    { parent, answer }: { parent: TreeNode | undefined; answer: Answer | Failure },
  ): TreeNode {
    const node = new TreeNode(run, prompter, parent, answer);
    this.#size++;
    this.#run = run;
    this.#prompter = prompter;
    this.#at = node;
    const { operation } = node;
    if (operation !== undefined) {
      if (isPlain(operation)) this.hasPlain = true;
      this.#rules.note(operation);
    }
    return node;
  }
}

/** An operation that shares no bytes with the steps, which use theirs again. */
function detached(operation: Operation | undefined): Operation | undefined {
  if (operation?.kind === "write") return { ...operation, bytes: operation.bytes.slice() };
  if (operation?.kind !== "read" || operation.into === undefined || operation.into.length < operation.length) {
    return operation;
  }
  const { kind, offset, length } = operation;
  return { kind, offset, length };
}

/** Makes the steps when they begin, so that what their making throws is thrown by them. */
function* begun(make: (memory: Memory) => Steps<unknown>, memory: Memory): Steps<unknown> {
  return yield* make(memory);
}

function polls(operation: Operation | undefined): boolean {
  return operation?.kind === "wait" && operation.polls === true;
}

function isPlain(operation: Operation): boolean {
  return "order" in operation ? operation.order === "plain" : operation.kind === "read" || operation.kind === "write";
}

/** What is equal exactly where two answers are. */
function keyOf(answer: Answer | Failure): unknown {
  if (Object.is(answer, -0)) return "number -0";
  if (answer instanceof Uint8Array) return `bytes ${answer.join()}`;
  if (answer instanceof Failure) return `failure ${answer.error}`;
  return answer;
}
