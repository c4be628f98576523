import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import {
  farError,
  GuestDiedError,
  GuestError,
  GuestTimeoutError,
  ProtocolError,
  StateError,
  StoppedError,
} from "../../lib/errors.ts";
import { type JobListener, KeptRealm } from "../../lib/mode/mod.ts";
import { turn } from "../../lib/platform/mod.ts";
import { within } from "../contracts/deadline.ts";
import { type FakeOptions, FakeRealm } from "../contracts/fake_mode.ts";

const SECONDS = 20;

function open({ startLimit = Infinity, ...options }: FakeOptions & { startLimit?: number } = {}) {
  const realm = new FakeRealm({ module: "data:,", permissions: {}, options: {} }, options);
  const kept = new KeptRealm(realm, { startLimit });
  const told: unknown[] = [];
  const listener: JobListener = {
    frame: ({ kind, number }) => {
      told.push([kind, number]);
      if (kind === "log") throw new RangeError("nobody logs here");
    },
    ended: (error) => told.push(error),
  };
  const begin = (limit = Infinity) => kept.begin({}, { name: "job", limit, listener });
  return { realm, kept, told, begin };
}

Deno.test("KeptRealm.begin() hands over one job after another, each with a number of its own", async () => {
  const { realm, kept, told, begin } = open();
  for (let job = 1; job <= 3; job++) {
    assertEquals(kept.ready, true);
    const began = begin();
    assertEquals(kept.ready, false);
    assertEquals(await began, undefined);
    realm.say("reply", job);
    await kept.finish();
    realm.say("reply", 99);
  }
  // What is said when the job is over is told to nobody.
  assertEquals(told, [["reply", 1], ["reply", 2], ["reply", 3]]);
  assertEquals(realm.heard.map(({ kind, number, payload }) => [kind, number, payload.length > 0]), [
    ["job", 1, true],
    ["job", 1, false],
    ["job", 2, true],
    ["job", 2, false],
    ["job", 3, true],
    ["job", 3, false],
  ]);
});

Deno.test("KeptRealm.begin() refuses a guest that has a job, which goes on", async () => {
  const { realm, kept, told, begin } = open();
  const began = begin();
  await assertRejects(() => begin(), StateError, "Cannot begin job with guest job");
  await began;
  await assertRejects(() => begin(), StateError, "it has a job");
  realm.say("reply", 1);
  await kept.finish();
  assertEquals([await begin(), told], [undefined, [["reply", 1]]]);
});

Deno.test("KeptRealm.begin() leaves a guest as it is where the job cannot cross", async () => {
  const { realm, kept, begin } = open();
  await assertRejects(() => kept.begin({ no: () => 0 }, { name: "job", limit: Infinity, listener: {} }));
  assertEquals([kept.ready, realm.heard], [true, []]);
  await kept.finish();
  assertEquals(await begin(), undefined);
});

Deno.test("KeptRealm.begin() gives what the guest's code threw, and the guest is back", async () => {
  const { realm, kept, told, begin } = open({ answers: false });
  for (const phase of ["load", "construct"] as const) {
    const began = begin();
    const far = farError(new TypeError("no"));
    realm.say("failed", realm.heard.at(-1)!.number, { phase, far });
    assertEquals(await began, { phase, far });
    await kept.finish();
    assertEquals(kept.ready, true);
  }
  assertEquals(told, []);
});

Deno.test("KeptRealm.begin() rejects with the end of the guest, which is then told to nobody else", async () => {
  for (const before of [true, false]) {
    const { realm, kept, told, begin } = open({ answers: false });
    if (before) realm.die();
    const began = begin();
    realm.die();
    assertStrictEquals(await assertRejects(() => began, GuestDiedError), kept.failure);
    await within(SECONDS, kept.finish());
    await turn();
    assertEquals(told, []);
  }
});

Deno.test("KeptRealm tells an end that comes as the job begins, when whoever began it knows that it has", async () => {
  const { realm, told, begin } = open({ answers: false });
  const began = begin();
  realm.say("begun", 1);
  realm.die();
  assertEquals(await began, undefined);
  assertEquals(told, []);
  await turn();
  assertInstanceOf(told[0], GuestDiedError);
  assertEquals(told.length, 1);
});

Deno.test("KeptRealm gives up a guest that does not listen, or does not begin, in time", async () => {
  const never = open({ answers: false, startLimit: 20 });
  const error = await assertRejects(() => within(SECONDS, never.begin()), GuestTimeoutError);
  assertEquals([error.guest, error.mode, error.seconds], ["job", "fake", 0.02]);
  // Who listens may take its time to begin.
  const slow = open({ answers: false, startLimit: 20 });
  slow.realm.say("hello", 0);
  const begun = slow.begin(60);
  assertEquals((await assertRejects(() => within(SECONDS, begun), GuestTimeoutError)).seconds, 0.06);
  const quick = open({ startLimit: 20 });
  await quick.begin(20);
  await new Promise((resolve) => setTimeout(resolve, 60));
  assertEquals([quick.kept.failure, quick.told], [undefined, []]);
});

