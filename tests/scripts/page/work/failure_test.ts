import { assertEquals } from "@std/assert";
import { failureOf } from "../../../../scripts/page/work/failure.ts";

function refuse(): never {
  throw new Error("no");
}

Deno.test("failureOf() tells an error by its name, message and stack, and anything else as a text", () => {
  const error = new RangeError("too far");
  assertEquals(failureOf(error), { name: "RangeError", message: "too far", stack: error.stack ?? "" });
  assertEquals(failureOf(null).message, "null");
  assertEquals(failureOf(Symbol("x")).message, "Symbol(x)");
});

Deno.test("failureOf() gives bounded texts that can be cloned, whatever was thrown", () => {
  const liars = [
    { toString: refuse },
    Object.create(null),
    Object.defineProperty(new Error("x"), "message", { get: refuse }),
    Object.assign(new Error("x"), { message: () => 1, name: { toString: refuse } }),
    new Proxy({}, { getPrototypeOf: refuse, get: refuse }),
    new Error("x".repeat(1_000_000)),
  ];
  for (const liar of liars) {
    const told = failureOf(liar);
    assertEquals(structuredClone(told), told);
    for (const text of Object.values(told)) assertEquals([typeof text, text.length < 5000], ["string", true]);
  }
});
