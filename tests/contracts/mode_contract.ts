/**
 * What every mode must do: one suite, run over direct, thread and process mode.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { delegate, signature, type System, type SystemReference } from "../../lib/diagram/mod.ts";
import { GuestError } from "../../lib/errors.ts";
import { type Job, jobFor, loadSystem, type Mode, type ModeSession } from "../../lib/host/mod.ts";
import { type Message, Wire } from "../../lib/host/system/wire.ts";
import { INITIALIZATION, type Reply } from "../../lib/simulator/mod.ts";
import { within } from "./deadline.ts";
import { runs } from "./soak.ts";

/** A mode under test. */
export interface ModeSubject {
  /** Makes one without guests. */
  readonly create: (options?: { fresh?: boolean; timeout?: number }) => Mode;
  /** Whether its guests are realms of their own, which start and stay warm. */
  readonly elsewhere: boolean;
}

const LAW = import.meta.resolve("../guests/law.ts");
const FAULTY = import.meta.resolve("../guests/faulty.ts");
const named = { period: 1, offset: 0 };

/** Registers the tests of the contract for one mode. */
export function testModeContract(subject: ModeSubject): void {
  const { name } = subject.create();

  function test(criterion: string, body: (mode: Mode) => Promise<void>, options?: { fresh?: boolean }): void {
    Deno.test(`${name} mode ${criterion}`, async () => {
      const mode = subject.create(options);
      try {
        await body(mode);
      } finally {
        await within(5, mode.close());
      }
    });
  }

  async function job(
    reference: SystemReference,
    options: { name?: string; deterministic?: boolean; capacity?: number } = {},
  ): Promise<Job> {
    const { name: path = "guest", ...delegation } = options;
    return jobFor({ path, system: delegate(await loadSystem(reference), { mode: name, period: 1, ...delegation }) });
  }

  async function echoJob(options: { name?: string; deterministic?: boolean; capacity?: number } = {}): Promise<Job> {
    return await job({ module: LAW, export: "echo" }, options);
  }

  test("answers each message, in order", async (mode) => {
    const echo = await echoJob();
    const peer = new Peer(await mode.open([echo]), 0, echo);
    assertEquals((await peer.ask(INITIALIZATION, ["first"])).outputs, ["first", undefined, 0]);
    for (let k = 0; k < 20; k++) {
      const reply = await peer.ask(k, [{ k }]);
      assertEquals([reply.k, reply.outputs], [k, [{ k }, { k }, k + 1]]);
    }
    assertEquals(peer.session.links[0]!.take(), undefined);
  });

  test("has one link per job, in order, and joins any of them", async (mode) => {
    const jobs = await Promise.all(["a", "b", "c"].map((name) => echoJob({ name })));
    const session = await mode.open(jobs);
    const peers = jobs.map((job, index) => new Peer(session, index, job));
    assertEquals(session.links.map(({ guest, mode }) => [guest, mode]), jobs.map((job) => [job.name, name]));
    for (const peer of peers) await peer.ask(INITIALIZATION, [0]);
    await fc.assert(
      fc.asyncProperty(fc.subarray(peers, { minLength: 1 }), fc.boolean(), async (some, backwards) => {
        for (const peer of some) peer.post(peer.next, [peer.next]);
        await within(5, Promise.resolve(session.join(some.map(({ link }) => link))));
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

  test("carries messages of any size, larger than a slot too", async (mode) => {
    const echo = await echoJob({ capacity: 1000 });
    const peer = new Peer(await mode.open([echo]), 0, echo);
    await peer.ask(INITIALIZATION, [0]);
    for (const length of [0, 1, 900, 1000, 1001, 1300, 2000, 54321]) {
      const bytes = crypto.getRandomValues(new Uint8Array(length));
      const reply = await peer.ask(peer.next, [bytes]);
      assertEquals(reply.outputs[0], bytes);
      peer.next++;
    }
  });

  test("keeps the newest message only where that is asked for", async (mode) => {
    const echo = await echoJob({ deterministic: false });
    const peer = new Peer(await mode.open([echo]), 0, echo);
    await peer.ask(INITIALIZATION, [0]);
    const last = 50;
    let newest = INITIALIZATION;
    for (let k = 0; k <= last; k++) peer.post(k, [k]);
    while (newest < last) {
      await within(5, Promise.resolve(peer.session.join([peer.link])));
      const reply = peer.take();
      if (reply === undefined) continue;
      assert(reply.k > newest, `${reply.k} after ${newest}`);
      assertEquals(reply.outputs[1], reply.k);
      assert((reply.outputs[2] as number) <= reply.k + 1);
      newest = reply.k;
    }
  });

  test("answers what a guest throws with an error, then and ever after", async (mode) => {
    const faulty = await job({
      module: FAULTY,
      export: "faulty",
      argument: { near: Deno.pid, direct: !subject.elsewhere, place: "update", fault: "throw", at: 1 },
    });
    const peer = new Peer(await mode.open([faulty]), 0, faulty);
    await peer.ask(INITIALIZATION, [0]);
    await peer.ask(0, [0]);
    for (let k = 1; k < 4; k++) {
      peer.post(k, [0]);
      await within(5, Promise.resolve(peer.session.join([peer.link])));
      const message = peer.hear();
      assert(message?.kind === "error");
      assertEquals([message.phase, message.far.name, message.far.message], ["update", "RangeError", "it went wrong"]);
    }
  });

  test("refuses a job whose ports differ on the far side", async (mode) => {
    const echo = await echoJob();
    const error = await assertRejects(async () => {
      await mode.open([echo, { ...echo, name: "other", signature: "() -> (z: scalar)" }]);
    }, GuestError);
    assertEquals([error.guest, error.mode, error.phase, error.far.name], ["other", name, "construct", "TypeError"]);
    assert(error.message.includes("() -> (z: scalar)") && error.message.includes(signature(echo.system)));
    const peer = new Peer(await mode.open([echo]), 0, echo);
    await peer.ask(INITIALIZATION, [1]);
  });

  test("runs two sessions at once that know nothing of each other", async (mode) => {
    const echo = await echoJob();
    const peers = (await Promise.all([mode.open([echo]), mode.open([echo])])).map((session) => {
      return new Peer(session, 0, echo);
    });
    for (const [index, peer] of peers.entries()) await peer.ask(INITIALIZATION, [`of ${index}`]);
    for (let k = 0; k < 5; k++) {
      const replies = await Promise.all(peers.map((peer, index) => peer.ask(k, [index])));
      assertEquals(replies.map(({ outputs }) => outputs[0]), [0, 1]);
    }
    await peers[0]!.session.end();
    assertEquals((await peers[1]!.ask(5, ["alone"])).outputs, ["alone", "alone", 6]);
  });

  test("ends sessions with requests in flight, twice without harm, and opens others", async (mode) => {
    const echo = await echoJob();
    for (let round = 0; round < runs(5); round++) {
      const peer = new Peer(await mode.open([echo]), 0, echo);
      const reply = await peer.ask(INITIALIZATION, [round]);
      assertEquals(reply.outputs, [round, undefined, 0]);
      peer.post(0, [round]);
      await within(5, Promise.all([peer.session.end(), peer.session.end()]));
      await peer.session.end();
    }
  });

  test("closes with nothing open, and twice", async (mode) => {
    await mode.close();
    await Promise.all([mode.close(), mode.close()]);
  });

  if (!subject.elsewhere) return;

  test("closes under a run, which hears of it", async (mode) => {
    const echo = await echoJob();
    const peer = new Peer(await mode.open([echo]), 0, echo);
    await peer.ask(INITIALIZATION, [0]);
    await within(5, Promise.resolve(mode.close()));
    peer.post(0, [0]);
    await within(5, Promise.resolve(peer.session.join([peer.link])));
    assertThrows(() => peer.link.take(), Error, "its host was closed");
    await within(5, Promise.resolve(peer.session.end()));
    const error = await assertRejects(async () => await mode.open([echo]), TypeError);
    assert(error.message.includes("the host is closed"));
  });

  async function evaluations(mode: Mode): Promise<unknown> {
    const evaluated = await job({ module: LAW, export: "evaluated" });
    const peer = new Peer(await mode.open([evaluated]), 0, evaluated);
    const { outputs: [count] } = await peer.ask(INITIALIZATION, []);
    await peer.session.end();
    return count;
  }

  test("hands a warm guest the next job of its module", async (mode) => {
    assertEquals([await evaluations(mode), await evaluations(mode), await evaluations(mode)], [1, 2, 3]);
  });

  test("starts fresh guests where they are asked for", async (mode) => {
    assertEquals([await evaluations(mode), await evaluations(mode)], [1, 1]);
  }, { fresh: true });

  test("has a warm guest behave as a fresh one", async (mode) => {
    const scripts = fc.array(fc.array(fc.jsonValue(), { maxLength: 4 }), { minLength: 2, maxLength: 4 });
    const echo = await echoJob();
    await fc.assert(
      fc.asyncProperty(scripts, async (scripts) => {
        for (const inputs of scripts) {
          const peer = new Peer(await mode.open([echo]), 0, echo);
          assertEquals((await peer.ask(INITIALIZATION, [null])).outputs, [null, undefined, 0]);
          for (const [k, input] of inputs.entries()) {
            assertEquals((await peer.ask(k, [input])).outputs, [input, input, k + 1]);
          }
          await peer.session.end();
        }
      }),
      { numRuns: runs(10) },
    );
  });

  test("uses a guest again whose job failed", async (mode) => {
    const faulty = await job({
      module: LAW,
      export: "echo",
    });
    await assertRejects(async () => await mode.open([{ ...faulty, signature: "no" }]), GuestError);
    assertEquals(await evaluations(mode), 1);
    await assertRejects(async () => await mode.open([{ ...faulty, signature: "no" }]), GuestError);
    assertEquals(await evaluations(mode), 2);
  });

  test("refuses a job that names no module", async (mode) => {
    const { reference: _, ...anonymous } = await echoJob();
    const error = await assertRejects(async () => await mode.open([{ ...anonymous, reference: undefined }]));
    assertInstanceOf(error, TypeError);
    assert(error.message.includes("loadSystem"));
  });
}

/** The near side of one link. */
class Peer {
  readonly session: ModeSession;
  readonly link: ModeSession["links"][number];
  next = 0;
  readonly #wire: Wire;
  #seen = INITIALIZATION;

  constructor(session: ModeSession, index: number, job: Job) {
    this.session = session;
    this.link = session.links[index]!;
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
    await within(5, Promise.resolve(this.session.join([this.link])));
    return this.take()!;
  }
}
