import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host } from "../../lib/host/mod.ts";
import { bank } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { checkEverywhere, randomEnds, randomRun, SHORT } from "./schedules.ts";

const amount = fc.integer({ min: 1, max: 2000 });
const pause = { parameters: { pause: 0 } };

Deno.test("bank: outcomes are declared in every mode, and equal under the lock", async () => {
  await using host = new Host();
  await checkEverywhere(host, bank, { pause: SHORT, balance: fc.nat(2000), first: amount, second: amount });
});

Deno.test("bank: without a lock 1,200 can be paid out of 1,000", () => {
  assertEquals(randomEnds(bank, 300, pause), [
    `{"balance":300,"paid":[0,700]}`,
    `{"balance":300,"paid":[500,700]}`,
    `{"balance":500,"paid":[500,0]}`,
    `{"balance":500,"paid":[500,700]}`,
  ]);
});

Deno.test("bank: under the lock exactly one is refused, and what is left matches the other", () => {
  assertEquals(randomEnds(bank, 300, { ...pause, variant: "locked" }), [
    `{"balance":300,"paid":[0,700]}`,
    `{"balance":500,"paid":[500,0]}`,
  ]);
});

Deno.test("bank: under the lock never more is paid than there is, under random schedules", () => {
  fc.assert(
    fc.property(fc.nat(2000), amount, amount, SHORT, fc.nat(), (balance, first, second, pause, schedule) => {
      const parameters = { balance, first, second, pause };
      const end = randomRun(bank, schedule, { variant: "locked", parameters });
      assert(end.kind === "outcome");
      const { balance: left, paid } = end.outcome as { balance: number; paid: [number, number] };
      assertEquals(left, balance - paid[0] - paid[1]);
      assert(left >= 0);
      // Who is refused asked for more than was left.
      assert(paid[0] === first || first > balance - paid[1]);
      assert(paid[1] === second || second > balance - paid[0]);
    }),
    { numRuns: runs(200) },
  );
});
