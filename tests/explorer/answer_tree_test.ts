import { assertEquals, assertThrows } from "@std/assert";
import { AnswerTree, Failure, NondeterminismError } from "../../lib/explorer/mod.ts";
import { call, Layout, load, ModelMemory, read, type Steps, store, write } from "../../lib/memory/mod.ts";

const layout = new Layout();
const word = layout.word("word");
const { offset } = layout.bytes("bytes", 8);

function tree(make: () => Steps<unknown>) {
  let begun = 0;
  const counted = function* (): Steps<unknown> {
    begun++;
    return yield* make();
  };
  return { tree: new AnswerTree(layout, counted), begun: () => begun };
}

Deno.test("AnswerTree.after() tells answers apart as a task does", () => {
  const { tree: answers, begun } = tree(() => load(word));
  for (let time = 0; time < 2; time++) {
    for (const answer of [0, -0, NaN, 1, 1n, undefined, "woken"] as const) {
      const { end } = answers.after(answers.root, answer);
      assertEquals(end?.kind === "returned" && Object.is(end.value, answer), true);
    }
  }
  assertEquals(begun(), 7);
});

Deno.test("AnswerTree.after() gives bytes to whoever reads them into an array of its own, and failures to who catches", () => {
  const { tree: bytes } = tree(function* () {
    const into = new Uint8Array(4);
    yield* read(offset, 2, { into });
    yield* load(word);
    return [...into];
  });
  for (const [first, second] of [[1, 2], [3, 4], [1, 2]] as const) {
    const node = bytes.after(bytes.root, Uint8Array.of(first, second));
    for (const answer of [0, 1]) {
      assertEquals(bytes.after(node, answer).end, { kind: "returned", value: [first, second, 0, 0] });
    }
  }
  const { tree: catcher } = tree(function* () {
    try {
      return yield* load(word);
    } catch (error) {
      return String(error);
    }
  });
  const failed = catcher.after(catcher.root, new Failure(new RangeError("no")));
  assertEquals(failed.end, { kind: "returned", value: "RangeError: no" });
});

Deno.test("AnswerTree marks where a call begins, what belongs to it, and what comes after it", () => {
  const body = function* (): Steps<void> {
    yield* store(word, 1);
  };
  const { tree: steps } = tree(function* () {
    yield* call({ kind: "call", object: "thing", method: "act", args: [] }, body());
    yield* load(word);
  });
  const marks: [string | undefined, string | undefined, boolean][] = [];
  for (let node = steps.root; node.end === undefined; node = steps.after(node, undefined)) {
    marks.push([node.operation?.kind, node.call?.method, node.isPoint]);
  }
  assertEquals(marks, [["call", undefined, true], ["store", "act", false], ["load", undefined, true]]);
});

Deno.test("AnswerTree.after() finds steps out that ask for other things under the same answers", () => {
  let draws = 0;
  const { tree: drawing } = tree(function* () {
    yield* store(word, draws++);
    return yield* load(word);
  });
  const second = drawing.after(drawing.root, undefined);
  drawing.after(second, 1);
  assertThrows(
    () => drawing.after(second, 2),
    NondeterminismError,
    "after the same answers the task asks for store i32 0 1 atomic and before for store i32 0 0 atomic",
  );
});

Deno.test("AnswerTree remembers what was written, and tells apart what was read, where a task uses its bytes again", () => {
  const memory = new ModelMemory(layout);
  const { tree: steps } = tree(function* () {
    const bytes = new Uint8Array(8);
    bytes[0] = yield* load(word);
    yield* write(offset, bytes);
    bytes[0] = 9;
    yield* write(offset, bytes);
    return [...yield* read(offset, 8, { into: bytes })];
  });
  for (const first of [1, 2, 1]) {
    let node = steps.after(steps.root, first);
    const written = node.operation?.kind === "write" ? node.operation.bytes[0] : undefined;
    assertEquals(written, first);
    for (const _write of [0, 1]) node = steps.after(node, undefined);
    for (const value of [first, 9]) {
      if (node.operation?.kind !== "read") throw new Error("a read is wanted");
      memory.perform({ kind: "write", offset, bytes: Uint8Array.of(value) });
      const { end } = steps.after(node, memory.perform(node.operation) as Uint8Array);
      assertEquals(end?.kind === "returned" && end.value, [value, 0, 0, 0, 0, 0, 0, 0]);
    }
  }
});
