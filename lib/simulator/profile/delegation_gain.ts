/**
 * An estimate of what delegating the systems of a run would gain, from the time that each of them takes.
 *
 * - A parallel run takes at least as long as each of three things: the slowest delegated system, since its requests run
 *   one after another; the inline work, including messages (Amdahl's law); and all work, spread over the cores.
 * - Systems are delegated in order of their work, as long as that reduces the largest of the three.
 * - The gain is the best case. Systems can run in parallel only because replies are one period late.
 */

/** The work of a system. */
export interface Work {
  readonly path: string;
  /** Real seconds that it works. */
  readonly seconds: number;
  /** How many events it had, each of which would be a request. */
  readonly events: number;
}

/** An estimate of what delegating the systems of a run would gain. */
export interface DelegationGain {
  /** The paths of the systems to delegate, the busiest first. */
  readonly delegate: readonly string[];
  /** How many times as fast the run then is, at best, compared with one system after another. */
  readonly factor: number;
  /** What limits the factor. */
  readonly limit: "cores" | "slowest" | "inline";
  /** The busiest of the delegated systems; "" if there are none. */
  readonly slowest: string;
  /** The factor on any number of cores. */
  readonly withoutEnd: number;
  /** The number of cores that the factor assumes. */
  readonly cores: number;
  /** The assumed cost of a request for the simulator, in seconds. */
  readonly messageSec: number;
}

/** The approximate cost of a request for the simulator, in seconds. */
const MESSAGE = 30e-6;

/** Estimates what delegating the systems of a run would gain; the simulator's own work stays inline. */
export function gainOf(
  systems: readonly Work[],
  { simulator, cores, messageSec = MESSAGE }: {
    readonly simulator: number;
    readonly cores: number;
    readonly messageSec?: number;
  },
): DelegationGain {
  const ordered = systems.toSorted((one, other) => other.seconds - one.seconds);
  const work = ordered.reduce((sum, { seconds }) => sum + seconds, simulator);
  const [slowest] = ordered;
  const best = (cores: number) => {
    let [inline, total] = [work, work];
    let found = { count: 0, time: work, limit: "inline" as DelegationGain["limit"] };
    for (const [index, { seconds, events }] of ordered.entries()) {
      const messages = events * messageSec;
      inline += messages - seconds;
      total += messages;
      const [spread, longest] = [total / cores, slowest?.seconds ?? 0];
      const time = Math.max(inline, longest, spread);
      // Sums may differ by rounding.
      const least = time * (1 - 1e-9);
      if (least >= found.time * (1 - 2e-9)) continue;
      found = { count: index + 1, time, limit: spread >= least ? "cores" : longest >= least ? "slowest" : "inline" };
    }
    return found;
  };
  const [here, anywhere] = [best(cores), best(Infinity)];
  const factor = (time: number) => time === 0 ? 1 : work / time;
  return {
    delegate: ordered.slice(0, here.count).map(({ path }) => path),
    factor: factor(here.time),
    limit: here.limit,
    slowest: here.count === 0 ? "" : slowest?.path ?? "",
    withoutEnd: factor(anywhere.time),
    cores,
    messageSec,
  };
}
