import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Replay } from "../../../../../scripts/page/app/film/replay.ts";
import { runs } from "../../../../contracts/soak.ts";

Deno.test("Replay.at() gives what all events up to a time make of the first state, wherever states are kept", () => {
  const times = fc.array(fc.nat(50), { maxLength: 60 }).map((list) => list.toSorted((one, other) => one - other));
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 20 }), fc.integer({ min: -1, max: 51 }), (times, every, time) => {
      const events = times.map((at, place) => ({ at, place }));
      const apply = (state: readonly number[], { place }: { readonly place: number }) => [...state, place];
      const replay = new Replay<readonly number[], { at: number; place: number }>(events, { first: [], apply, every });
      assertEquals(replay.at(time), events.filter(({ at }) => at <= time).map(({ place }) => place));
    }),
    { numRuns: runs(300) },
  );
});
