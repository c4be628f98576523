/**
 * Remembers steps: which operation they request after which answers.
 *
 * - Steps depend only on the answers that they have received. So they run once for each sequence of answers, and are
 *   remembered as a tree: a place is an operation, and each answer to it leads to another place.
 * - If an answer leads to no known place, the steps run again from the start with the answers that lead there, unless
 *   the last run is at that very place.
 * - Steps that request something else after the same answers (because they share an object or use chance), and those
 *   that use chance or a clock of the platform, are found: a {@linkcode NondeterminismError}.
 * - An error of a guard's release is thrown where the guard is disposed of, as when the release is performed at once:
 *   the steps run again from the start with that known.
 * - Errors created by steps have no stack, because the stack would depend on who runs the steps.
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

/** A place in a tree: a requested operation, or an end. */
export class TreeNode {
  /** The requested operation; undefined at an end. */
  readonly operation: Operation | undefined;
  /** How the steps ended, at an end. */
  readonly end: TreeEnd | undefined;
  /** The call that the operation belongs to, if any. */
  readonly call: CallOperation | undefined;
  /**
   * Whether tasks may switch before the operation: it is a call, accesses shared memory outside of calls, reads the
   * time, or begins a second change inside a call (see {@linkcode Prompter.begins}).
   */
  readonly isPoint: boolean;
  /**
   * How many releases are performed when their guards are disposed of: all up to the last one that failed on the way
   * here.
   */
  readonly atOnce: number;
  /** The previous place, from which `answer` led here. */
  readonly parent: TreeNode | undefined;
  /** See `parent`. */
  readonly answer: Answer | Failure;
  /** The last answer looked up, which leads to `lastChild`. */
  lastAnswer: Answer | Failure = undefined;
  /** See `lastAnswer`. */
  lastChild: TreeNode | undefined;
  /** The place after each answer, by the answer's key, once there are several. */
  children: Map<unknown, TreeNode> | undefined;
  /** The tree that determines whether the call may begin; null if it always may, undefined if not yet determined. */
  gate: AnswerTree | null | undefined;
  /** The waiting loop of which a round begins here; null if there is none, undefined if not yet determined. */
  loop: WaitingLoop | null | undefined;
  /** See `Place` of `waiting_loop.ts`. */
  ending: { readonly period: number; readonly operations: number } | undefined;

  /** Created by {@linkcode AnswerTree}. */
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
    // The operation after a polling wait belongs to the wait, whose condition still holds then.
    this.isPoint = operation !== undefined && !polls(parent?.operation) &&
      (polls(operation) ||
        (this.call === undefined ? prompter.switches(operation) : prompter.begins(operation)));
    this.atOnce = prompter.atOnce;
    this.parent = parent;
    this.answer = answer;
  }
}

/** At this size, a tree is dropped and grown again, so that memory stays bounded. */
const MOST_NODES = 20_000;

/** Remembers steps: which operation they request after which answers. */
export class AnswerTree {
  /** Whether a plain operation on a word or on bytes has been requested. */
  hasPlain = false;
  readonly #layout: Layout;
  readonly #make: (memory: Memory) => Steps<unknown>;
  readonly #rules: TreeRules;
  #root: TreeNode | undefined;
  #size = 0;
  #forgets = false;
  // The run that is at #at, if any.
  #run: TaskRun<unknown> | undefined;
  #prompter: Prompter | undefined;
  #at: TreeNode | undefined;

  /** Creates a tree of the steps that `make` creates; the memory is for guards, whose releases become steps. */
  constructor(layout: Layout, make: (memory: Memory) => Steps<unknown>, rules: TreeRules = NO_RULES) {
    this.#layout = layout;
    this.#make = make;
    this.#rules = rules;
  }

  /** Whether it will be dropped at the next access to its root. */
  get isFull(): boolean {
    return this.#size >= MOST_NODES;
  }

  /** Drops the tree: it grows again from its root, without looking for loops. */
  forget(): void {
    this.#root = this.#run = undefined;
    this.#forgets = true;
  }

  /** The first place of the steps. */
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
    // Most places have one successor; a table is for the others.
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

  /** The waiting loop of which a round begins at a place, if it lasts for at least `most` operations. */
  loopAt(node: TreeNode, most: number): WaitingLoop | undefined {
    if (this.#forgets) return undefined;
    return waitingLoop(node, { most, lasting: (round, most) => this.lasting(node, round, most) });
  }

  /** For how many operations, up to `most`, the steps keep looping from a place, with the answers of a round. */
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

  /** Runs steps without chance, clocks or stack traces. */
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

  /** Runs the steps again up to a place, or one answer further. */
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

/** A copy of an operation that shares no bytes with the steps, which reuse theirs. */
function detached(operation: Operation | undefined): Operation | undefined {
  if (operation?.kind === "write") return { ...operation, bytes: operation.bytes.slice() };
  if (operation?.kind !== "read" || operation.into === undefined || operation.into.length < operation.length) {
    return operation;
  }
  const { kind, offset, length } = operation;
  return { kind, offset, length };
}

/** Creates the steps when they begin, so that an error in creating them is thrown by them. */
function* begun(make: (memory: Memory) => Steps<unknown>, memory: Memory): Steps<unknown> {
  return yield* make(memory);
}

function polls(operation: Operation | undefined): boolean {
  return operation?.kind === "wait" && operation.polls === true;
}

function isPlain(operation: Operation): boolean {
  return "order" in operation ? operation.order === "plain" : operation.kind === "read" || operation.kind === "write";
}

/** A key that is equal exactly if two answers are. */
function keyOf(answer: Answer | Failure): unknown {
  if (Object.is(answer, -0)) return "number -0";
  if (answer instanceof Uint8Array) return `bytes ${answer.join()}`;
  if (answer instanceof Failure) return `failure ${answer.error}`;
  return answer;
}
