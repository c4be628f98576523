import { assertEquals } from "@std/assert";
import { explore } from "../../lib/explorer/mod.ts";
import { channel } from "../../lib/mailbox/mod.ts";
import { defineProgram } from "../../lib/program/mod.ts";

Deno.test("explore() sees that the end of a task, which closes its channel, comes after what was done to the channel", () => {
  const program = defineProgram({
    name: "bound",
    claim: "What is bound to a task ends with it.",
    shared: () => ({ jobs: channel<number>() }),
    tasks: (_settings) => [
      {
        name: "feeder",
        *run({ jobs }) {
          yield* jobs.bind();
          yield* jobs.put(1);
          yield* jobs.put(2);
        },
      },
      ...["one", "other"].map((name) => ({
        name,
        *run({ jobs }: { jobs: import("../../lib/mailbox/mod.ts").Channel<number> }) {
          let taken = 0;
          while ((yield* jobs.next()) !== undefined) taken++;
          return taken;
        },
      })),
    ],
    *outcome(_shared, { results }) {
      return Number(results[1]) + Number(results[2]);
    },
    expected: () => [2],
  });
  const result = explore(program, { strategy: "portfolio", budget: 3000 });
  assertEquals([result.verdict === "bug" ? result.message : "", result.outcomes.map(({ outcome }) => outcome)], ["", [
    2,
  ]]);
});
