/**
 * What delegated systems need from a mode: a link for each, which carries requests out and replies back.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../lib/codec/mod.ts";
import { delegate, scalar, signature, type System, type SystemReference } from "../../lib/diagram/mod.ts";
import { GuestError, GuestTimeoutError, ProtocolError } from "../../lib/errors.ts";
import type { KeptMode } from "../../lib/host/kept_mode.ts";
import { loadSystem } from "../../lib/host/mod.ts";
import type { Link, Links } from "../../lib/host/system/job.ts";
import { type Message, Wire } from "../../lib/host/system/wire.ts";
import { type Delegation, INITIALIZATION, type Reply } from "../../lib/simulator/mod.ts";
import type { Saying } from "../guests/realm_work.ts";
import { within } from "./deadline.ts";
import type { RealmSubject } from "./realm_subject.ts";
import { keep, type KeptTest, keptTest } from "./realm_served.ts";
import { runs } from "./soak.ts";

const SECONDS = 60;
const LAW = import.meta.resolve("../guests/law.ts");
const FAULTY = import.meta.resolve("../guests/faulty.ts");
const PROGRAM = import.meta.resolve("../guests/realm_program.ts");
const named = { period: 1, offset: 0 };

type JobOptions = { readonly name?: string; readonly deterministic?: boolean };

/** Registers the tests. */
export function testLinks(subject: RealmSubject): void {
  const test = keptTest(subject);

  test("answers each message, in order", async (kept) => {
    const echo = await echoJob(kept);
    const peer = new Peer(await kept.open([echo]), 0, echo);
    assertEquals((await peer.ask(INITIALIZATION, ["first"])).outputs, ["first", undefined, 0]);
    for (let k = 0; k < 20; k++) {
      const reply = await peer.ask(k, [{ k }]);
      assertEquals([reply.k, reply.outputs], [k, [{ k }, { k }, k + 1]]);
    }
    assertEquals(peer.link.take(), undefined);
  });

  test("has one link per job, in order, and joins any of them", async (kept) => {
    const jobs = await Promise.all(["a", "b", "c"].map((name) => echoJob(kept, { name })));
    const session = await kept.open(jobs);
    const peers = jobs.map((job, index) => new Peer(session, index, job));
    const { name } = kept.mode;
    assertEquals(session.links.map(({ guest, mode }) => [guest, mode]), jobs.map((job) => [job.path, name]));
    for (const peer of peers) await peer.ask(INITIALIZATION, [0]);
    await fc.assert(
      fc.asyncProperty(fc.subarray(peers, { minLength: 1 }), fc.boolean(), async (some, backwards) => {
        for (const peer of some) peer.post(peer.next, [peer.next]);
        await within(SECONDS, session.join(some.map(({ link }) => link)));
        for (const peer of backwards ? some.toReversed() : some) {
          const reply = peer.take()!;
          assertEquals([reply.k, reply.outputs[0]], [peer.next, peer.next]);
          peer.next++;
        }
        for (const { link } of peers) assertEquals(link.take(), undefined);
      }),
      { numRuns: runs(30) },
    );
  });

  test("carries messages of any size, of several guests at once", async (kept) => {
    const jobs = await Promise.all(["a", "b"].map((name) => echoJob(kept, { name })));
    const session = await kept.open(jobs);
    const peers = jobs.map((job, index) => new Peer(session, index, job));
    for (const peer of peers) await peer.ask(INITIALIZATION, [0]);
    for (const length of [0, 1, 65535, 65536, 65537, 262_143, 262_144, 262_145, 2_000_000]) {
      const bytes = new Uint8Array(length).map((_, at) => at + length);
      for (const [index, peer] of peers.entries()) peer.post(peer.next, [index === 0 ? bytes : length]);
      await within(SECONDS, session.join(peers.map(({ link }) => link)));
      const [large, small] = peers.map((peer) => peer.take()!.outputs[0]) as [Uint8Array, number];
      assertEquals([large.length, small], [length, length]);
      assert(large.every((byte, at) => byte === bytes[at]));
      for (const peer of peers) peer.next++;
    }
  });

  test("keeps only the newest message if requested", async (kept) => {
    for (const size of [0, 100_000]) {
      const echo = await echoJob(kept, { deterministic: false });
      const peer = new Peer(await kept.open([echo]), 0, echo);
      await peer.ask(INITIALIZATION, [0]);
      const last = 50;
      let newest = INITIALIZATION;
      for (let k = 0; k <= last; k++) peer.post(k, [{ k, bytes: new Uint8Array(size) }]);
      while (newest < last) {
        await within(SECONDS, peer.links.join([peer.link]));
        const reply = peer.take();
        if (reply === undefined) continue;
        assert(reply.k > newest, `${reply.k} after ${newest}`);
        assertEquals((reply.outputs[1] as { k: number }).k, reply.k);
        assert((reply.outputs[2] as number) <= reply.k + 1);
        newest = reply.k;
      }
      await peer.links.end();
    }
  });

  test("answers with an error when a guest throws, then and from then on", async (kept) => {
    const argument = { near: Deno.pid, direct: !subject.elsewhere, place: "update", fault: "throw", at: 1 };
    const faulty = await jobOf(kept, { module: FAULTY, export: "faulty", argument });
    const peer = new Peer(await kept.open([faulty]), 0, faulty);
    await peer.ask(INITIALIZATION, [0]);
    await peer.ask(0, [0]);
    for (let k = 1; k < 4; k++) {
      peer.post(k, [0]);
      await within(SECONDS, peer.links.join([peer.link]));
      const message = peer.hear();
      assert(message?.kind === "error");
      assertEquals([message.phase, message.far.name, message.far.message], ["update", "RangeError", "it went wrong"]);
    }
  });

  test("refuses a job whose ports differ on the far side", async (kept) => {
    const echo = await echoJob(kept);
    const opened = Promise.resolve().then(() => kept.open([echo, otherPorts(echo, "other")]));
    const error = await assertRejects(() => opened, GuestError);
    const { name } = kept.mode;
    assertEquals([error.guest, error.mode, error.phase, error.far.name], ["other", name, "construct", "TypeError"]);
    assert(error.message.includes("() -> (z: scalar)") && error.message.includes(signature(echo.system)));
    const peer = new Peer(await kept.open([echo]), 0, echo);
    await peer.ask(INITIALIZATION, [1]);
  });

  test("runs two independent sessions at once", async (kept) => {
    const echo = await echoJob(kept);
    const peers = (await Promise.all([kept.open([echo]), kept.open([echo])])).map((links) => new Peer(links, 0, echo));
    for (const [index, peer] of peers.entries()) await peer.ask(INITIALIZATION, [`of ${index}`]);
    for (let k = 0; k < 5; k++) {
      const replies = await Promise.all(peers.map((peer, index) => peer.ask(k, [index])));
      assertEquals(replies.map(({ outputs }) => outputs[0]), [0, 1]);
    }
    await peers[0]!.links.end();
    assertEquals((await peers[1]!.ask(5, ["alone"])).outputs, ["alone", "alone", 6]);
  });

  test("ends sessions with requests in flight, harmlessly even twice, and opens others", async (kept) => {
    const echo = await echoJob(kept);
    for (let round = 0; round < runs(5); round++) {
      const peer = new Peer(await kept.open([echo]), 0, echo);
      const reply = await peer.ask(INITIALIZATION, [round]);
      assertEquals(reply.outputs, [round, undefined, 0]);
      peer.post(0, [round]);
      await within(SECONDS, Promise.all([peer.links.end(), peer.links.end()]));
      await peer.links.end();
    }
  });

  test("closes with nothing open, and twice", async (kept) => {
    await kept.close();
    await Promise.all([kept.close(), kept.close()]);
  });

  if (subject.elsewhere) testElsewhere(test);
}

