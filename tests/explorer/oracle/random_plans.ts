/**
 * Random small plans for fast-check: two tasks with up to three acts each, or three with up to two, on one or two things.
 *
 * @module
 */

import fc from "fast-check";
import { type Kind, kinds } from "./acts.ts";
import { ownActs, type Plan, type PlannedAct, type PlannedTask } from "./plans.ts";

/** What plans are made of. */
export interface RandomPlanOptions {
  /** Whether an act of a kind may occur; the kind is "own" for what tasks do by themselves. */
  readonly allows?: (kind: string, act: string) => boolean;
  /** Whether there may be daemons; true by default. */
  readonly daemons?: boolean;
  /** Whether acts may wait for a time or a cancel; true by default. */
  readonly times?: boolean;
}

/** Plans in which every kind and every act occurs. */
export function randomPlan(
  { allows = () => true, daemons = true, times = true }: RandomPlanOptions = {},
): fc.Arbitrary<Plan> {
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const thing = fc.oneof(...names.map((name) => {
    const { make, acts }: Kind = kinds[name];
    // What more can be done with comes more often.
    return {
      weight: Object.keys(acts).length,
      arbitrary: fc.nat({ max: make.length - 1 }).map((way) => [name, way] as const),
    };
  }));
  const things = fc.oneof({ weight: 3, arbitrary: fc.tuple(thing) }, { weight: 1, arbitrary: fc.tuple(thing, thing) });
  const own = ownActs.filter((act) => allows("own", act));
  return things.chain((things) => {
    const acts: fc.Arbitrary<PlannedAct>[] = things.flatMap(([name], thing) => {
      const kind: Kind = kinds[name];
      const names = Object.keys(kind.acts).filter((act) => allows(name, act));
      if (names.length === 0) return [];
      return fc.record({
        thing: fc.constant(thing),
        act: fc.constantFrom(...names),
        count: fc.integer({ min: 1, max: 2 }),
        ...times
          ? {
            timeout: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.constantFrom(0, 1)),
            cancel: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, fc.constant(true)),
          }
          : {},
      });
    });
    const alone = fc.record({ act: fc.constantFrom(...own), count: fc.integer({ min: 1, max: 2 }) });
    const act = fc.oneof({ weight: 1, arbitrary: alone }, ...acts.map((arbitrary) => ({ weight: 4, arbitrary })));
    const task = (maxLength: number): fc.Arbitrary<PlannedTask> =>
      fc.array(act, { minLength: 1, maxLength }).map((acts) => ({ acts }));
    const tasks: fc.Arbitrary<readonly PlannedTask[]> = fc.oneof(
      { weight: 3, arbitrary: fc.tuple(task(3), task(3)) },
      { weight: 1, arbitrary: fc.tuple(task(2), task(2), task(1)) },
    );
    const daemon = daemons
      ? fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true))
      : fc.constant(false);
    return fc.tuple(tasks, daemon).map(([tasks, daemon]): Plan => {
      const last = tasks.length - 1;
      return { things, tasks: tasks.map((task, index) => daemon && index === last ? { ...task, daemon } : task) };
    });
  });
}

/** Plans without what is disputed, and without the acts that `not` names, as `kind.name`. */
export function agreedPlan(not: readonly string[] = []): fc.Arbitrary<Plan> {
  return randomPlan({ allows: (kind, act) => !not.includes(`${kind}.${act}`) })
    // The end of a daemon is no end of what is bound to it.
    .filter(({ tasks }) => tasks.every(({ daemon, acts }) => !daemon || acts.every(({ act }) => act !== "bind")));
}
