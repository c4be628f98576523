/**
 * Ordinary code with the bugs that everybody writes: calls that should come one after the other, and a field that shows what
 * was found for its text. And scenarios of it.
 *
 * @module
 */

import type { World } from "../../lib/scenario/mod.ts";

/** What asks the outside. */
export type Ask = (text: string) => Promise<string>;

/** Calls a function once at a time. Its bug: two that wait for the same call start together. */
export function oneByOne(ask: Ask): Ask {
  let last: Promise<unknown> | undefined;
  return async (text) => {
    if (last !== undefined) await last;
    const asked = ask(text);
    last = asked;
    return await asked;
  };
}

/** Calls a function once at a time. */
export function oneByOneIndeed(ask: Ask): Ask {
  let last: Promise<unknown> = Promise.resolve();
  return (text) => {
    const asked = last.then(() => ask(text));
    last = asked.catch(() => {});
    return asked;
  };
}

/** A field that shows what was found for its text. Its bug: it shows whatever comes last. */
export class Field {
  shown = "";
  protected text = "";
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Somebody types. */
  async type(text: string): Promise<void> {
    this.text = text;
    this.show(text, await this.#ask(text));
  }

  protected show(_text: string, found: string): void {
    this.shown = found;
  }
}

/** A field that shows what was found for its text. */
export class FieldIndeed extends Field {
  protected override show(text: string, found: string): void {
    if (text === this.text) this.shown = found;
  }
}

/** What is typed. */
const TYPED = ["h", "ho", "hol"];

/** How many calls are under way at most, where three are made one by one. */
export async function calls(ask: Ask, make: (ask: Ask) => Ask): Promise<number> {
  let [now, most] = [0, 0];
  const call = make(async (text) => {
    most = Math.max(most, ++now);
    const found = await ask(text);
    now--;
    return found;
  });
  await Promise.all(TYPED.map(call));
  return most;
}

/** What a field shows in the end. */
export async function typing(ask: Ask, Made: typeof Field): Promise<string> {
  const field = new Made(ask);
  await Promise.all(TYPED.map((text) => field.type(text)));
  return field.shown;
}

const asking = ({ io }: World): Ask => (text) => io(`find ${text}`, () => `found ${text}`);

export async function queue(world: World): Promise<void> {
  world.expect(await calls(asking(world), oneByOne) === 1, "one call at a time");
}

export async function queueIndeed(world: World): Promise<void> {
  world.expect(await calls(asking(world), oneByOneIndeed) === 1, "one call at a time");
}

export async function autocomplete(world: World): Promise<void> {
  world.expect(await typing(asking(world), Field) === "found hol", "the last text counts");
}

export async function autocompleteIndeed(world: World): Promise<void> {
  world.expect(await typing(asking(world), FieldIndeed) === "found hol", "the last text counts");
}
