/**
 * The clocks of the world: `Date`, `performance` and `Temporal.Now` show its time, which passes only when timers fire.
 * Inside the realm.
 *
 * - Only the clock of `Date` and `Temporal.Now` can jump; `performance` and timers measure elapsed time.
 */

import { DOMException } from "./events.ts";
import type { Outside } from "./outside.ts";

/** The time at which a run begins: January 1, 2025, in milliseconds since the epoch. */
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
  Object.defineProperty(callable, "length", { value: Date.length });
  Object.defineProperty(WorldDate.prototype, "constructor", { value: callable, configurable: true, writable: true });
  Object.defineProperty(callable, "prototype", { value: Date.prototype });
  const { UTC, parse } = Date;
  Object.assign(callable, { UTC, parse, now });
  const temporal: unknown = Reflect.get(globalThis, "Temporal");
  return {
    Date: callable,
    performance: {
      now: () => outside.now,
      timeOrigin: EPOCH,
      ...entries(outside),
      toJSON: () => ({ timeOrigin: EPOCH }),
    },
    ...temporal === undefined ? {} : { Temporal: shifted(temporal as Instants & object, now) },
  };
}

/** A mark or a measure of `performance`. */
interface Entry {
  readonly name: string;
  readonly entryType: "mark" | "measure";
  readonly startTime: number;
  readonly duration: number;
  readonly detail: unknown;
}

/** Options of a mark or a measure. */
interface EntrySettings {
  readonly detail?: unknown;
  readonly start?: string | number;
  readonly startTime?: number;
  readonly end?: string | number;
}

/** The marks and measures of a run. */
function entries(outside: Outside): object {
  let all: Entry[] = [];
  outside.resets.push(() => {
    if (all.length > 0) all = [];
  });
  const add = (entry: Entry) => {
    all.push(entry);
    return entry;
  };
  const at = (mark: string | number | undefined, otherwise: number) => {
    if (typeof mark === "number") return mark;
    if (mark === undefined) return otherwise;
    const found = all.findLast(({ name, entryType }) => entryType === "mark" && name === mark);
    if (found === undefined) throw new DOMException(`Cannot find mark: "${mark}"`, "SyntaxError");
    return found.startTime;
  };
  const clear = (type: Entry["entryType"]) => (only?: string) => {
    all = all.filter(({ name, entryType }) => entryType !== type || only !== undefined && name !== only);
  };
  const sorted = (which: (entry: Entry) => boolean) => {
    return all.filter(which).sort((one, other) => one.startTime - other.startTime);
  };
  return {
    mark(name: string, { detail = null, startTime = outside.now }: EntrySettings = {}) {
      return add({ name: String(name), entryType: "mark", startTime, duration: 0, detail });
    },
    measure(name: string, from?: string | EntrySettings, to?: string) {
      const { start, end = to, detail = null } = typeof from === "object"
        ? from
        : from === undefined
        ? {}
        : { start: from };
      const startTime = at(start, 0);
      return add({
        name: String(name),
        entryType: "measure",
        startTime,
        duration: at(end, outside.now) - startTime,
        detail,
      });
    },
    clearMarks: clear("mark"),
    clearMeasures: clear("measure"),
    getEntries: () => sorted(() => true),
    getEntriesByName: (name: string, type?: string) => {
      return sorted((entry) => entry.name === name && (type === undefined || entry.entryType === type));
    },
    getEntriesByType: (type: string) => sorted(({ entryType }) => entryType === type),
  };
}

/** `Temporal` with another current time. */
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
