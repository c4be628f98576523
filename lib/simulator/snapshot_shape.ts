/**
 * Checks the shape of a snapshot, whatever the system: it may have come from anywhere as text.
 *
 * - `snapshot.ts` checks the parts and the types of their values against the system. For a far side, only the shape is
 *   checked here; the far side checks the rest against its own system.
 */

import { describe } from "../diagram/mod.ts";
import type { SimulatorSnapshot } from "./snapshot.ts";

/** Throws if a value is not as it should be; `at` says where the value is. */
type Check = (value: unknown, at: string) => void;

/**
 * Checks that a value has the shape of a snapshot.
 *
 * @throws {TypeError} if it does not.
 */
export function checkSnapshot(saved: unknown): asserts saved is SimulatorSnapshot {
  snapshot(saved, "");
}

const flag = of((value) => typeof value === "boolean", "true or false");
const text = of((value) => typeof value === "string", "a text");
const time = of((value) => Number.isFinite(value), "a finite number");
const index = of((value) => Number.isSafeInteger(value) && (value as number) >= -1, "the number of a request");
const natural = of((value) => Number.isSafeInteger(value) && (value as number) >= 0, "a number from 0 up");
const values = each(() => {});
const end = orNull(fields({ by: text, message: text }));

const near = fields({
  released: index,
  ended: flag,
  arrived: list(fields({ k: index, outputs: list(() => {}), ended: end })),
  set: list(fields({ path: text, name: text, value: text })),
  far: (value, at) => snapshot(value, at),
});

const snapshot: Check = fields({
  t: time,
  time: list(of((value) => typeof value === "string" && /^-?\d+$/.test(value), "two integers")),
  pending: flag,
  unsettled: flag,
  ended: orNull(fields({ t: time, by: text, message: text, reason: text })),
  counters: fields({ steps: natural, initializations: natural, updates: natural, publishes: natural }),
  rows: natural,
  inputs: values,
  parts: each(fields({ is: text, state: values, parameters: values, shown: values })),
  chosen: values,
  delegated: each(near),
});

function of(isRight: (value: unknown) => boolean, wanted: string): Check {
  return (value, at) => {
    if (!isRight(value)) refuse(value, at, wanted);
  };
}

function orNull(check: Check): Check {
  return (value, at) => {
    if (value !== null) check(value, at);
  };
}

function list(check: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return refuse(value, at, "a list");
    value.forEach((item, index) => check(item, `${at}[${index}]`));
  };
}

/** A check of every value of an object. */
function each(check: Check): Check {
  return (value, at) => {
    for (const [key, item] of Object.entries(objectFrom(value, at))) check(item, joined(at, key));
  };
}

/** A check of these values of an object, which may have others. */
function fields(checks: Readonly<Record<string, Check>>): Check {
  return (value, at) => {
    const object = objectFrom(value, at);
    for (const [key, check] of Object.entries(checks)) {
      check(Object.hasOwn(object, key) ? object[key] : undefined, joined(at, key));
    }
  };
}

function objectFrom(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(value, at, "an object");
}

function joined(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}

function refuse(value: unknown, at: string, wanted: string): never {
  const what = at === "" ? "the snapshot" : `${at} of the snapshot`;
  throw new TypeError(`Cannot restore: ${what} is ${describe(value)}, ${wanted} is wanted`);
}
