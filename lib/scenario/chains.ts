/** The names of chains: completions that follow from one another share a letter in schedules and traces. */

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** The maximum number of chains that a schedule can name. */
export const MOST_CHAINS = 26 * 27;

/** The name of a chain: a to z, then aa, ab and so on. */
export function chainName(chain: number): string {
  const before = Math.floor(chain / LETTERS.length);
  return (before > 0 ? chainName(before - 1) : "") + (LETTERS[chain % LETTERS.length] ?? "");
}

/** The names of the first chains. */
export function chainNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, chain) => chainName(chain));
}
