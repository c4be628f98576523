import { assertEquals } from "@std/assert";
import { testFaults } from "../../scripts/checks/tests.ts";

const files = {
  "lib/sync/lock.ts": "",
  "lib/sync/mod.ts": 'export { Lock } from "./lock.ts";\n',
  "scripts/sim.ts": "",
  "tests/contracts/lock_contract.ts": 'import { Lock } from "../../lib/sync/mod.ts";\n',
};

function faultsWith(more: Readonly<Record<string, string>>): string[] {
  const used = { "tests/contracts/all_test.ts": 'import "./lock_contract.ts";\n' };
  return testFaults(new Map(Object.entries({ ...files, ...used, ...more })));
}

Deno.test("testFaults() admits tests that import what they are named for, itself, by a mod.ts or a suite, and laws", () => {
  for (const from of ["../../lib/sync/lock.ts", "../../lib/sync/mod.ts", "../contracts/lock_contract.ts"]) {
    assertEquals(faultsWith({ "tests/sync/lock_test.ts": `import { Lock } from "${from}";\n` }), []);
  }
  assertEquals(faultsWith({ "tests/sync/fairness_test.ts": "", "tests/e2e/run_test.ts": "" }), []);
  assertEquals(faultsWith({ "tests/scripts/sim_test.ts": 'import "../../scripts/sim.ts";\n' }), []);
});

Deno.test("testFaults() refuses a test of something else than its name says, a folder of nothing, and what no test names", () => {
  assertEquals(faultsWith({ "tests/sync/lock_test.ts": 'import "../../scripts/sim.ts";\n' }), [
    "Cannot keep tests/sync/lock_test.ts: it does not import lib/sync/lock.ts, that or a name of another thing is wanted",
  ]);
  assertEquals(faultsWith({ "tests/synch/lock_test.ts": "" }), [
    "Cannot keep tests/synch/lock_test.ts: lib/synch is not a folder, one that exists or one of " +
    "arbitraries, checks, contracts, e2e, explorer/oracle, guests is wanted",
  ]);
  assertEquals(faultsWith({ "tests/contracts/queue_contract.ts": "" }), [
    "Cannot keep tests/contracts/queue_contract.ts: nothing names it, a test that does is wanted",
  ]);
});
