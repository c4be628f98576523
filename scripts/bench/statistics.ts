/**
 * Medians and ratios of figures that are measured in turn, so that a machine whose speed drifts does not favor one.
 */

/** A repeatable measurement, which resolves with its figure. */
export type Measure = () => Promise<number>;

/** The results of the rounds for one subject. */
export interface Figure {
  /** What was measured. */
  readonly name: string;
  readonly least: number;
  readonly median: number;
  readonly most: number;
  /** The median, over the rounds, of this figure divided by that of the first subject. */
  readonly ratio: number;
}

/** A table of figures in one unit. */
export interface Table {
  readonly title: string;
  /** The unit of the figures. */
  readonly unit: string;
  /** The rows; ratios are to the first. */
  readonly figures: readonly Figure[];
}

/** Milliseconds that something takes. */
export async function took(act: () => unknown): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Measures all subjects once per round, after `warmups` rounds that do not count; ratios are to the first subject. */
export async function compare(
  subjects: Readonly<Record<string, Measure>>,
  options: { rounds: number; warmups?: number },
): Promise<Figure[]> {
  const { rounds, warmups = 1 } = options;
  const names = Object.keys(subjects);
  const taken = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = -warmups; round < rounds; round++) {
    for (const [name, measure] of Object.entries(subjects)) {
      const figure = await measure();
      // A display of progress gets a turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (round >= 0) taken.get(name)?.push(figure);
    }
  }
  const base = taken.get(names[0] ?? "") ?? [];
  return names.map((name) => {
    const values = taken.get(name) ?? [];
    return {
      name,
      least: Math.min(...values),
      median: median(values),
      most: Math.max(...values),
      ratio: median(values.map((value, index) => value / (base[index] ?? NaN))),
    };
  });
}
