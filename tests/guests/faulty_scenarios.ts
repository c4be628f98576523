/**
 * Scenarios that ask for faults.
 *
 * @module
 */

import type { Faults, World } from "../../lib/scenario/mod.ts";

/** A charge that is tried again where it fails. Where the shop knows its key it does not charge twice. */
async function charge({ io, expect }: World, isKeyed: boolean): Promise<number> {
  const charged = new Set<string>();
  let total = 0;
  const pay = (key: string) => {
    if (isKeyed && charged.has(key)) return;
    charged.add(key);
    total += 10;
  };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await io("charge", () => pay("order 1"), { faults: { fails: () => new Error("connection reset") } });
      break;
    } catch {
      // Once more.
    }
  }
  expect(total === 10, "the customer is charged once");
  return total;
}

export async function charges(world: World): Promise<number> {
  return await charge(world, false);
}

export async function chargesByKey(world: World): Promise<number> {
  return await charge(world, true);
}

/** A bug of the order, though faults are asked for. */
export async function ordered({ io, faults, expect }: World): Promise<void> {
  faults({ fails: true });
  let last = "";
  const show = async (name: string) => {
    await io(name).catch(() => {});
    last = name;
  };
  await Promise.all([show("one"), show("two")]);
  expect(last === "two", "two is shown last");
}

/** How each of so many io ends, which have what is asked for as faults. */
export async function ends(
  { io, faults }: World,
  { asked, acts, answers }: { readonly asked: Faults; readonly acts: number; readonly answers: number },
): Promise<string[]> {
  faults(asked);
  let acted = 0;
  const end = async (answer: Promise<unknown>) => {
    const before = Date.now();
    const began = performance.now();
    const is = await answer.then(() => "answered", ({ name }: Error) => name);
    const jump = Date.now() - before - (performance.now() - began);
    return `${is} at ${performance.now()}${jump === 0 ? "" : `, ${jump}`}`;
  };
  const ended = await Promise.all([
    ...Array.from({ length: acts }, (_, place) => end(io(`act ${place}`, () => ++acted))),
    ...Array.from({ length: answers }, (_, place) => end(io(`answer ${place}`))),
  ]);
  return [...ended.sort(), `acted ${acted}`];
}

/** A session that is looked at before a slow answer, and used behind it. */
export async function expires({ io, faults, expect }: World, isCheckedAgain: boolean): Promise<string> {
  faults({ late: 5000 });
  const until = Date.now() + 1000;
  await io("renewed");
  if (Date.now() > until) return "over";
  await io("profile");
  if (isCheckedAgain && Date.now() > until) return "over";
  expect(Date.now() <= until, "the session is not over");
  return "shown";
}

/** A duration by the clock, which may jump. */
export async function measures({ io, faults, expect }: World, isSteady: boolean): Promise<void> {
  faults({ clock: -60_000 });
  const now = () => isSteady ? performance.now() : Date.now();
  const began = now();
  await io("work");
  expect(now() >= began, "time does not go back");
}

export async function fetching({ serve, faults }: World): Promise<string> {
  faults({ fails: true, aborts: true });
  serve(() => "body");
  try {
    return await (await fetch("https://example.com/")).text();
  } catch (error) {
    return error instanceof TypeError || error instanceof DOMException ? error.name : "something else";
  }
}

export async function wrong({ faults }: World, asked: Faults): Promise<void> {
  await undefined;
  faults(asked);
}
