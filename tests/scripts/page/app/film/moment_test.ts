import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, type ThingUse } from "../../../../../lib/host/mod.ts";
import { isFailed, isProgram, settingsOf } from "../../../../../lib/program/mod.ts";
import { programs } from "../../../../../lib/programs/mod.ts";
import type { Span } from "../../../../../lib/simulator/mod.ts";
import { type Film, filmOf } from "../../../../../scripts/page/app/film/film.ts";
import { afterEvent, firstMoment, momentsOf, waitsFor } from "../../../../../scripts/page/app/film/moment.ts";
import { runs } from "../../../../contracts/soak.ts";

// The counter counts to more than is worth watching.
const shared = programs.filter(isProgram).filter(({ name }) => name !== "counter");

async function filmed(host: Host, place: number, seed: number): Promise<Film> {
  const program = shared[place % shared.length];
  assert(program !== undefined);
  const spans: Span[] = [];
  const uses: ThingUse[] = [];
  const variant = program.variants[place % program.variants.length];
  const names = program.tasks(settingsOf(program, { variant, seed })).map(({ name }) => name);
  const { outcome } = await host.run(program, {
    mode: "direct",
    seed,
    variant,
    observe: (span) => void spans.push(span),
    watch: (use) => void uses.push(use),
  });
  const failed = isFailed(outcome) ? outcome.failed : [];
  const deadlocked = failed.filter(({ error }) => error === "DeadlockError").map(({ task }) => task);
  return filmOf({ names, spans, uses, deadlocked });
}

function ofFilms(law: (film: Film) => void, numRuns: number): Promise<void> {
  const host = new Host();
  return fc.assert(
    fc.asyncProperty(fc.nat(199), fc.nat(99), async (place, seed) => law(await filmed(host, place, seed))),
    { numRuns },
  ).finally(() => host[Symbol.asyncDispose]());
}

Deno.test("momentsOf() gives at any time what the events up to it come to, from the start", async () => {
  await ofFilms((film) => {
    const moments = momentsOf(film, { every: 16 });
    for (const part of [0, 0.2, 0.5, 0.77, 1]) {
      const time = part * film.length;
      const events = film.events.filter(({ at }) => at <= time);
      assertEquals(moments.at(time), events.reduce(afterEvent, firstMoment(film)));
    }
  }, runs(25));
});

Deno.test("filmOf(): the spans of a lane never overlap, and nothing lies outside of the film", async () => {
  await ofFilms(({ lanes, events, length }) => {
    for (const { spans } of lanes) {
      for (const [index, { started, finished }] of spans.entries()) {
        assert(started < finished && started >= (spans[index - 1]?.finished ?? 0));
      }
    }
    assert(events.every(({ at }, index) => at >= (events[index - 1]?.at ?? 0) && at <= length));
  }, runs(25));
});

Deno.test("afterEvent(): a queue or a channel holds as many items as it says, and those that it has granted", async () => {
  let looks = 0;
  await ofFilms((film) => {
    let moment = firstMoment(film);
    for (const event of film.events) {
      moment = afterEvent(moment, event);
      if (event.kind !== "use" || event.use.failed || event.use.state["size"] === undefined) continue;
      const thing = moment.things.find(({ name }) => name === event.use.thing);
      if (thing === undefined) continue;
      looks++;
      // What was granted to one who waits to take counts no more, though it is still there.
      const granted = thing.items.length - Number(event.use.state["size"]);
      const text =
        `${event.use.lane} ${thing.name}.${event.use.method}: ${granted} of ${thing.items.length} are granted`;
      assert(granted >= 0 && granted <= thing.waiters.length, text);
    }
  }, runs(40));
  assert(looks > 50);
});

Deno.test("waitsFor() names who holds what a task waits for", async () => {
  await using host = new Host();
  const place = shared.findIndex(({ name }) => name === "lock");
  const film = await filmed(host, place, 0);
  const moments = momentsOf(film);
  const wait = film.lanes[1]?.spans.find(({ name }) => name === "guard.acquire");
  assert(wait !== undefined);
  const moment = moments.at((wait.started + wait.finished) / 2);
  const task = moment.tasks[1];
  assert(task !== undefined);
  assertEquals([task.doing, task.thing, waitsFor(moment, task)], ["waiting", "guard", ["adder0"]]);
  assertEquals(moment.things.find(({ name }) => name === "guard")?.waiters, ["adder1"]);
});
