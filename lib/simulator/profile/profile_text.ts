/**
 * A profile as text: a table of the busiest systems, and what delegating them would gain.
 *
 * @example
 * ```ts
 * import { profileLines } from "./profile_text.ts";
 *
 * const gain = { delegate: [], factor: 1, limit: "inline", slowest: "", withoutEnd: 1, cores: 2, messageSec: 3e-5 } as const;
 * const lines = profileLines({ real: 1, paced: 0.75, waited: 0, simulator: 0.25, measuring: 0, systems: [], gain });
 * if (lines[1] !== "the simulator itself  inline   250 ms                     100%") throw new Error(lines[1]);
 * ```
 */

import type { Profile } from "./profile.ts";

/** How many systems are listed. */
const MOST = 20;
const ITSELF = "the simulator itself";
const UNITS: readonly (readonly [least: number, name: string])[] = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [0, "ns"]];

/** The lines of a profile's text: a table, then sentences. */
export function profileLines(profile: Profile): string[] {
  const { real, paced, waited, simulator, measuring, systems, gain } = profile;
  const work = systems.reduce((sum, { seconds }) => sum + seconds, simulator);
  const shown = systems.slice(0, MOST);
  const rest = systems.slice(MOST);
  const share = (seconds: number) => `${Math.round(work === 0 ? 0 : 100 * seconds / work)}%`;
  const row = (name: string, where: string, seconds: number, calls?: number) => [
    name,
    where,
    time(seconds),
    calls === undefined ? "" : String(calls),
    calls === undefined ? "" : time(seconds / calls),
    share(seconds),
  ];
  const sum = (of: (system: typeof systems[number]) => number) => rest.reduce((sum, system) => sum + of(system), 0);
  const table = [
    ["system", "where", "time", "calls", "a call", "share"],
    ...shown.map(({ path, where, seconds, calls }) => row(path, where, seconds, calls)),
    ...rest.length === 0
      ? []
      : [row(`${rest.length} more`, "", sum(({ seconds }) => seconds), sum(({ calls }) => calls))],
    row(ITSELF, "inline", simulator),
  ];
  const widths = [20, 6, 7, 7, 7, 5].map((least, column) => {
    return table.reduce((most, cells) => Math.max(most, [...cells[column] ?? ""].length), least);
  });
  return [
    ...table.map((cells) => {
      return cells.map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < 2 ? cell.padEnd(width) : cell.padStart(width);
      }).join("  ").trimEnd();
    }),
    `Real time: ${time(real)}` + [
      paced > 0 ? `, held back for the rate: ${time(paced)}` : "",
      waited > 0 ? `, waiting for replies: ${time(waited)}` : "",
      measuring > 0 ? `, measuring: about ${time(measuring)}` : "",
    ].join("") + ".",
    ...advice(gain),
  ];
}

function advice({ delegate, factor, limit, slowest, withoutEnd, cores, messageSec }: Profile["gain"]): string[] {
  const times = (factor: number) => `${factor.toFixed(factor < 10 ? 1 : 0)} times`;
  if (delegate.length === 0) {
    return [
      `Delegating gains nothing: a request takes about ${time(messageSec)}, no system works longer than its requests.`,
    ];
  }
  const names = delegate.slice(0, 3).join(", ") + (delegate.length > 3 ? ` and ${delegate.length - 3} more` : "");
  const reasons = {
    cores: `the ${cores} cores share all work`,
    slowest: `${slowest} alone takes that long`,
    inline: "what stays inline takes that long",
  };
  const most = withoutEnd > factor * 1.05 ? ` On any number of cores it is ${times(withoutEnd)}.` : "";
  return [
    `With ${names} delegated the run is at best ${times(factor)} as fast as one system after another: ` +
    `${reasons[limit]}.${most}`,
  ];
}

/** A time in seconds as text, with three digits and a unit. */
function time(seconds: number): string {
  if (seconds === 0) return "0 s";
  const [unit, name] = UNITS.find(([least]) => seconds >= least) ?? [0, "ns"];
  return `${Number((seconds / (unit || 1e-9)).toPrecision(3))} ${name}`;
}
