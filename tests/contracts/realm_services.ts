/**
 * How a kept guest handles jobs in every mode: it begins and ends them, stays warm, and is given up if necessary.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  GuestDiedError,
  GuestError,
  GuestStuckError,
  GuestTimeoutError,
  ProtocolError,
  UncloneableError,
} from "../../lib/errors.ts";
import type { KeptMode } from "../../lib/host/kept_mode.ts";
import { encode } from "../../lib/codec/mod.ts";
import { programJob } from "../../lib/host/mod.ts";
import { runAsynchronous } from "../../lib/memory/mod.ts";
import { turn } from "../../lib/platform/mod.ts";
import { sayers, TASK_SAYINGS } from "../guests/realm_program.ts";
import { DEATHS, type Saying } from "../guests/realm_work.ts";
import { within } from "./deadline.ts";
import { silentCode } from "./realm_code.ts";
import type { RealmSubject } from "./realm_subject.ts";
import { keep, type KeptTest, keptTest, Served, shareThings } from "./realm_served.ts";
import { runs } from "./soak.ts";

const SECONDS = 60;

/** Registers the tests. */
export function testServices(subject: RealmSubject): void {
  const test = keptTest(subject);

  test("answers calls in order, and says where it is", async (kept) => {
    const served = await Served.start(kept, { name: "someone" });
    assertEquals(await served.ask("who"), { guest: "someone", mode: kept.mode.name });
    served.call(...Array.from({ length: 200 }, (_, at) => ["echo", at] as const));
    await served.until(() => served.answers.length === 201);
    assertEquals(served.answers.slice(1), Array.from({ length: 200 }, (_, value) => ({ value })));
    await served.finish();
  });

  test("a warm guest behaves like a fresh one, job after job", async (kept) => {
    const jobs = fc.array(fc.array(fc.jsonValue(), { maxLength: 4 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(jobs, async (jobs) => {
        for (const values of jobs) {
          const served = await Served.start(kept);
          served.call(...values.map((value) => ["echo", value] as const));
          await served.until(() => served.answers.length === values.length);
          assertEquals(served.answers, values.map((value) => ({ value })));
          await served.finish();
          assertEquals(served.end, undefined);
        }
      }),
      { numRuns: runs(10) },
    );
  });

  test("repeats a job whose function does not know when it ends", async (kept) => {
    for (const call of [["naps", 20], ["busy", 20]] as const) {
      const served = await Served.start(kept);
      served.call(call);
      await served.finish();
      const next = await Served.start(kept);
      assertEquals(await next.ask("echo", "next"), "next");
      assertEquals(next.answers.length, 1);
      await next.finish();
    }
  });

  test("ends a wait on a shared thing with the job, and reuses the guest", async (kept) => {
    const counts: unknown[] = [];
    for (let job = 0; job < 3; job++) {
      const share = shareThings();
      const served = await Served.start(kept, { share });
      counts.push(await served.ask("count"));
      served.call(["waits"]);
      await within(SECONDS, runAsynchronous(share.memory, share.shared.begun.wait()));
      await served.finish();
      assertEquals([served.answers.length, served.end], [1, undefined]);
    }
    const [first] = counts as [number];
    assertEquals(counts, [first, first + 1, first + 2]);
  });

  test("continues a call that waits on a shared thing when somebody wakes it", async (kept) => {
    const share = shareThings();
    const served = await Served.start(kept, { share });
    served.call(["waits"]);
    await within(SECONDS, runAsynchronous(share.memory, share.shared.begun.wait()));
    await runAsynchronous(share.memory, share.shared.go.set());
    await served.until(() => served.answers.length === 1);
    assertEquals(served.answers, [{ value: "gone" }]);
    await served.finish();
  });

  test("reports what a module throws while loading, and a module that does not exist", async (kept) => {
    const modules = {
      "data:text/javascript,throw new RangeError('it does not load')": "it does not load",
      "data:text/javascript,await Promise.reject(new RangeError('it is rejected'))": "it is rejected",
      [import.meta.resolve("./no_such_module.ts")]: "no_such_module.ts",
    };
    for (const [module, message] of Object.entries(modules)) {
      for (let time = 0; time < 2; time++) {
        const error = await assertRejects(() => Served.start(kept, { module }), GuestError);
        assertEquals([error.guest, error.mode, error.phase], ["guest", kept.mode.name, "load"]);
        assertStringIncludes(error.far.message, message);
      }
    }
  });

  test("gives up a guest whose module does not finish loading in time", async (kept) => {
    const module = "data:text/javascript,await new Promise(() => setInterval(() => {}, 1000))";
    const error = await assertRejects(() => Served.start(kept, { module, limit: 200 }), GuestTimeoutError);
    assertEquals([error.guest, error.mode, error.seconds], ["guest", kept.mode.name, 0.2]);
  });

  test("sends nothing of a job that cannot be cloned, and begins another with the guest", async (kept) => {
    const counts: unknown[] = [];
    for (let time = 0; time < 2; time++) {
      const bad = Served.start(kept, { name: (() => 0) as unknown as string });
      await assertRejects(() => bad, UncloneableError);
      const served = await Served.start(kept);
      counts.push(await served.ask("count"));
      await served.finish();
    }
    assertEquals(counts[1], counts[0] as number + 1);
  });

  test("ends services that are starting or working when it closes", async (kept) => {
    for (let turns = 0; turns < 6; turns++) {
      const closing = keep(kept.mode);
      const starting = Served.start(closing).then((served) => served, (error: unknown) => error);
      for (let at = 0; at < turns; at++) await turn();
      await within(SECONDS, closing.close());
      const served = await within(SECONDS, starting);
      const error = served instanceof Served ? (await served.ended()).error : served;
      assertInstanceOf(error, GuestDiedError);
      assertStringIncludes(error.message, "its host was closed");
      await within(SECONDS, closing.close());
    }
    const closed = keep(kept.mode);
    const served = await Served.start(closed);
    served.call(["naps", 20], ["echo", 1]);
    await within(SECONDS, Promise.all([closed.close(), closed.close()]));
    assertStringIncludes((await served.ended()).error.message, "its host was closed");
    await assertRejects(() => Served.start(closed), TypeError, "the host is closed");
  });

  testSayings(subject, test);
  if (subject.elsewhere) testElsewhere(subject, test);
}

/** Tests what a far side may send: a guest that violates the protocol is given up, and the others continue. */
function testSayings(subject: RealmSubject, test: KeptTest): void {
  const value = encode(1);
  const sayings: Readonly<Record<string, Saying>> = {
    "an answer to a call that was never made": { frames: [["reply", 77, value]] },
    "an answer to no call": { frames: [["reply", 0, value]] },
    "an answer to a later call": { frames: [["reply", 2, value]] },
    "an answer twice": { frames: [["reply", 1, value], ["reply", 1, value]] },
    "an error of a call that was never made": { frames: [["error", 9, value]] },
    "an item of a later call": { frames: [["item", 2, value]] },
    "an answer that is no value": { frames: [["reply", 1, Uint8Array.of(255, 255)]] },
    "an answer without a value": { frames: [["reply", 1]] },
    "exports that are no names": { frames: [["exports", 0, value]] },
    "a question about nothing shared": { frames: [["ask", 1, value]] },
    "something moved that is none": { frames: [["moved", 1, value]] },
    "begun again": { frames: [["begun", 1]] },
    "over before the end": { frames: [["over", 1]] },
    "begun of another job": { frames: [["begun", 7]] },
    "a failure without a phase": { frames: [["failed", 1, value]] },
    "a failure to begin what has begun": { frames: [["failed", 1, encode({ phase: "load", far: { name: "a" } })]] },
    "what hosts say": { frames: [["call", 1, value]] },
    "a job": { frames: [["job", 1, value]] },
    "leave for items": { frames: [["pull", 1]] },
    "a result": { frames: [["result", 1, value]] },
    "a post": { frames: [["post", 1, value]] },
  };

  test("gives up a guest that violates the protocol, and no other", async (kept) => {
    const other = await Served.start(kept, { name: "other" });
    for (const [what, saying] of Object.entries(sayings)) {
      // A thread that announces a value is waited for, like one that does not answer.
      if (kept.mode.moves && what === "something moved that is none") continue;
      const served = await Served.start(kept, { name: "wrong" });
      served.call(["says", { ...saying, waits: true }], ["echo", 2]);
      const { error } = await served.ended();
      assertInstanceOf(error, ProtocolError, `${what}: ${error.message}`);
      assertStringIncludes(error.message, `guest wrong (${kept.mode.name} mode)`, what);
      // Nobody has received another call's answer.
      const isOwn = what === "an answer twice" || what === "an answer to a later call";
      assert(served.answers.length <= 1, what);
      if (served.answers.length === 1) assertEquals([isOwn, served.answers], [true, [{ value: 1 }]], what);
      await served.finish();
    }
    assertEquals(await other.ask("echo", "alive"), "alive");
    await other.finish();
  });

  test("continues with a guest whose messages are of no interest", async (kept) => {
    const served = await Served.start(kept);
    const frames = [["hello", 0], ["report", 77, value], ["idle", 0]] as const;
    assertEquals(await served.ask("says", { frames }), "said");
    assertEquals(await served.ask("echo", 1), 1);
    await served.finish();
  });

  if (!subject.elsewhere) return;

  for (const variant of sayers.variants) {
    test(`fails a task whose guest says ${variant}, and no other`, async (kept) => {
      const { ends } = await within(SECONDS, kept.run(programJob(sayers, { mode: kept.mode.name, variant })));
      assertEquals(ends[1], { kind: "returned", value: "right" });
      const [wrong] = ends as [typeof ends[number]];
      const says = TASK_SAYINGS[variant]?.frames?.[0]?.[0];
      const name = says === undefined ? "returned" : "ProtocolError";
      assertEquals(wrong.kind === "failed" ? wrong.far.name : "returned", name);
    });
  }
}

/** The tests for guests with their own realms, which can die, stay warm, and fail to return. */
function testElsewhere(subject: RealmSubject, test: KeptTest): void {
  async function count(kept: KeptMode): Promise<unknown> {
    const served = await Served.start(kept);
    const value = await served.ask("count");
    await served.finish();
    return value;
  }

  test("hands a warm guest the next job of its module", async (kept) => {
    assertEquals([await count(kept), await count(kept), await count(kept)], [1, 2, 3]);
    const [one, other] = await Promise.all([Served.start(kept), Served.start(kept)]);
    assertEquals([await one.ask("count"), await other.ask("count")].toSorted(), [1, 4]);
    await Promise.all([one.finish(), other.finish()]);
  });

  test("starts fresh guests on request", async (kept) => {
    assertEquals([await count(kept), await count(kept)], [1, 1]);
  }, { fresh: true });

  for (const death of DEATHS) {
    test(`reports which call a guest died in, and affects no other guest (${death})`, async (kept) => {
      if (death === "kill" && kept.mode.memory === "shared") return;
      const other = await Served.start(kept, { name: "other" });
      const served = await Served.start(kept);
      served.call(["echo", 1], ["dies", death], ["echo", 3]);
      const { error, idle } = await served.ended();
      const crashes = death === "throw" || death === "reject";
      const message = death === "throw" ? "nobody catches this" : "nobody handles this";
      assertEquals(served.answers, [{ value: 1 }, ...crashes ? [{ error: `RangeError: ${message}` }] : []]);
      assertEquals(idle, crashes);
      assert(crashes ? error instanceof GuestError : error instanceof GuestDiedError, String(error));
      await served.finish();
      assertEquals(await other.ask("echo", "alive"), "alive");
      await other.finish();
      assertEquals(typeof await count(kept), "number");
    });
  }

  test("gives up a guest that dies while it waits for a job, and starts another", async (kept) => {
    const served = await Served.start(kept);
    assertEquals(await served.ask("count"), 1);
    await served.ask("diesLater", 30);
    await served.finish();
    await new Promise((resolve) => setTimeout(resolve, 60));
    // No call is blamed, whether or not its event loop has run meanwhile.
    assertEquals([await count(kept), await count(kept)], [1, 2]);
  });

  test("gives up a guest that never says hello", async (kept) => {
    const silent = keep(subject.create(silentCode), { startLimit: 300 });
    for (let time = 0; time < 2; time++) {
      const error = await assertRejects(() => Served.start(silent), GuestTimeoutError);
      assertEquals([error.guest, error.mode, error.seconds], ["guest", kept.mode.name, 0.3]);
    }
    await within(SECONDS, silent.close());
  });

  test("does not wait forever for a guest that does not return", async (kept) => {
    const served = await Served.start(kept);
    assertEquals(await served.ask("count"), 1);
    served.call(["busy", 1500]);
    await served.finish();
    assertEquals(await count(kept), 1);
    const own = keep(kept.mode);
    const stuck = await Served.start(own);
    stuck.call(["busy", 3000]);
    const closed = within(SECONDS, own.close());
    if (kept.mode.memory === "shared") {
      const error = await assertRejects(() => closed, GuestStuckError);
      assertEquals(error.guest, "guest");
    } else await closed;
    assertStringIncludes((await stuck.ended()).error.message, "its host was closed");
    // A thread ends once its work is done.
    if (kept.mode.memory === "shared") await stuck.link.abandon();
    await within(SECONDS, own.close());
  });
}
