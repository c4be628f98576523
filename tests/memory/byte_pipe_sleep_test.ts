import { assert, assertEquals } from "@std/assert";
import { explore, replay } from "../../lib/explorer/mod.ts";
import { exchange, load, notify, type Steps, store, wait } from "../../lib/memory/mod.ts";
import { defineProgram, type Settings } from "../../lib/program/mod.ts";
import type { Shareable } from "../../lib/sync/mod.ts";

/** What is left out of the protocol or done the other way round: each loses a wake-up. */
const specimens = ["no second look", "look before the word", "wake before the position", "take back after the bell"];
const variants = ["as it is", ...specimens];
const ITEMS = 2;

/** The protocol of BytePipe, with room for one item: the words that it has, and a bell. */
interface Protocol {
  write(settings: Settings): Steps<void>;
  read(settings: Settings): Steps<number>;
}

const protocol: Shareable<Protocol> = {
  kind: "protocol",
  reserve(space, name) {
    const word = (part: string) => space.word(`${name}.${part}`);
    const [item, written, taken] = [word("item"), word("written"), word("taken")];
    const ends = {
      reader: { sleeps: word("readerSleeps"), bell: word("readerBell") },
      writer: { sleeps: word("writerSleeps"), bell: word("writerBell") },
    };
    function* isStuck(end: keyof typeof ends): Steps<boolean> {
      const held = (yield* load(written)) - (yield* load(taken));
      return held === (end === "reader" ? 0 : 1);
    }
    /** As an event loop sleeps: a bell that rings before it listens is heard. */
    function* sleep(end: keyof typeof ends, { variant }: Settings): Steps<void> {
      const { sleeps, bell } = ends[end];
      if (variant === "look before the word" && !(yield* isStuck(end))) return;
      yield* store(sleeps, 1);
      const looks = variant !== "no second look" && variant !== "look before the word";
      if (looks && !(yield* isStuck(end))) {
        yield* store(sleeps, 0);
        return;
      }
      while ((yield* exchange(bell, 0)) === 0) yield* wait(bell, 0);
    }
    function* wake(end: keyof typeof ends, { variant }: Settings): Steps<void> {
      const { sleeps, bell } = ends[end];
      const late = variant === "take back after the bell";
      if ((yield* load(sleeps)) === 0) return;
      if (!late && (yield* exchange(sleeps, 0)) === 0) return;
      yield* store(bell, 1);
      yield* notify(bell);
      if (late) yield* store(sleeps, 0);
    }
    function* move(end: keyof typeof ends, position: number, to: number, settings: Settings): Steps<void> {
      const early = settings.variant === "wake before the position";
      if (early) yield* wake(end, settings);
      yield* store(position, to);
      if (!early) yield* wake(end, settings);
    }
    return () => ({
      *write(settings) {
        for (let next = 1; next <= ITEMS; next++) {
          while (yield* isStuck("writer")) yield* sleep("writer", settings);
          yield* store(item, next, { order: "plain" });
          yield* move("reader", written, next, settings);
        }
      },
      *read(settings) {
        let read = 0;
        for (let next = 1; next <= ITEMS; next++) {
          while (yield* isStuck("reader")) yield* sleep("reader", settings);
          read = 10 * read + (yield* load(item, { order: "plain" }));
          yield* move("writer", taken, next, settings);
        }
        return read;
      },
    });
  },
};

const program = defineProgram({
  name: "byte-pipe-sleep",
  claim: "An end that sleeps is woken, and items arrive in order.",
  variants,
  specimens,
  shared: () => ({ pipe: protocol }),
  tasks: (settings) => [
    { name: "writer", run: ({ pipe }) => pipe.write(settings) },
    { name: "reader", run: ({ pipe }) => pipe.read(settings) },
  ],
  *outcome(_shared, { results }) {
    return results[1];
  },
  expected: () => [12],
});

Deno.test("BytePipe's protocol of sleeping loses no wake-up and no item, in any interleaving", () => {
  const result = explore(program, { strategy: "dpor", granularity: "word", budget: 200_000 });
  assertEquals(result.verdict, "proved", JSON.stringify(result));
});

for (const variant of specimens) {
  Deno.test(`BytePipe's protocol with ${variant} leaves an end asleep`, () => {
    const result = explore(program, { variant, granularity: "word", budget: 200_000 });
    assert(result.verdict === "bug", JSON.stringify(result));
    assertEquals(result.kind, "deadlock", result.message);
    assertEquals(replay(program, result.schedule, { variant }).finding?.kind, result.kind);
  });
}
