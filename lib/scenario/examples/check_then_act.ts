/**
 * Two people get one name: it is looked up before it is taken, and both look before either takes it.
 *
 * - They look once more afterwards, which helps where both have taken it by then: one must be through before the other is.
 * - `fixed` has the store take the name only where it is free.
 */

import type { World } from "../world.ts";

/** Two sign up. */
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

/** The same, where the store looks and acts in one step. */
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
