import { assert, assertEquals, assertRejects } from "@std/assert";
import { GuestDiedError, GuestError } from "../../lib/errors.ts";
import { explore, strategies } from "../../lib/explorer/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { defineProgram } from "../../lib/program/mod.ts";
import { counter } from "../../lib/programs/counter.ts";
import { exploreSplit } from "../../lib/split/mod.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { runs } from "../contracts/soak.ts";
import { DIES, mortal } from "../guests/mortal_search.ts";

const parameters = { tasks: 3, times: 2 };

Deno.test("exploreSplit() gives what explore() gives, on threads and on processes, by every strategy", async () => {
  await using host = new Host();
  for (const [index, strategy] of strategies.entries()) {
    for (const [place, mode] of ELSEWHERE.entries()) {
      const workers = 2;
      // By turns, where it is not to take long.
      if (runs(1) === 1 && (index + place) % 2 === 1) continue;
      const options = { parameters, strategy, budget: 1500, keepGoing: true, shrink: false };
      const split = await exploreSplit(counter, { ...options, mode, workers, host, alone: 0 });
      assertEquals(split, explore(counter, options), `${strategy}, ${workers} in ${mode} mode`);
    }
  }
});

Deno.test("exploreSplit() has a share performed again while its workers die, five times, and counts nothing twice", async () => {
  const dies = await Deno.makeTempFile();
  const options = { strategy: "depth-first", budget: 100_000, keepGoing: true, shrink: false } as const;
  const guests = { env: { [DIES]: dies } };
  const permissions = { read: [dies], write: [dies] };
  const split = { ...options, mode: "process", guests, permissions, alone: 0 } as const;
  const wanted = explore(mortal, options);
  assertEquals(wanted.schedules, 34_650);
  try {
    await Deno.writeTextFile(dies, "5");
    // Where there is one worker at a time, all have the same share.
    assertEquals(await exploreSplit(mortal, { ...split, workers: 1 }), wanted);
    assertEquals(await Deno.readTextFile(dies), "0");
    await Deno.writeTextFile(dies, String(Infinity));
    await assertRejects(() => exploreSplit(mortal, { ...split, workers: 1 }), GuestDiedError);
  } finally {
    await Deno.remove(dies).catch(() => {});
  }
});

Deno.test("exploreSplit() searches alone until its workers are there, and starts none for a short search", async () => {
  const options = { strategy: "depth-first", budget: 20_000, keepGoing: true, shrink: false } as const;
  const wanted = explore(counter, { ...options, parameters });
  await using host = new Host();
  for (const alone of [1, Infinity]) {
    assertEquals(
      await exploreSplit(counter, { ...options, parameters, workers: 2, host, alone }),
      wanted,
      `${alone} ms`,
    );
  }
  // Whose workers cannot be started.
  const { specimens, variants, ...spec } = counter;
  const module = "data:text/javascript,throw new Error('not today')";
  const broken = defineProgram({ ...spec, module, specimens: [...specimens], variants: [...variants] });
  const split = { ...options, parameters, workers: 2, host };
  assertEquals((await exploreSplit(broken, { ...split, alone: Infinity })).schedules, wanted.schedules);
  await assertRejects(() => exploreSplit(broken, { ...split, alone: 0 }), GuestError, "not today");
});

Deno.test("exploreSplit() ends with what it has where its signal aborts, and its workers end", async () => {
  const stop = new AbortController();
  let told = 0;
  const onProgress = ({ schedules }: { schedules: number }) => {
    told = schedules;
    if (schedules > 3000) stop.abort();
  };
  const options = {
    parameters: { tasks: 3, times: 4 },
    strategy: "depth-first",
    budget: 1e9,
    keepGoing: true,
  } as const;
  const result = await exploreSplit(counter, {
    ...options,
    shrink: false,
    workers: 2,
    signal: stop.signal,
    onProgress,
  });
  assert(told > 3000 && result.schedules >= told && result.schedules < 1e9, `${result.schedules} schedules`);
});

Deno.test("exploreSplit() refuses what it cannot split", async () => {
  for (const workers of [0, 1.5, 257, NaN]) {
    await assertRejects(() => exploreSplit(counter, { workers }), RangeError, `${workers} workers`);
  }
  await assertRejects(() => exploreSplit(counter, { budget: 0 }), RangeError, "a budget of 0");
  await assertRejects(() => exploreSplit(counter, { alone: NaN }), RangeError, "it is alone for NaN ms");
  const own = { watches: false, begin: () => false, pick: () => 0, end: () => {} };
  await assertRejects(() => exploreSplit(counter, { strategy: own }), RangeError, "the strategy is an object");
  const { module: _module, ...spec } = counter;
  const homeless = defineProgram({ ...spec, specimens: [...spec.specimens], variants: [...spec.variants] });
  await assertRejects(() => exploreSplit(homeless), TypeError, "it has no module");
});
