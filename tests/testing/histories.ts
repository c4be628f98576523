/**
 * Histories for the tests of linearizability: written by hand, made of sequential runs, judged by a search of all orders.
 *
 * @module
 */

import fc from "fast-check";
import type { HistoryCall, SequentialSpecification } from "../../lib/testing/mod.ts";
import { precedes } from "../../lib/testing/history.ts";

const arities: Readonly<Record<string, number>> = {
  put: 1,
  tryPut: 1,
  store: 1,
  add: 1,
  exchange: 1,
  compareExchange: 2,
};

/** The calls of `task method arguments begin [end] [= result | ! error]`, one after each semicolon. */
export function history(object: string, text: string): HistoryCall[] {
  return text.split(";").map((line) => {
    const [call = "", result] = line.split("=").map((part) => part.trim());
    const [left = "", error] = call.split("!").map((part) => part.trim());
    const [task = "", method = "", ...words] = left.split(/\s+/);
    const arity = arities[method] ?? Math.max(0, words.length - 2);
    const args = words.slice(0, arity).map(valueOf);
    const [begin, end] = words.slice(arity).map(Number);
    return {
      task,
      object,
      method,
      args,
      begin: begin!,
      ...(end === undefined ? {} : { end }),
      ...(result === undefined ? {} : { result: valueOf(result) }),
      ...(error === undefined ? {} : { error }),
    };
  });
}

function valueOf(word: string): unknown {
  const known: Record<string, unknown> = { true: true, false: false, undefined: undefined };
  if (word in known) return known[word];
  return Number.isNaN(Number(word)) ? word : Number(word);
}

/** A call and how it ended, before it has a place in time. */
type Done = Omit<HistoryCall, "begin" | "end">;

/** Runs of random calls one after another, on `object`, with outcomes that the specification allows. */
export function sequentialRun(
  make: () => SequentialSpecification,
  methods: readonly string[],
  { tasks, length, distinct = false, shortest = 0 }: {
    tasks: number;
    length: number;
    distinct?: boolean;
    shortest?: number;
  },
): fc.Arbitrary<Done[]> {
  const request = fc.record({
    task: fc.nat(tasks - 1),
    method: fc.constantFrom(...methods),
    args: fc.tuple(fc.nat(2), fc.nat(2)),
    choice: fc.nat(5),
  });
  return fc.array(request, { minLength: shortest, maxLength: length, size: "max" }).map((requests) => {
    const specification = make();
    let state = specification.initial;
    const inside: unknown[] = [];
    const run: Done[] = [];
    for (const { task, method, args: [one, other], choice } of requests) {
      const put = method === "put" || method === "tryPut";
      const args = method === "compareExchange" ? [one, other] : [put && distinct ? run.length : one];
      const call = { task, object: "object", method, args: /^(get|tryGet|size|load|locked)$/.test(method) ? [] : args };
      const outcomes = [
        ...[undefined, true, false, -2, -1, 0, 1, 2, 3, 4].map((result) => ({ result })),
        ...(distinct ? inside.map((result) => ({ result })) : []),
        ...["QueueFullError", "QueueEmptyError", "RangeError"].map((error) => ({ error })),
      ].flatMap((outcome) => {
        const done: Done = { ...call, ...outcome };
        return specification.step(state, { ...done, begin: 0, end: 1 }).map((next) => ({ done, next }));
      });
      const taken = outcomes[choice % Math.max(1, outcomes.length)];
      if (taken === undefined) continue;
      state = taken.next;
      run.push(taken.done);
      if (put) inside.push(args[0]);
      else if (inside.includes(taken.done.result)) inside.splice(inside.indexOf(taken.done.result), 1);
    }
    return run;
  });
}

/**
 * The run as a concurrent history: each call keeps its instant, and begins and ends as far from it as the draws say and
 * the other calls of its task allow. Some last calls of tasks stay pending.
 */
export function overlapped(run: readonly Done[], draws: Iterator<number>): HistoryCall[] {
  const draw = () => (draws.next().value ?? 0) as number;
  const freeFrom = new Map<unknown, number>();
  const timed = run.map((done, instant) => {
    const from = freeFrom.get(done.task) ?? -5;
    const begin = instant - (instant - from) * (draw() + 0.5) / 10;
    const next = run.findIndex(({ task }, other) => other > instant && task === done.task);
    const pending = next < 0 && draw() < 5;
    const end = instant + ((next < 0 ? instant + 5 : next) - instant) * (draw() + 0.5) / 10;
    freeFrom.set(done.task, end);
    return { done, begin, end, pending };
  });
  return ticketed(timed);
}

/** Tiny histories of random overlaps, also within a task, whose outcomes are those of a sequential run. */
export function tangled(
  make: () => SequentialSpecification,
  methods: readonly string[],
  options: { tasks: number; length: number },
): fc.Arbitrary<HistoryCall[]> {
  const span = fc.record({ early: fc.integer({ min: -20, max: 30 }), width: fc.nat(12), pending: fc.nat(9) });
  return fc.tuple(
    sequentialRun(make, methods, { ...options, shortest: 4 }),
    fc.array(span, { minLength: 6, maxLength: 6 }),
  )
    .map(([run, spans]) =>
      ticketed(run.map((done, index) => {
        const { early, width, pending } = spans[index]!;
        const begin = 10 * index - early;
        return { done, begin, end: begin + width + 0.5, pending: pending === 0 };
      }))
    );
}

/** Times become tickets, 1, 2, 3, ...; a pending call has no outcome. */
function ticketed(
  timed: readonly { done: Done; begin: number; end: number; pending: boolean }[],
): HistoryCall[] {
  const tickets = new Map<string, number>();
  timed.flatMap(({ begin, end }, index) => [{ at: begin, name: `b${index}` }, { at: end, name: `e${index}` }])
    .sort((one, other) => one.at - other.at)
    .forEach(({ name }, ticket) => tickets.set(name, ticket + 1));
  return timed.map(({ done, pending }, index) => {
    const begin = tickets.get(`b${index}`)!;
    const { task, object, method, args } = done;
    return pending ? { task, object, method, args, begin } : { ...done, begin, end: tickets.get(`e${index}`)! };
  });
}

/** Whether some order of the calls is legal: tries them all. */
export function hasLegalOrder(calls: readonly HistoryCall[], specification: SequentialSpecification): boolean {
  const search = (left: readonly HistoryCall[], state: unknown): boolean =>
    left.every(({ end }) => end === undefined) ||
    left.some((call) =>
      !left.some((other) => precedes(other, call)) &&
      specification.step(state, call).some((next) => search(left.filter((other) => other !== call), next))
    );
  return search(calls, specification.initial);
}

/** Whether an order respects real time and, for each object, its specification. */
export function isLegal(
  order: readonly HistoryCall[],
  specifications: Readonly<Record<string, SequentialSpecification>>,
): boolean {
  const states = new Map<string, readonly unknown[]>();
  return order.every((call, position) => {
    const specification = specifications[call.object]!;
    const before = states.get(call.object) ?? [specification.initial];
    const after = before.flatMap((state) => specification.step(state, call));
    const unlike = new Map(after.map((state) => [specification.key?.(state) ?? JSON.stringify(state), state]));
    states.set(call.object, [...unlike.values()]);
    return after.length > 0 && !order.slice(position + 1).some((later) => precedes(later, call));
  });
}
