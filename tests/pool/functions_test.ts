import { assertEquals, assertRejects } from "@std/assert";
import type { Moved, ServiceContext } from "../../lib/host/mod.ts";
import type { Steps } from "../../lib/memory/mod.ts";
import { type ArgumentOf, Guest, type NameOf, Pool, type ResultOf, type ThingsOf } from "../../lib/pool/mod.ts";
import type { Shareables } from "../../lib/sync/mod.ts";
import type * as work from "../guests/service_work.ts";

type Work = typeof work;
const module = import.meta.resolve("../guests/service_work.ts");
const shared = { export: "things" } as const;

/** Functions of every kind. */
interface Kinds {
  plain(text: string): number;
  later(text: string): Promise<number>;
  steps(text: string, context: ServiceContext): Steps<number>;
  moved(text: string): Promise<Moved<Uint8Array>>;
  list(): number[];
  items(): AsyncGenerator<number>;
  nested(): { readonly when: Date; readonly lists: readonly (readonly Map<string, Uint8Array>[])[] };
  chain(): Chain;
  readonly constant: 5;
  /** A second parameter of its own, which would get the context. */
  rounded(x: number, digits?: number): number;
  /** What cannot cross. */
  instance(): Account;
  maker(): () => number;
  inside(): Promise<readonly { readonly find: (name: string) => number }[]>;
  weak(): WeakMap<object, number>;
}

interface Chain {
  readonly next?: Chain;
}

/** The type of an instance: what it holds, and a method. */
interface Account {
  readonly balance: number;
  pay(): void;
}

type Same<A, B> = [A, B] extends [B, A] ? true : never;

/** Compiles where the type is `true`. */
function holds<T extends true>(..._none: readonly T[]): void {}

Deno.test("the types of a pool say what a module's functions take and give", () => {
  holds<Same<NameOf<Kinds>, "plain" | "later" | "steps" | "moved" | "list" | "items" | "nested" | "chain">>();
  holds<Same<ArgumentOf<Kinds, "steps">, string>>();
  holds<Same<ResultOf<Kinds, "plain" | "later" | "steps">, number>>();
  holds<Same<ResultOf<Kinds, "moved">, Uint8Array>>();
  holds<Same<ResultOf<Kinds, "list">, number[]>>();
  holds<Same<ThingsOf<Work, "things">, ReturnType<Work["things"]>>>();
  holds<Same<ThingsOf<Work, string>, Shareables>>();
  holds<Same<ThingsOf<Work, "echo">, never>>();
});

Deno.test("a pool refuses by their types what guests cannot run, or cannot give", async () => {
  await using pool = await Pool.open<Kinds & Work>({ mode: "direct", module, workers: 1 });
  const calls = () => [
    // @ts-expect-error Its second parameter is not the context.
    pool.submit("rounded", 1),
    // @ts-expect-error An instance arrives without its methods.
    pool.submit("instance", undefined),
    // @ts-expect-error A function cannot cross.
    pool.pmap("maker", []),
    // @ts-expect-error Nor can one inside.
    pool.map("inside", []),
    // @ts-expect-error Nor can what is weak.
    pool.submit("weak", undefined),
  ];
  assertEquals([typeof calls, await pool.run("echo", 9)], ["function", 9]);
});

Deno.test("Pool.shared has the things that the named function gives", async () => {
  await using pool = await Pool.open<Work, "things">({ mode: "direct", module, workers: 2, shared });
  const futures = [pool.submit("sumJobs", undefined), pool.submit("addLocked", 3)] as const;
  await pool.shared.go.set();
  for (const job of [1, 2, 3]) await pool.shared.jobs.put(job);
  await pool.shared.jobs.close();
  assertEquals([await futures[0].result(), await futures[1].result()], [6, 3]);
  assertEquals(await pool.shared.sum.load(), 3);
  // A pool whose things are known is a pool.
  const any: Pool<Work> = pool;
  assertEquals(any.workers, 2);
});

Deno.test("Guest.shared has the things of the type that it is made with", async () => {
  await using guest = await Guest.make<number, ReturnType<Work["things"]>>({
    mode: "direct",
    module,
    export: "addLocked",
    argument: 2,
    shared,
  });
  await guest.start();
  assertEquals([await guest.result(), await guest.shared.sum.load()], [2, 2]);
});

Deno.test("Pool.open() refuses, by its types too, a name that gives no things", async () => {
  const options = { mode: "direct", module, workers: 1 } as const;
  await assertRejects(
    // @ts-expect-error the module has no such function
    () => Pool.open<Work, "nothing">({ ...options, shared: { export: "nothing" } }),
    TypeError,
    "Cannot call nothing",
  );
  // @ts-expect-error another function is named
  const another = () => Pool.open<Work, "things">({ ...options, shared: { export: "echo" } });
  // @ts-expect-error nothing is named
  const none = () => Pool.open<Work, "things">(options);
  assertEquals([typeof another, typeof none], ["function", "function"]);
});
