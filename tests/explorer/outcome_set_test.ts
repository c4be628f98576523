import { assert, assertEquals } from "@std/assert";
import { explore, isRepeated } from "../../lib/explorer/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { type AnyProgram, isProgram } from "../../lib/program/mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { within } from "../contracts/deadline.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { runs } from "../contracts/soak.ts";
import { counter, opposite } from "../guests/programs.ts";

/** Parameters with which all classes of interleavings can be run, and real runs are short; by the program's name. */
const small: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "bank": { pause: 0.001 },
  "barrier": { tellers: 2, generations: 1 },
  "burst": { bursts: 1, burst: 1, maxsize: 1, pause: 0.001, work: 0.001 },
  "channel-leak": { n: 2, workers: 1, capacity: 1 },
  "condition": { customers: 1, pause: 0.001 },
  "counter": { tasks: 2, times: 1 },
  "deadlock": { pause: 0.001 },
  "event": { customers: 2, pause: 0.001 },
  "fib-channel": { n: 2, workers: 1, capacity: 1 },
  "lock": { pause: 0.001 },
  "producer-consumer-event": { messages: 1, work: 0.001, pause: 0.002 },
  "producer-consumer-lock": { messages: 2 },
  "producer-consumer-queue": { messages: 1, maxsize: 1, pause: 0.001 },
  "race": { pause: 0.001 },
  "rlock": { deposits: 2, pause: 0.001 },
  "semaphore": { tellers: 1, customers: 2, pause: 0.001 },
  "threads": { tasks: 2, pause: 0.001 },
  "use-after-close": { writes: 1, pause: 0.001, close: 0.001 },
};

const BUDGET = 3000;
const SECONDS = 20;

/** Those of a program's parameters that are set here. */
function parametersOf({ name, parameters }: AnyProgram): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(small[name] ?? {}).filter(([key]) => Object.hasOwn(parameters, key)));
}

// Without "dying": a task that fails an assertion is a bug to the explorer, which does not go on to recover from it.
const all = [...programs.filter(isProgram), counter, opposite].flatMap((program) => {
  return program.variants.map((variant) => ({ program, variant }));
});

/** Those that are run for real: each module takes its guests a while to load, so all of them only in a long test. */
const sample: readonly string[] = ["race", "deadlock", "producer-consumer-queue", "opposite"];
const isLong = runs(1) > 1;

Deno.test("what comes out of real threads and processes is what the explorer says can come out", async () => {
  await using host = new Host();
  const unknown: string[] = [];
  for (const { program, variant } of all) {
    if (!isLong && !sample.includes(program.name)) continue;
    const parameters = parametersOf(program);
    const result = explore(program, { variant, parameters, strategy: "dpor", budget: BUDGET, keepGoing: true });
    if (result.verdict === "bug" ? !result.exhausted : result.verdict !== "proved") {
      unknown.push(`${program.name} ${variant}`);
      continue;
    }
    for (const mode of ELSEWHERE) {
      for (let run = 0; run < runs(1); run++) {
        const { outcome } = await within(SECONDS, host.run(program, { mode, variant, parameters }));
        const isKnown = result.outcomes.some(({ outcome: known }) => isRepeated(known, outcome));
        const sets = result.outcomes.map(({ outcome }) => JSON.stringify(outcome)).join(" or ");
        assert(isKnown, `${program.name} ${variant} as ${mode}: ${JSON.stringify(outcome)} is not ${sets}`);
      }
    }
  }
  // Of few programs there are too many classes to run them all.
  assert(unknown.length <= all.length / 4, `not exhausted: ${unknown.join(", ")}`);
});

Deno.test("explore() finds every specimen of the programs, and nothing in the other variants", () => {
  for (const program of programs.filter(isProgram)) {
    for (const variant of program.variants) {
      const isSpecimen = program.specimens.includes(variant);
      // Specimens as they are; a proof needs few operations.
      const result = isSpecimen
        ? explore(program, { variant, budget: 1000 })
        : explore(program, { variant, parameters: parametersOf(program), strategy: "dpor", budget: runs(500) });
      const is = result.verdict === "bug" ? `${result.kind}: ${result.message}` : result.verdict;
      assertEquals([program.name, variant, result.verdict === "bug"], [program.name, variant, isSpecimen], is);
    }
  }
});
