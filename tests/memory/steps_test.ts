import { assertEquals, assertThrows } from "@std/assert";
import { call, INLINE, isInlineCall, Layout, ModelMemory, type Operation, runBlocking } from "../../lib/memory/mod.ts";
import { InlineCall } from "../../lib/memory/operation.ts";

/** An answer as another copy of the library makes it: it shares nothing with this one but the symbol. */
class OtherCopy {
  readonly [INLINE] = true;
  readonly told: unknown[] = [];
  give(value: unknown): void {
    this.told.push(value);
  }
  end(): void {
    this.told.push("ended");
  }
}

function answering(answer: unknown): ModelMemory {
  return new class extends ModelMemory {
    override begin(operation: Operation, task: number) {
      return operation.kind === "call" ? answer as InlineCall : super.begin(operation, task);
    }
  }(new Layout());
}

const operation = { kind: "call", object: "thing", method: "act", args: [] } as const;

for (const [name, make] of [["this copy", () => new InlineCall()], ["another copy", () => new OtherCopy()]] as const) {
  Deno.test(`call() runs its body for an inline call of ${name} of the library, and tells what it came to`, () => {
    for (const isInside of [false, true]) {
      const answer = make();
      assertEquals(isInlineCall(answer), true);
      // deno-lint-ignore require-yield
      const steps = call(
        operation,
        function* () {
          return 7;
        }(),
      );
      const around = function* () {
        return yield* steps;
      };
      assertEquals(runBlocking(answering(answer), isInside ? around() : steps), 7);
      if (answer instanceof OtherCopy) assertEquals(answer.told, [7, "ended"]);
      else assertEquals([answer.gave, answer.value, answer.ended], [true, 7, true]);
    }
  });

  Deno.test(`call() tells an inline call of ${name} that its body has ended, though it threw`, () => {
    const answer = make();
    // deno-lint-ignore require-yield
    const steps = call(
      operation,
      function* () {
        throw new RangeError("none");
      }(),
    );
    assertThrows(() => runBlocking(answering(answer), steps), RangeError, "none");
    if (answer instanceof OtherCopy) assertEquals(answer.told, ["ended"]);
    else assertEquals([answer.gave, answer.ended], [false, true]);
  });
}
