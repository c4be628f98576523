import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BETTER, RandomWalk, type Scheduler, type Slices, teamsOf } from "../../lib/explorer/mod.ts";
import type { Performed } from "../../lib/scenario/live.ts";
import { type ScenarioPart, ScenarioSearch, type ScenarioShare } from "../../lib/scenario/search.ts";
import { runs } from "../contracts/soak.ts";
import { preemptionsOf, runAlong, type Tree } from "../explorer/tree.ts";

/** A tree of choices, and what its paths come to: 0 means never. */
interface World {
  readonly depth: number;
  readonly ways: number;
  readonly outcomes: number;
  readonly comes: "assertion" | "leak";
  readonly seldom: number;
  readonly long: number;
  readonly notes: number;
}

function mixed(path: readonly number[]): number {
  let mark = 7;
  for (const pick of path) {
    mark = Math.imul(mark ^ (pick + 1), 0x9e3779b1);
    mark = Math.imul(mark ^ (mark >>> 15), 0x85ebca6b);
    mark ^= mark >>> 13;
  }
  return mark >>> 0;
}

/** Runs along the tree in place of a scenario's, and tells those that it has performed. */
class Paths {
  readonly ran: { readonly run: Performed; readonly isRandom: boolean }[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  // deno-lint-ignore require-yield
  *perform(schedulers: readonly Scheduler[]): Generator<void, readonly Performed[]> {
    const { depth, ways, outcomes, comes, seldom, long, notes } = this.#world;
    const waysAt: Tree = (taken) => taken.length < depth ? 1 + mixed([...taken, 3]) % ways : 0;
    return schedulers.map((scheduler) => {
      const path = runAlong(scheduler, waysAt);
      const mark = mixed(path);
      const is = (of: number) => of > 0 && mark % of === 1;
      const outcome = outcomes > 0 ? mark % outcomes : path.join();
      const run: Performed = {
        kind: is(long) ? "too-long" : "complete",
        judged: {
          outcome,
          text: String(outcome),
          finding: is(seldom) ? { kind: comes, message: path.join() } : undefined,
        },
        departures: path.flatMap((pick, step) => pick > 0 ? [{ step, task: pick, choice: 0 }] : []),
        preemptions: preemptionsOf(path),
        faults: [],
        steps: path.length,
        fingerprint: mark,
        trace: [],
        printed: [],
        assumptions: is(notes) ? [path.join()] : [],
        callsExpect: is(notes),
      };
      this.ran.push({ run, isRandom: scheduler instanceof RandomWalk });
      return run;
    });
  }
}

const settings = { name: "paths", timersFree: false, goal: { ignore: [] }, seed: 5 };

async function driven<T>(slices: Slices<T>): Promise<T> {
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
    await value.until;
  }
}

const strategies = fc.constantFrom("portfolio", "depth-first", "bounded", "random", "pct");
const limits = fc.record({ budget: fc.integer({ min: 1, max: 6000 }), keepGoing: fc.boolean() });
const worlds: fc.Arbitrary<World> = fc.record({
  depth: fc.integer({ min: 6, max: 9 }),
  ways: fc.constantFrom(3, 4, 4, 5),
  outcomes: fc.constantFrom(0, 40, 700),
  comes: fc.constantFrom("assertion", "leak"),
  seldom: fc.constantFrom(0, 500, 1500, 2500, 4000),
  long: fc.constantFrom(0, 0, 90, 700),
  notes: fc.constantFrom(0, 2000),
});

