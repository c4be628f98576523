import { assertEquals } from "@std/assert";
import { formatTally, readTally } from "../../scripts/checks/tally.ts";

Deno.test("readTally() reads the last summary, with steps, colors and ignored tests", () => {
  const cases: [string, string][] = [
    ["ok | 123 passed | 0 failed (4s)\n", "123 passed, 0 failed"],
    ["\nFAILED | 3 passed (2 steps) | 1 failed (1 step) | 4 ignored (9ms)\n", "3 passed, 1 failed"],
    ["\x1b[0m\x1b[32mok\x1b[0m | 2 passed | 0 failed \x1b[0m(5ms)\x1b[0m\n", "2 passed, 0 failed"],
    ["ok | 9 passed | 0 failed (1s)\n\nok | 2 passed | 0 failed | 5 filtered out (5ms)\n", "2 passed, 0 failed"],
  ];
  for (const [text, tally] of cases) assertEquals(formatTally(readTally(text) ?? { passed: -1, failed: -1 }), tally);
});

Deno.test("readTally() counts the tests that were left out", () => {
  const ended = "ok | 3 passed (2 steps) | 0 failed | 4 ignored (9ms)\n";
  assertEquals([ended, "ok | 1 passed | 0 failed (1ms)\n"].map((text) => readTally(text)?.ignored), [4, 0]);
});

Deno.test("readTally() finds nothing where no test ran", () => {
  assertEquals(readTally("error: Type checking failed.\n"), undefined);
});
