/**
 * What delegating the systems of a run gains, by the time that each of them takes.
 *
 * - Side by side a run takes at least as long as each of three things: the slowest delegated system, since its requests
 *   follow each other; what stays inline, with the messages (Amdahl's law); and all work, spread over the cores.
 * - Systems are delegated from the busiest on, as long as that makes the greatest of the three smaller.
 * - It is an estimate at best: that replies are one period late is what lets them run side by side.
 */

/** What is known of a system. */
export interface Work {
  readonly path: string;
  /** Real seconds that it works. */
  readonly seconds: number;
  /** Its events, each of which would be a request. */
  readonly events: number;
}

/** What delegating the systems of a run gains. */
export interface DelegationGain {
  /** The systems to delegate, the busiest first. */
  readonly delegate: readonly string[];
  /** How many times as fast the run is then at best, beside one system after another. */
  readonly factor: number;
  /** What keeps it from being faster. */
  readonly limit: "cores" | "slowest" | "inline";
  /** The busiest of the delegated systems; "" where there is none. */
  readonly slowest: string;
  /** The same factor on any number of cores. */
  readonly withoutEnd: number;
  /** The cores that the factor counts on. */
  readonly cores: number;
  /** What a request is taken to cost the simulator, in seconds. */
  readonly messageSec: number;
}

/** What a request costs the simulator, about, in seconds. */
const MESSAGE = 30e-6;

/** What delegating the systems of a run gains; the simulator's own work stays inline. */
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
      // Sums differ by their rounding.
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
