import { assert, assertEquals } from "@std/assert";
import { Host, MODE_NAMES } from "../../../lib/host/mod.ts";
import type { Span } from "../../../lib/simulator/mod.ts";
import { lockProgram } from "../../../lib/programs/mod.ts";

for (const mode of MODE_NAMES) {
  Deno.test(`${mode} mode: spans tell which task holds a lock and since when, one after another`, async () => {
    await using host = new Host();
    const spans: Span[] = [];
    await host.run(lockProgram, {
      mode,
      parameters: { tasks: 2, pause: 0.01 },
      observe: (span) => void spans.push(span),
    });
    const held = spans.filter(({ holds }) => holds).toSorted((one, other) => one.started - other.started);
    assertEquals(held.map(({ name }) => name), ["guard", "guard"]);
    assertEquals(new Set(held.map(({ lane }) => lane)), new Set(["adder0", "adder1"]));
    for (const { lane, started, finished } of held) {
      const sleep = spans.find((span) => span.lane === lane && span.name === "sleep");
      assert(sleep !== undefined && started <= sleep.started && sleep.finished <= finished, `${lane} sleeps inside`);
    }
  });
}