/** The tests for guests with their own realms. */
function testElsewhere(test: KeptTest): void {
  test("closes during a run, which gets an error", async (kept) => {
    const echo = await echoJob(kept);
    const peer = new Peer(await kept.open([echo]), 0, echo);
    await peer.ask(INITIALIZATION, [0]);
    await within(SECONDS, kept.close());
    peer.post(0, [0]);
    await within(SECONDS, peer.links.join([peer.link]));
    assertThrows(() => peer.link.take(), Error, "its host was closed");
    await within(SECONDS, peer.links.end());
    await assertRejects(() => kept.open([echo]), TypeError, "the host is closed");
  });

  test("closes during the start of a run, which gets an error", async (kept) => {
    const echo = await echoJob(kept);
    for (let turns = 0; turns < 6; turns++) {
      const closing = keep(kept.mode);
      const opening = closing.open([echo, { ...echo, path: "other" }]).then(
        (links) => links,
        (error: unknown) => error,
      );
      for (let at = 0; at < turns; at++) await new Promise((resolve) => setTimeout(resolve));
      await within(SECONDS, closing.close());
      const opened = await within(SECONDS, opening);
      if (opened instanceof Error) assertStringIncludes(opened.message, "closed");
      else assertThrows(() => (opened as Links).links[0]!.take(), Error, "its host was closed");
    }
  });

  async function evaluations(kept: KeptMode): Promise<unknown> {
    const evaluated = await jobOf(kept, { module: LAW, export: "evaluated" });
    const peer = new Peer(await kept.open([evaluated]), 0, evaluated);
    const { outputs: [count] } = await peer.ask(INITIALIZATION, []);
    await peer.links.end();
    return count;
  }

  test("hands a warm guest the next system of its module", async (kept) => {
    assertEquals([await evaluations(kept), await evaluations(kept), await evaluations(kept)], [1, 2, 3]);
  });

  test("a warm guest behaves like a fresh one, system after system", async (kept) => {
    const scripts = fc.array(fc.array(fc.jsonValue(), { maxLength: 4 }), { minLength: 2, maxLength: 4 });
    const echo = await echoJob(kept);
    await fc.assert(
      fc.asyncProperty(scripts, async (scripts) => {
        for (const inputs of scripts) {
          const peer = new Peer(await kept.open([echo]), 0, echo);
          assertEquals((await peer.ask(INITIALIZATION, [null])).outputs, [null, undefined, 0]);
          for (const [k, input] of inputs.entries()) {
            assertEquals((await peer.ask(k, [input])).outputs, [input, input, k + 1]);
          }
          await peer.links.end();
        }
      }),
      { numRuns: runs(10) },
    );
  });

  test("reuses a guest whose system could not be created", async (kept) => {
    const echo = await echoJob(kept);
    for (let time = 1; time <= 2; time++) {
      await assertRejects(() => kept.open([otherPorts(echo)]), GuestError);
      assertEquals(await evaluations(kept), time);
    }
  });

  test("refuses a job that names no module", async (kept) => {
    const echo = await echoJob(kept);
    const { reference: _, ...unnamed } = echo.system;
    await assertRejects(() => kept.open([{ ...echo, system: unnamed }]), TypeError, "loadSystem is wanted");
  });

  test("gives up a guest that does not answer in time", async (kept) => {
    const argument = { near: Deno.pid, place: "update", fault: "block", at: 0, milliseconds: 4000 };
    const late = keep(kept.mode, { limit: 2000 });
    const blocked = await jobOf(kept, { module: FAULTY, export: "faulty", argument });
    const peer = new Peer(await late.open([blocked]), 0, blocked);
    await peer.ask(INITIALIZATION, [0]);
    peer.post(0, [0]);
    await within(SECONDS, peer.links.join([peer.link]));
    const error = assertThrows(() => peer.link.take(), GuestTimeoutError);
    assertEquals([error.guest, error.mode, error.seconds], ["guest", kept.mode.name, 2]);
    await within(SECONDS, peer.links.end());
    // A thread returns once its work is done.
    if (kept.mode.memory === "shared") await new Promise((resolve) => setTimeout(resolve, 3000));
    await within(SECONDS, late.close());
  });

  test("gives up a guest whose system violates the protocol, and no other", async (kept) => {
    const sayings: Readonly<Record<string, Saying>> = {
      "a reply to no request": { frames: [["reply", 77]] },
      "a reply twice": { frames: [["reply", 2], ["reply", 2]] },
      "an item": { frames: [["item", 3]] },
      "exports": { frames: [["exports", 0, encode([])]] },
      "begun again": { frames: [["begun", 1]] },
      "over before the end": { frames: [["over", 1]] },
      "bytes that are no frames": { raw: Uint8Array.of(104, 101) },
    };
    const echo = await echoJob(kept, { name: "other" });
    const other = new Peer(await kept.open([echo]), 0, echo);
    await other.ask(INITIALIZATION, [0]);
    for (const [what, saying] of Object.entries(sayings)) {
      const argument = { saying };
      const sayer = await jobOf(kept, { module: PROGRAM, export: "sayer", argument }, { name: "wrong" });
      const peer = new Peer(await kept.open([sayer]), 0, sayer);
      await peer.ask(INITIALIZATION, [0]);
      await peer.ask(0, [0]);
      let error: unknown;
      try {
        for (let k = 1; k < 4; k++) await peer.ask(k, [0]);
      } catch (thrown) {
        error = thrown;
      }
      assertInstanceOf(error, ProtocolError, `${what}: ${error}`);
      assertStringIncludes(error.message, `guest wrong (${kept.mode.name} mode)`, what);
      await peer.links.end();
    }
    assertEquals((await other.ask(0, ["alone"])).outputs, ["alone", "alone", 1]);
  });
}

