/**
 * Programs among a module's exports, by their structure: a guest may hold two copies of the library, source and bundle.
 *
 * @module
 */

import type { Exports } from "../exports.ts";

/** What of a host program its structure tells. */
export interface MarkedProgram {
  /** Tells programs from other exports. */
  readonly isHoldfastProgram: true;
  /** What guests run. */
  readonly functions?: unknown;
}

/** What a module exports, and what it lists as `programs`: each once, in order. */
export function candidates(exports: Exports): readonly unknown[] {
  const { programs } = exports;
  const listed = typeof programs === "object" && programs !== null ? Object.values(programs) : [];
  return [...new Set([...Object.values(exports), ...listed])];
}

/** Whether a value is a host program. */
export function isHostProgram(value: unknown): value is MarkedProgram {
  return typeof value === "object" && value !== null && "isHoldfastProgram" in value &&
    value.isHoldfastProgram === true && "main" in value;
}
