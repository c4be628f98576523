/**
 * Two people get the same name: each looks it up before taking it, and both look before either takes it.
 *
 * - They look again afterwards, which helps if both have taken it by then: the bug needs one to finish first.
 * - `fixed` has the store take the name only if it is free.
 */

import type { World } from "../world.ts";

/** Two people sign up. */
export default async function checkThenAct({ io, expect }: World): Promise<void> {
  const owners = new Map<string, string>();
  const signUp = async (person: string) => {
    const owner = await io("look up", () => owners.get("ada"));
    if (owner !== undefined) return false;
    await io("insert", () => {
      owners.set("ada", person);
    });
    return await io("look again", () => owners.get("ada")) === person;
  };
  const taken = await Promise.all([signUp("one"), signUp("other")]);
  expect(taken.filter((isMine) => isMine).length === 1, "only one of them gets the name");
}

/** The same, with a store that checks and inserts in one step. */
export async function fixed({ io, expect }: World): Promise<void> {
  const owners = new Map<string, string>();
  const signUp = async (person: string) => {
    return await io("insert if absent", () => {
      if (owners.has("ada")) return false;
      owners.set("ada", person);
      return true;
    });
  };
  const taken = await Promise.all([signUp("one"), signUp("other")]);
  expect(taken.filter((isMine) => isMine).length === 1, "only one of them gets the name");
}