async function jobOf(
  kept: KeptMode,
  reference: SystemReference,
  { name = "guest", ...options }: JobOptions = {},
): Promise<Delegation> {
  const system = await loadSystem(reference);
  return { path: name, system: delegate(system, { mode: kept.mode.name, period: 1, ...options }) };
}

async function echoJob(kept: KeptMode, options: JobOptions = {}): Promise<Delegation> {
  return await jobOf(kept, { module: LAW, export: "echo" }, options);
}

/** The same with ports that its far side does not have: () -> (z: scalar). */
function otherPorts({ path, system }: Delegation, name = path): Delegation {
  return { path: name, system: { ...system, inputs: {}, outputs: { z: scalar() } } };
}

/** The near side of one link. */
class Peer {
  readonly links: Links;
  readonly link: Link;
  next = 0;
  readonly #wire: Wire;
  #seen = INITIALIZATION;

  constructor(links: Links, index: number, job: Delegation) {
    this.links = links;
    this.link = links.links[index]!;
    this.#wire = new Wire(job.system as unknown as System);
  }

  post(k: number, inputs: readonly unknown[]): void {
    this.link.post(this.#wire.encodeRequest({ k, t: Math.max(k, 0), named, seen: this.#seen, inputs }));
  }

  hear(): Message | undefined {
    const bytes = this.link.take();
    return bytes === undefined ? undefined : this.#wire.decode(bytes);
  }

  take(): Reply | undefined {
    const message = this.hear();
    if (message === undefined) return undefined;
    assert(message.kind === "reply", JSON.stringify(message));
    this.#seen = message.reply.k;
    return message.reply;
  }

  async ask(k: number, inputs: readonly unknown[]): Promise<Reply> {
    this.post(k, inputs);
    await within(SECONDS, this.links.join([this.link]));
    return this.take()!;
  }
}
