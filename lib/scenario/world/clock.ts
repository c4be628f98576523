/**
 * The clocks of the world: `Date`, `performance` and `Temporal.Now` show its time, which passes only as timers come. Inside
 * the realm.
 *
 * - A clock that jumps is that of `Date` and `Temporal.Now`; `performance` and timers measure what passes.
 */

import type { Outside } from "./outside.ts";

/** When a run begins: the first of January 2025, in milliseconds since the epoch. */
export const EPOCH = 1_735_689_600_000;

interface Instants {
  readonly Instant: { fromEpochMilliseconds(milliseconds: number): { toZonedDateTimeISO(zone: string): Zoned } };
}

interface Zoned {
  toPlainDateTime(): unknown;
  toPlainDate(): unknown;
  toPlainTime(): unknown;
}

const ZONE = "UTC";

/** The clocks of one outside, as globals. */
export function clocks(outside: Outside): Readonly<Record<string, unknown>> {
  const now = () => EPOCH + outside.now + outside.jumped;
  class WorldDate extends Date {
    constructor(...args: readonly [] | ConstructorParameters<typeof Date>) {
      super(...(args.length === 0 ? [now()] : args) as readonly [number]);
    }

    static override now(): number {
      return now();
    }
  }
  const callable = function (this: unknown, ...args: readonly []): unknown {
    if (new.target === undefined) return new WorldDate().toString();
    return Reflect.construct(WorldDate, args, new.target === callable ? WorldDate : new.target);
  };
  Object.defineProperty(callable, "name", { value: "Date" });
  Object.defineProperty(callable, "prototype", { value: Date.prototype });
  const { UTC, parse } = Date;
  Object.assign(callable, { UTC, parse, now });
  const temporal: unknown = Reflect.get(globalThis, "Temporal");
  return {
    Date: callable,
    performance: {
      now: () => outside.now,
      timeOrigin: EPOCH,
      mark: (name: string) => ({ name, entryType: "mark", startTime: outside.now, duration: 0 }),
      measure: (name: string) => ({ name, entryType: "measure", startTime: outside.now, duration: 0 }),
      clearMarks() {},
      clearMeasures() {},
      getEntries: () => [],
      getEntriesByName: () => [],
      getEntriesByType: () => [],
      toJSON: () => ({ timeOrigin: EPOCH }),
    },
    ...temporal === undefined ? {} : { Temporal: shifted(temporal as Instants & object, now) },
  };
}

/** `Temporal` with another present. */
function shifted(temporal: Instants & object, now: () => number): unknown {
  const instant = () => temporal.Instant.fromEpochMilliseconds(now());
  const zoned = (zone = ZONE) => instant().toZonedDateTimeISO(zone);
  return Object.create(temporal, {
    Now: {
      value: {
        instant,
        timeZoneId: () => ZONE,
        zonedDateTimeISO: zoned,
        plainDateTimeISO: (zone?: string) => zoned(zone).toPlainDateTime(),
        plainDateISO: (zone?: string) => zoned(zone).toPlainDate(),
        plainTimeISO: (zone?: string) => zoned(zone).toPlainTime(),
      },
    },
  });
}
