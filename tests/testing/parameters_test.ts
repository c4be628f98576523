import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { faultOf, type Parameter } from "../../lib/program/mod.ts";
import { parameterValue } from "../../lib/testing/parameters.ts";
import { runs } from "../contracts/soak.ts";

const samples = (parameter: Parameter) => fc.sample(parameterValue(parameter, fc) as fc.Arbitrary<unknown>, runs(100));

Deno.test("parameterValue() gives values that the parameter can be", () => {
  const table: Parameter[] = [
    { default: 3, min: 2, description: "a whole number" },
    { default: 0, min: -5, max: 1, fraction: true, description: "a number" },
    { default: "one", choices: ["one", "other"], description: "a word" },
    { default: true, description: "a switch" },
  ];
  for (const parameter of table) {
    const values = samples(parameter);
    for (const value of values) assertEquals(faultOf(parameter, value), undefined);
    assert(new Set(values).size > 1);
  }
});

Deno.test("parameterValue() leaves a text as it is by default, since it may be a path", () => {
  assertEquals(new Set(samples({ default: "./lib", text: true, description: "a folder" })), new Set(["./lib"]));
});