Deno.test("KeptRealm.finish() ends a job that is just beginning, and the guest is back", async () => {
  for (const says of ["begun", "failed"] as const) {
    const { realm, kept, told, begin } = open({ answers: false });
    const began = begin();
    const finished = kept.finish();
    began.catch(() => {});
    if (says === "begun") {
      realm.say("begun", 1);
      realm.say("over", 1);
    } else realm.say("failed", 1, { phase: "construct", far: farError(new TypeError("no")) });
    await within(SECONDS, finished);
    await assertRejects(() => began, StoppedError, "Cannot begin job: it was told to end before it had begun");
    assertEquals([kept.ready, kept.failure], [true, undefined]);
    const next = begin();
    realm.say("begun", 2);
    assertEquals([await next, told], [undefined, []]);
  }
});

Deno.test("KeptRealm.finish() stops again and again until the guest is back", async () => {
  const { realm, kept, begin } = open({ answers: false });
  const began = begin();
  realm.say("begun", 1);
  await began;
  let stops = 0;
  await within(
    SECONDS,
    kept.finish(() => {
      // What it waits for may begin after the first stops.
      if (++stops === 5) realm.say("over", 1);
    }),
  );
  assertEquals([stops, kept.ready], [5, true]);
});

Deno.test("KeptRealm.finish() kills a guest that does not come back, or leaves it where it cannot be killed", async () => {
  for (const killable of [true, false]) {
    const { realm, kept, begin } = open({ answers: false, killable });
    const began = begin();
    realm.say("begun", 1);
    await began;
    await within(SECONDS, Promise.all([kept.finish(), kept.finish()]));
    assertEquals([kept.ready, realm.alive, realm.asked.includes("SIGKILL")], [false, !killable, killable]);
    if (killable) continue;
    // It comes back later.
    const back = kept.whenIdle();
    realm.say("over", 1);
    await within(SECONDS, back);
    assertEquals(kept.ready, true);
  }
});

Deno.test("KeptRealm gives up a guest that says what is none of the protocol's, and nothing else is told of it", async () => {
  const says: readonly [string, (realm: FakeRealm) => void][] = [
    ["begun again", (realm) => realm.say("begun", 1)],
    ["begun of another job", (realm) => realm.say("begun", 2)],
    ["over before its end", (realm) => realm.say("over", 1)],
    ["failed to begin", (realm) => realm.say("failed", 1, { phase: "load", far: farError(1) })],
    ["a failure without a phase", (realm) => realm.say("failed", 1, { far: farError(1) })],
    ["a failure that is none", (realm) => realm.say("failed", 1, null)],
    ["a failure without a value", (realm) => realm.say("failed", 1)],
    ["a phase from elsewhere", (realm) => realm.say("failed", 1, { phase: "toString", far: farError(1) })],
    ["what its listener refuses", (realm) => realm.say("log", 1)],
    ["something moved that nobody takes", (realm) => realm.moves(5)],
  ];
  for (const [what, say] of says) {
    const { realm, kept, told, begin } = open();
    await begin();
    await turn();
    say(realm);
    assertInstanceOf(kept.failure, ProtocolError, what);
    assertEquals(realm.asked, ["fail"], what);
    realm.say("reply", 1);
    assertEquals(told.filter((told) => told instanceof Error), [kept.failure], what);
    assertEquals(told.at(-1), kept.failure, what);
  }
});

Deno.test("KeptRealm blames a throw outside a job on the job at hand, and on no other", async () => {
  const thrown = { phase: "run", far: farError(new RangeError("late")) };
  const { realm, kept, told, begin } = open();
  await begin();
  await turn();
  realm.say("failed", 1, thrown);
  assertInstanceOf(kept.failure, GuestError);
  assertEquals([kept.failure.phase, kept.failure.far.message, told], ["run", "late", [kept.failure]]);
  // What an earlier job left behind comes up while the guest has none, or the next one begins.
  for (const begins of [false, true]) {
    const { realm, kept, told, begin } = open();
    await begin();
    await kept.finish();
    const began = begins ? begin() : undefined;
    realm.say("failed", 1, thrown);
    assertInstanceOf(kept.failure, GuestDiedError);
    if (began !== undefined) assertStrictEquals(await assertRejects(() => began), kept.failure);
    assertEquals(told, []);
  }
});

Deno.test("KeptRealm.detach() tells nothing more of a job", async () => {
  const { realm, kept, told, begin } = open();
  await begin();
  kept.detach();
  realm.say("log", 1);
  realm.die();
  await turn();
  assertEquals(told, []);
});
