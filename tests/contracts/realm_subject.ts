/**
 * A mode under test, and how its tests are registered.
 *
 * @module
 */

import type { GuestCode, Mode } from "../../lib/mode/mod.ts";
import { within } from "./deadline.ts";
import { notedCode } from "./realm_code.ts";

/** A mode under test. */
export interface RealmSubject {
  /** Creates it with the code of its guests. */
  readonly create: (code: GuestCode) => Mode;
  /** Whether its guests have their own realms, so that they can die and stay warm. */
  readonly elsewhere: boolean;
}

/** Registers a test with its own instance of the mode. */
export type RealmTest = (criterion: string, body: (mode: Mode) => Promise<void>) => void;

/** Returns the registration of a subject's tests; guests left over at the end are killed if possible. */
export function realmTest(subject: RealmSubject): RealmTest {
  const { name } = subject.create(notedCode);
  return (criterion, body) => {
    Deno.test(`${name} mode ${criterion}`, async () => {
      const mode = subject.create(notedCode);
      try {
        await within(120, body(mode));
      } finally {
        mode.kill();
      }
    });
  };
}
