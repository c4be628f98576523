import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LoggingError, StateError } from "../../lib/errors.ts";
import { LogBook, type LogLine, type LogOrder, type NumberedLine } from "../../lib/logging/mod.ts";
import { runs } from "../contracts/soak.ts";

function lineOf(lane: string, sequence: number): LogLine {
  return { lane, level: "info", category: [], message: `${lane}${sequence}`, properties: {} };
}

/** How many lines each lane has, and an arrival of them: the lane of each next line, or of its end. */
interface Flow {
  readonly lengths: readonly number[];
  readonly arrivals: readonly (readonly number[])[];
}

const order = fc.constantFrom<LogOrder>("turns", "lanes");
const flow: fc.Arbitrary<Flow> = fc.array(fc.nat(5), { maxLength: 5 }).chain((lengths) => {
  const steps = lengths.flatMap((length, lane) => Array<number>(length + 1).fill(lane));
  const arrival = fc.shuffledSubarray(steps, { minLength: steps.length });
  return fc.record({ lengths: fc.constant(lengths), arrivals: fc.tuple(arrival, arrival) });
});

/** What is expected, said in another way than the book does it. */
function expected(lengths: readonly number[], order: LogOrder): string[] {
  const places = lengths.flatMap((length, lane) => Array.from({ length }, (_, sequence) => ({ lane, sequence })));
  if (order === "turns") places.sort((one, other) => one.sequence - other.sequence || one.lane - other.lane);
  return places.map(({ lane, sequence }) => `lane${lane}-${sequence}`);
}

/** Lets lines arrive and gives what is written, after each step. */
function written({ lengths }: Flow, order: LogOrder, arrival: readonly number[]): string[][] {
  const merged: string[] = [];
  const lanes = lengths.map((_, lane) => `lane${lane}-`);
  const book = new LogBook({ lanes, order, onLine: ({ message }) => void merged.push(message) });
  const come = lengths.map(() => 0);
  return arrival.map((lane) => {
    const sequence = come[lane]!++;
    if (sequence < lengths[lane]!) book.add(lineOf(`lane${lane}-`, sequence));
    else book.end(`lane${lane}-`);
    return [...merged];
  });
}

Deno.test("LogBook writes the same lines in the same order, however they arrive: none is lost or written twice", () => {
  fc.assert(
    fc.property(flow, order, (flow, order) => {
      for (const arrival of flow.arrivals) {
        const steps = written(flow, order, arrival);
        assertEquals(steps.at(-1) ?? [], expected(flow.lengths, order));
      }
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("LogBook writes a prefix at each step, as far as is certain", () => {
  fc.assert(
    fc.property(flow, order, (flow, order) => {
      const { lengths, arrivals: [arrival = []] } = flow;
      const whole = expected(lengths, order);
      const come = lengths.map(() => 0);
      for (const [step, merged] of written(flow, order, arrival).entries()) {
        come[arrival[step]!]!++;
        assertEquals(merged, whole.slice(0, merged.length));
        // The next line has not come, or a lane before it may still have one.
        const [, lane = "", sequence = ""] = /^lane(\d+)-(\d+)$/.exec(whole[merged.length] ?? "") ?? [];
        if (lane === "") continue;
        const lacks = (other: number) => come[other]! <= lengths[other]!;
        const before = order === "lanes"
          ? lengths.slice(0, Number(lane)).some((_, other) => lacks(other))
          : lengths.some((_, other) =>
            lacks(other) && come[other]! <= Number(sequence) - (other < Number(lane) ? 0 : 1)
          );
        assert(come[Number(lane)]! <= Number(sequence) || before, `${lane}-${sequence} could be written: ${merged}`);
      }
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("LogBook with the order lanes takes lanes later, at the end; with turns only before the first line", () => {
  const merged: string[] = [];
  const onLine = ({ message }: LogLine) => void merged.push(message);
  const calls = new LogBook({ order: "lanes", onLine });
  calls.open("a");
  calls.add(lineOf("a", 0));
  calls.open("b");
  calls.add(lineOf("b", 0));
  assertEquals(merged, ["a0"]);
  calls.end("a");
  assertEquals(merged, ["a0", "b0"]);
  calls.end("b");
  calls.open("c");
  calls.add(lineOf("c", 0));
  assertEquals(merged, ["a0", "b0", "c0"]);

  const turns = new LogBook({ onLine });
  turns.open("a");
  turns.open("b");
  turns.add(lineOf("b", 0));
  assertThrows(() => turns.open("c"), StateError, "Cannot log as c: others have begun");
});

Deno.test("LogBook refuses a name that is taken, an unknown order, a lane that is not open", () => {
  const onLine = () => {};
  assertThrows(() => new LogBook({ lanes: ["a"] }), LoggingError, "the lines go nowhere, a folder or onLine is wanted");
  assertThrows(() => new LogBook({ settings: { times: 1 as never }, onLine }), LoggingError, "times is 1");
  assertThrows(() => new LogBook({ lanes: ["a", "a"], onLine }), LoggingError, "Cannot log as a: the name is taken");
  assertThrows(() => new LogBook({ order: "random" as LogOrder, onLine }), LoggingError, "its order is random");
  const book = new LogBook({ lanes: ["a"], onLine });
  book.end("a");
  assertThrows(() => book.open("a"), LoggingError, "the name is taken, one that is free is wanted");
  assertThrows(() => book.add(lineOf("b", 0)), RangeError, "Cannot log as b: there is no such lane");
  assertThrows(() => book.end("b"), RangeError, "Cannot log as b: there is no such lane");
});

Deno.test("LogBook numbers the lines of a lane as they come, and refuses one after the end", () => {
  const merged: string[] = [];
  const onLine = ({ sequence, message }: NumberedLine) => void merged.push(`${sequence} ${message}`);
  const book = new LogBook({ lanes: ["a", "b"], order: "lanes", onLine });
  for (const lane of ["b", "a", "b", "a"]) book.add(lineOf(lane, 7));
  book.end("a");
  book.end("a");
  assertThrows(() => book.add(lineOf("a", 1)), StateError, "Cannot log as a: it has ended");
  assertEquals(merged, ["0 a7", "1 a7", "0 b7", "1 b7"]);
});

Deno.test("LogBook goes on where its listener throws, and throws the first of that once, when it is disposed", () => {
  for (const order of ["turns", "lanes"] as const) {
    const merged: string[] = [];
    const onLine = ({ message }: LogLine) => {
      merged.push(message);
      if (message !== "a0") throw message === "b0" ? "full" : new RangeError("later");
    };
    const book = new LogBook({ lanes: ["a", "b"], order, onLine });
    for (const [lane, sequence] of [["b", 0], ["b", 1], ["a", 0], ["b", 2]] as const) book.add(lineOf(lane, sequence));
    assertThrows(() => book[Symbol.dispose](), TypeError, "Cannot log: full was thrown");
    assertEquals(merged, ["a0", "b0", "b1", "b2"]);
    book[Symbol.dispose]();
  }
});

Deno.test("LogBook: disposing merges what has come; doing so twice is harmless", () => {
  const merged: string[] = [];
  const book = new LogBook({ lanes: ["a", "b"], onLine: ({ message }) => void merged.push(message) });
  book.add(lineOf("b", 0));
  book.add(lineOf("b", 1));
  book[Symbol.dispose]();
  book[Symbol.dispose]();
  assertEquals(merged, ["b0", "b1"]);
});