Deno.test("a search counts what it has run, each path once, and ends where it may", async () => {
  await fc.assert(
    fc.asyncProperty(worlds, strategies, limits, async (world, strategy, { budget, keepGoing }) => {
      const paths = new Paths(world);
      const search = new ScenarioSearch(paths, settings);
      const ended = await driven(search.go(teamsOf(strategy, settings.seed), { budget, keepGoing }));
      const { tally } = search;
      const { schedules, found, foundAt, cuts, outcomes } = tally;
      assert(schedules <= budget);
      const isTree = strategy === "depth-first" || strategy === "bounded";
      if (isTree && world.outcomes === 0) assertEquals(outcomes.distinct, schedules);
      const isStrong = found?.kind === "assertion";
      if (!keepGoing && isStrong) return assertEquals([ended, schedules], ["found", foundAt]);
      if (!keepGoing && found !== undefined) {
        assertEquals(ended, "found");
        assert(schedules <= foundAt + BETTER);
        if (!isTree && world.long === 0 && strategy !== "portfolio") {
          assertEquals(schedules, Math.min(budget, foundAt + BETTER));
        }
        return;
      }
      if (ended === "spent") assert(schedules === budget || cuts >= 10 * budget, `${schedules} of ${budget}, ${cuts}`);
      assertEquals(tally.tooLong, paths.ran.filter(({ run }) => run.kind === "too-long").length);
      assertEquals(tally.callsExpect, paths.ran.some(({ run }) => run.callsExpect));
      const notes = new Set(paths.ran.flatMap(({ run }) => run.assumptions));
      assertEquals(tally.assumptions, [...notes].sort());
      // Those drawn at random tell how likely another outcome is.
      const drawn = paths.ran.filter(({ run, isRandom }) => isRandom && run.kind === "complete");
      const counts = Map.groupBy(drawn, ({ run }) => run.judged.text);
      const singles = [...counts.values()].filter(({ length }) => length === 1).length;
      if (drawn.length === 0) assertEquals(outcomes.unseen, undefined);
      else assertAlmostEquals(outcomes.unseen ?? -1, singles / drawn.length);
      if (search.covered === undefined || ended === "exhausted") return;
      // What is covered is whole: nothing with as few preemptions is left.
      const all = new Paths(world);
      const whole = new ScenarioSearch(all, settings);
      await driven(whole.go(teamsOf("depth-first", 0), { budget: 1e6, keepGoing: true }));
      const within = (paths: Paths) => {
        const covered = search.covered ?? -1;
        return new Set(
          paths.ran.filter(({ run }) => run.preemptions <= covered).map(({ run }) => JSON.stringify(run.departures)),
        ).size;
      };
      assertEquals(within(paths), within(all));
    }),
    { numRuns: runs(100), unbiased: true },
  );
});

Deno.test("a search on workers comes to what it comes to without, whoever is fast or gives a share back", async () => {
  const shape = fc.record({ strategy: strategies, seed: fc.nat(), giveBack: fc.constantFrom(0, 3, 5) });
  await fc.assert(
    fc.asyncProperty(worlds, shape, limits, async (world, { strategy, seed, giveBack }, limits) => {
      const alone = new ScenarioSearch(new Paths(world), settings);
      const ended = await driven(alone.go(teamsOf(strategy, settings.seed), limits));
      let asked = seed;
      const perform = async (share: ScenarioShare): Promise<ScenarioPart | undefined> => {
        const mark = mixed([++asked]);
        for (let turn = mark % 7; turn > 0; turn--) await null;
        if (giveBack > 0 && mark % giveBack === 0) return undefined;
        const far = new ScenarioSearch(new Paths(world), settings);
        return structuredClone(await driven(far.share(structuredClone(share))));
      };
      const split = new ScenarioSearch(new Paths(world), settings);
      const workers = { areThere: () => mixed([asked]) % 3 > 0, perform };
      assertEquals(await driven(split.go(teamsOf(strategy, settings.seed), limits, workers)), ended);
      const { outcomes: _, ...told } = split.tally.told;
      const { outcomes: __, ...without } = alone.tally.told;
      assertEquals([told, split.covered], [without, alone.covered]);
      const { distinct, whole, unseen } = split.tally.outcomes;
      const { outcomes } = alone.tally;
      assertEquals([distinct, whole, unseen], [outcomes.distinct, outcomes.whole, outcomes.unseen]);
    }),
    { numRuns: runs(60), unbiased: true },
  );
});
