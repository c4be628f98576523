/**
 * The values that go from task to task through channels and queues, each from when it is offered to when it is gone.
 *
 * - A value that a task has taken and offers again is the same item further on its way: so it can be followed with the eyes.
 * - A taker gets the first value of that text that is there, in the order of the offers.
 */

import type { ThingUse } from "../../../../lib/host/program/use_recorder.ts";

/** A value in a thing, or on its way there. */
export interface FilmItem {
  /** The same for one value all the way. */
  readonly id: number;
  readonly text: string;
  readonly thing: string;
  /** Who put it there. */
  readonly from: string;
  /** When it was offered: its putter may have had to wait. */
  readonly offered: number;
  /** When it was in; `Infinity` where it never was. */
  readonly entered: number;
  /** When it was taken, or taken back; `Infinity` where it stays. */
  readonly left: number;
  /** Who took it; absent where nobody did. */
  readonly taker?: string;
}

/** Ways in and ways out. */
const PUTS: ReadonlySet<string> = new Set(["put", "tryPut", "putAll"]);
const TAKES: ReadonlySet<string> = new Set(["take", "tryTake", "takeUpTo", "get", "tryGet", "next"]);

/** An item that may still change. */
type Open = { -readonly [K in keyof FilmItem]: FilmItem[K] } & { readonly stays: boolean };

/** The items of uses, which are in the order of their ends. */
export function itemsOf(uses: readonly ThingUse[]): readonly FilmItem[] {
  const puts = uses.filter(({ method }) => PUTS.has(method)).toSorted((one, other) => one.started - other.started);
  let id = 0;
  const all = puts.flatMap(({ lane = "", thing, given, got, failed, started, finished }): Open[] => {
    const isIn = !failed && got[0] !== "false";
    return given.map((text) => {
      const end = isIn ? { entered: finished, left: Infinity } : { entered: Infinity, left: finished };
      return { id: ++id, text, thing, from: lane, offered: started, ...end, stays: isIn };
    });
  });
  const waiting = new Map<string, Open[]>();
  for (const item of all) if (item.stays) listed(waiting, `${item.thing}\n${item.text}`).push(item);
  for (const { lane = "", thing, method, got, failed, finished } of uses) {
    if (failed || !TAKES.has(method)) continue;
    for (const text of got) {
      const list = waiting.get(`${thing}\n${text}`);
      const at = list?.findIndex(({ offered }) => offered <= finished) ?? -1;
      const [item] = at < 0 ? [] : list?.splice(at, 1) ?? [];
      if (item === undefined) continue;
      item.left = finished;
      item.taker = lane;
      // In a rendezvous the putter hears of it after the taker.
      item.entered = Math.min(item.entered, finished);
    }
  }
  return followed(all);
}

/** Items with the numbers of those that they go on from: what their putter took last, where that has the same text. */
function followed(items: readonly Open[]): readonly FilmItem[] {
  const taken = new Map<string, Open[]>();
  for (const item of items) if (item.taker !== undefined) listed(taken, `${item.taker}\n${item.text}`).push(item);
  return items.map((item) => {
    const list = taken.get(`${item.from}\n${item.text}`);
    const at = list?.findIndex(({ left }) => left <= item.offered) ?? -1;
    const [before] = at < 0 ? [] : list?.splice(at, 1) ?? [];
    if (before !== undefined) item.id = before.id;
    const { stays: _stays, ...own } = item;
    return own;
  });
}

function listed<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
