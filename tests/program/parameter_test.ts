import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Parameter, settingsOf } from "../../lib/program/mod.ts";
import { runs } from "../contracts/soak.ts";

const parameters: Readonly<Record<string, Parameter>> = {
  count: { default: 3, min: 1, max: 8, description: "a whole number" },
  share: { default: 0.5, max: 1, fraction: true, description: "a number" },
  kind: { default: "one", choices: ["one", "other"], description: "a word" },
  path: { default: "a b", text: true, description: "a text" },
  loud: { default: false, description: "a switch" },
  samples: { default: 1, min: 1, description: "a whole number without an end" },
};

function valueOf(name: string, value: unknown): unknown {
  const program = { name: "p", variants: ["plain"], parameters };
  return settingsOf(program, { parameters: { [name]: value } }).parameters[name];
}

Deno.test("settingsOf() takes what each kind of parameter can be, and has the default where nothing is given", () => {
  for (const [name, parameter] of Object.entries(parameters)) assertEquals(valueOf(name, undefined), parameter.default);
  const good = { count: [1, 8], share: [0, 1, 0.25], kind: ["other"], path: ["", "/"], loud: [true] };
  for (const [name, values] of Object.entries(good)) {
    for (const value of values) assertEquals(valueOf(name, value), value);
  }
});

Deno.test("settingsOf() refuses what a parameter cannot be, and says what is wanted", () => {
  const bad: [string, readonly unknown[], string][] = [
    ["count", [0, 9, 1.5, "3", NaN], "a whole number from 1 to 8 is wanted"],
    ["share", [-0.1, 2, Infinity], "a number from 0 to 1 is wanted"],
    ["kind", ["third", 1, ""], "one of one, other is wanted"],
    ["path", [1, true, "a\0"], "a text without the character NUL is wanted"],
    ["loud", ["true", 1], "true or false is wanted"],
    ["samples", [0, 1.5, -Infinity, NaN], "a whole number of at least 1 is wanted"],
    ["samples", [2 ** 53, 1e16, Infinity], "a whole number from 1 to 2^53 - 1 is wanted"],
  ];
  for (const [name, values, wanted] of bad) {
    for (const value of values) assertThrows(() => valueOf(name, value), RangeError, wanted);
  }
});

Deno.test("A text parameter takes any text without NUL", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      if (text.includes("\0")) assertThrows(() => valueOf("path", text), RangeError, "NUL is wanted");
      else assertEquals(valueOf("path", text), text);
    }),
    { numRuns: runs(100), examples: [["\0"], [""]] },
  );
});
