import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ThingUse } from "../../../lib/host/program/use_recorder.ts";
import { Host, MODE_NAMES } from "../../../lib/host/mod.ts";
import { isProgram } from "../../../lib/program/mod.ts";
import { programs } from "../../../lib/programs/mod.ts";
import type { Span } from "../../../lib/simulator/mod.ts";
import { runs } from "../../contracts/soak.ts";
import { relay } from "../../guests/relay.ts";

for (const mode of MODE_NAMES) {
  Deno.test(`${mode} mode: uses tell what each task does with what, the values, and how the thing stands then`, async () => {
    await using host = new Host();
    const uses: ThingUse[] = [];
    const { ok } = await host.run(relay, { mode, watch: (use) => void uses.push(use) });
    assert(ok);
    const first = uses.filter(({ lane }) => lane === undefined);
    assertEquals(first.map(({ kind }) => kind), ["channel", "boundedSemaphore", "cell", "cells", "cells", "cells"]);
    assertEquals(first.map(({ thing, state }) => [thing, state["value"] ?? state["permits"] ?? state["size"]]), [
      ["letters", 0],
      ["permits", 2],
      ["count", 5],
      ["lengths[0]", 0],
      ["lengths[1]", 0],
      ["lengths[2]", 0],
    ]);
    const of = (lane: string, thing: string) => uses.filter((use) => use.lane === lane && use.thing === thing);
    assertEquals(of("sender", "letters").map(({ method, given }) => [method, ...given]), [
      ["put", "a"],
      ["put", "bb"],
      ["put", "ccc"],
      ["close"],
    ]);
    assertEquals(of("taker", "letters").flatMap(({ got }) => got), ["a", "bb", "ccc"]);
    assertEquals(of("taker", "permits").map(({ method, state }) => [method, state["permits"]]), [
      ["hold", 1],
      ["release", 2],
    ]);
    assertEquals(of("taker", "count").map(({ method, state }) => [method, state["value"]]), [
      ["add", 6],
      ["add", 7],
      ["add", 8],
    ]);
    assertEquals([0, 1, 2].map((place) => of("taker", `lengths[${place}]`).at(-1)?.state["value"]), [1, 2, 3]);
    for (const lane of ["sender", "taker"]) {
      const own = uses.filter((use) => use.lane === lane);
      assert(own.every(({ started, finished }) => started <= finished));
      assert(own.every(({ finished }, at) => at === 0 || (own[at - 1]?.finished ?? 0) <= finished), "in their order");
    }
  });
}

Deno.test("Who watches changes nothing: the same seed gives the same lanes and the same outcome", async () => {
  await using host = new Host();
  // The counter counts to more than is worth watching.
  const shared = programs.filter(isProgram).filter(({ name }) => name !== "counter");
  const run = async (place: number, seed: number, watch: ((use: ThingUse) => void) | undefined) => {
    const program = shared[place] ?? shared[0];
    assert(program !== undefined);
    const spans: Span[] = [];
    const variant = program.variants.at(-1);
    const { outcome } = await host.run(program, {
      mode: "direct",
      seed,
      variant,
      watch,
      observe: (span) => void spans.push(span),
    });
    return { spans, outcome };
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(shared.length - 1), fc.nat(99), async (place, seed) => {
      const uses: ThingUse[] = [];
      const watched = await run(place, seed, (use) => void uses.push(use));
      assertEquals(watched, await run(place, seed, undefined));
      assert(uses.length > 0);
    }),
    { numRuns: runs(20) },
  );
});
