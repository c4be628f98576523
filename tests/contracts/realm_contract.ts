/**
 * What every mode must do: one suite, run over each of them, and over those that callers write.
 *
 * - The parts are files of their own: what crosses, how guests end, and what guests are used for.
 *
 * @module
 */

import type { GuestCode, Mode } from "../../lib/mode/mod.ts";
import { within } from "./deadline.ts";
import { notedCode } from "./realm_code.ts";

/** A mode under test. */
export interface RealmSubject {
  /** Makes it with the code of its guests. */
  readonly create: (code: GuestCode) => Mode;
  /** Whether its guests are realms of their own, which can die and stay warm. */
  readonly elsewhere: boolean;
}

/** Registers a test of a part for one mode, with a mode of its own. */
export type RealmTest = (criterion: string, body: (mode: Mode) => Promise<void>) => void;

/** The registration of a subject's tests; what is left of guests at their end is killed, where that can be done. */
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
