/**
 * How guests end: by themselves in every possible way, when asked to, and when given up.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { GuestDiedError, ProtocolError } from "../../lib/errors.ts";
import type { Mode } from "../../lib/mode/mod.ts";
import { turn } from "../../lib/platform/mod.ts";
import { type Death, DEATHS } from "../guests/realm_work.ts";
import { within } from "./deadline.ts";
import { type RealmSubject, realmTest } from "./realm_subject.ts";
import { Peer } from "./realm_peer.ts";

const SECONDS = 60;

/** Registers the tests. */
export function testEnds(subject: RealmSubject): void {
  const test = realmTest(subject);

  test("ends an idle guest on request, and asking twice is harmless", async (mode) => {
    for (const how of ["close", "SIGTERM", "SIGKILL"] as const) {
      const peer = await Peer.serving(mode);
      const { realm } = peer;
      if (how === "close") await within(SECONDS, Promise.all([realm.close(), realm.close()]));
      else realm.signal(how);
      assertInstanceOf(await peer.ended(), GuestDiedError);
      await afterwards(peer);
    }
  });

  test("gives up a guest: the listener gets the error, and nothing afterward", async (mode) => {
    for (const call of ["echo", "items", "busy"]) {
      const peer = await Peer.serving(mode);
      const { realm } = peer;
      peer.call(call, call === "busy" ? 300 : { count: 100 });
      realm.outbox.add("post", 1, new Uint8Array(1 << 20));
      realm.flush();
      const error = new RangeError("given up");
      realm.fail(error);
      assertEquals(await peer.ended(), error);
      assertEquals(peer.told.at(-1)?.what, "ended");
      await afterwards(peer);
    }
  });

  test("closes a guest that has no job, and one that has just been started", async (mode) => {
    for (const waits of [true, false]) {
      const peer = new Peer(mode);
      if (waits) await peer.until(() => peer.frames("hello").length > 0);
      await within(SECONDS, peer.realm.close());
      await peer.ended();
    }
  });

  if (!subject.elsewhere) return;

  for (const death of DEATHS) {
    // Anything that kills a thread kills its host.
    test(`delivers everything that a guest said before it ends (${death})`, async (mode) => {
      if (death === "kill" && !killable(mode)) return;
      for (const count of [0, 1, 3000]) {
        const peer = await Peer.serving(mode);
        const call = peer.call("items", { count, die: death });
        peer.realm.flush();
        assertEnd(mode, death, await peer.ended());
        assertEquals(peer.frames("item").map(({ number }) => number), Array.from({ length: count }, (_, at) => at + 1));
        // An error that ends the guest during a call is the answer to that call.
        const answers = peer.frames("error").map(({ number }) => number);
        assertEquals(answers, death === "throw" || death === "reject" ? [call] : []);
        await afterwards(peer);
      }
    });
  }

  test("notices that a guest ends while much is being written to it", async (mode) => {
    const peer = await Peer.serving(mode);
    peer.call("dies", "exit");
    peer.realm.outbox.add("post", 1, new Uint8Array(8 << 20));
    peer.realm.flush();
    assertEnd(mode, "exit", await peer.ended());
    await afterwards(peer);
  });

  test("gives up a guest whose bytes are not frames, after delivering the frames before them", async (mode) => {
    const header = [0xf8, 1, 0, 0, 1, 0, 0, 0];
    const wrong = [[104, 101, 108, 108, 111], [0xf8, 0], [0xf8, 99], [...header, 1, 0, 0, 0x40]];
    const before = await descriptors();
    for (const raw of wrong) {
      const peer = await Peer.serving(mode);
      peer.call("says", { frames: [["item", 1], ["item", 2]], raw: Uint8Array.from(raw), waits: true });
      peer.realm.flush();
      const error = await peer.ended();
      assertInstanceOf(error, ProtocolError);
      assertStringIncludes(error.message, `Cannot go on with guest peer (${mode.name} mode)`);
      assertEquals(peer.frames("item").map(({ number }) => number), [1, 2]);
      await afterwards(peer);
    }
    // Nothing is left of them, although a thread's descriptors close some time after it.
    const end = performance.now() + SECONDS * 1000;
    while (await descriptors() > before && performance.now() < end) await turn();
    assert(await descriptors() <= before);
  });

  test("kills everything that would outlive this process, and nothing else", async (mode) => {
    const peer = await Peer.serving(mode);
    mode.kill();
    if (killable(mode)) assertEnd(mode, "kill", await peer.ended());
    else {
      assertEquals(await peer.ask("echo", "alive"), "alive");
      await peer.realm.close();
    }
  });

  test("starts guests with their options, or rejects those at once", async (mode) => {
    const setup = { options: { args: ["one"], env: { GREETING: "hello" } } };
    if (mode.memory === "shared") {
      assertThrows(() => new Peer(mode, setup), TypeError, "Cannot start a thread guest with args, env");
      return;
    }
    const peer = await Peer.serving(mode, setup);
    assertEquals(await peer.ask("given", "GREETING"), [["one"], "hello"]);
    // Its functions have no access to the protocol's streams.
    assertEquals(await peer.ask("reads", null), [null, null, 0]);
    await peer.realm.close();
    assertThrows(() => new Peer(mode, { permissions: { read: ["a,b"] } }), RangeError, "it has a comma");
  });
}

/** Whether guests of the mode can be killed. */
function killable(mode: Mode): boolean {
  return mode.memory !== "shared";
}

/** Checks the error that says how a guest died. */
function assertEnd(mode: Mode, death: Death, error: Error): void {
  assertInstanceOf(error, GuestDiedError);
  assertEquals(error.mode, mode.name);
  if (!killable(mode)) return assertStringIncludes(error.message, "it ended by itself");
  const code = { exit: 3, close: 0, throw: 1, reject: 1, kill: undefined }[death];
  assertEquals([error.code, error.signal], [code, death === "kill" ? "SIGKILL" : undefined]);
}

/** Anything done to a guest that has ended is harmless and reported to nobody. */
async function afterwards(peer: Peer): Promise<void> {
  const { realm } = peer;
  assertEquals([realm.alive, peer.ends.length], [false, 1]);
  const { length } = peer.told;
  realm.outbox.add("post", 1, new Uint8Array(1 << 20));
  realm.flush();
  realm.signal("SIGTERM");
  realm.looks?.(true);
  realm.poll?.();
  realm.looks?.(false);
  realm.fail(new RangeError("too late"));
  await within(SECONDS, realm.close());
  await turn();
  assertEquals(peer.told.slice(length), []);
}

/** How many descriptors this process has open. */
async function descriptors(): Promise<number> {
  return (await Array.fromAsync(Deno.readDir("/proc/self/fd"))).length;
}
