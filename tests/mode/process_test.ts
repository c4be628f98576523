import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { EngineError, GuestDiedError } from "../../lib/errors.ts";
import { type Launch, processMode, type Realm } from "../../lib/mode/mod.ts";
import { type Child, type ChildStatus, turn } from "../../lib/platform/mod.ts";
import { within } from "../contracts/deadline.ts";
import { bytesOf, framesIn } from "../contracts/frames.ts";
import { notedCode } from "../contracts/realm_code.ts";

const SECONDS = 20;

/** A child that a test plays. */
class FakeChild implements Child {
  readonly readable: Child["readable"];
  readonly writable: Child["writable"];
  readonly status: Promise<ChildStatus>;
  readonly kills: string[] = [];
  readonly written: number[] = [];
  /** What became of its streams. */
  readonly closed: string[] = [];
  readonly #status = Promise.withResolvers<ChildStatus>();
  #output: ReadableByteStreamController | undefined;

  constructor() {
    this.status = this.#status.promise;
    this.readable = new ReadableStream({
      type: "bytes",
      start: (controller) => void (this.#output = controller),
      cancel: () => void this.closed.push("cancelled"),
    }) as Child["readable"];
    this.writable = new WritableStream({
      write: (bytes) => void this.written.push(...bytes),
      close: () => void this.closed.push("closed"),
      abort: () => void this.closed.push("aborted"),
    });
  }

  say(bytes: Uint8Array): void {
    this.#output?.enqueue(new Uint8Array(bytes));
  }

  kill(signal: string): void {
    this.kills.push(signal);
    if (signal === "SIGKILL") this.end({ code: 137, signal });
  }

  end(status: ChildStatus = { code: 0, signal: null }): void {
    this.#status.resolve(status);
    if (status.signal !== null) return;
    this.#output?.close();
    this.#output?.byobRequest?.respond(0);
  }
}

function start(launch: Launch): { realm: Realm; told: unknown[] } {
  const mode = processMode(notedCode, { name: "far", launcher: { transport: "far", launch } });
  const realm = mode.start({ module: "data:,", permissions: {}, options: {} });
  const told: unknown[] = [];
  realm.listen({
    frame: ({ kind, number }) => told.push([kind, number]),
    moved: () => told.push("moved"),
    settled: () => told.push("settled"),
    written: () => told.push("written"),
    ended: (error) => told.push(error),
  });
  return { realm, told };
}

Deno.test("processMode() says what was flushed to a child when it is there", async () => {
  const launched = Promise.withResolvers<Child>();
  const { realm, told } = start(() => launched.promise);
  realm.outbox.add("post", 1);
  realm.flush();
  realm.outbox.add("post", 2);
  assertEquals([realm.mode, realm.busy, realm.messages, told], ["far", true, 0, []]);
  const child = new FakeChild();
  launched.resolve(child);
  for (let turns = 0; turns < 10 && told.length === 0; turns++) await turn();
  assertEquals(framesIn(Uint8Array.from(child.written)).map(({ number }) => number), [1, 2]);
  assertEquals([realm.busy, realm.messages, told], [false, 1, ["written"]]);
  child.say(bytesOf([{ kind: "hello" }]));
  await turn();
  child.end();
  await within(SECONDS, realm.ended);
  assertEquals(told.slice(1, 3), [["hello", 0], "settled"]);
  assertInstanceOf(told[3], GuestDiedError);
  assertEquals(told[3].code, 0);
});

Deno.test("processMode() tells why no child could be launched", async () => {
  const { realm, told } = start(() => Promise.reject(new RangeError("no agent is there")));
  await within(SECONDS, realm.ended);
  assertEquals([told.length, realm.alive], [1, false]);
  assertInstanceOf(told[0], GuestDiedError);
  assertStringIncludes(told[0].message, "it was not started (no agent is there)");
  await realm.close();
});

Deno.test("processMode() hands on why nobody can launch a child, and why one is lost", async () => {
  const { realm, told } = start(() => Promise.reject(new EngineError("Cannot start a guest: there is no agent")));
  await within(SECONDS, realm.ended);
  assertInstanceOf(told[0], EngineError);
  const child = new FakeChild();
  const lost = start(() => child);
  child.end({ code: 1, signal: null, lost: "its agent is silent" });
  await within(SECONDS, lost.realm.ended);
  assertInstanceOf(lost.told[0], GuestDiedError);
  assertStringIncludes(lost.told[0].message, "its agent is silent");
  assertEquals([lost.told[0].code, lost.told[0].signal], [undefined, undefined]);
});

Deno.test("processMode() ends a guest whose child does not come, and the child if it comes later", async () => {
  const ways: ((realm: Realm) => void)[] = [
    (realm) => realm.fail(new RangeError("given up")),
    (realm) => realm.signal("SIGKILL"),
    (realm) => void realm.close(),
  ];
  for (const [at, end] of ways.entries()) {
    const launched = Promise.withResolvers<Child>();
    const { realm, told } = start(() => launched.promise);
    realm.outbox.add("post", 1);
    realm.flush();
    end(realm);
    await within(SECONDS, Promise.all([realm.ended, realm.close()]));
    assertEquals([realm.alive, told.length], [false, 1]);
    assertInstanceOf(told[0], at === 0 ? RangeError : GuestDiedError);
    const child = new FakeChild();
    launched.resolve(child);
    for (let turns = 0; turns < 10; turns++) await turn();
    assertEquals([child.kills, child.written, told.length], [["SIGKILL"], [], 1]);
    assertEquals(child.closed.toSorted(), ["aborted", "cancelled"]);
  }
});

Deno.test("processMode() hands on a signal that was sent before the child came", async () => {
  const launched = Promise.withResolvers<Child>();
  const { realm } = start(() => launched.promise);
  realm.signal("SIGTERM");
  const child = new FakeChild();
  launched.resolve(child);
  for (let turns = 0; turns < 10 && child.kills.length === 0; turns++) await turn();
  assertEquals([child.kills, realm.alive], [["SIGTERM"], true]);
  child.end({ code: 143, signal: "SIGTERM" });
  await within(SECONDS, realm.ended);
});

Deno.test("processMode() takes a child that is killed within a frame for dead, and one that ends there for wrong", async () => {
  const half = bytesOf([{ kind: "reply", number: 1, payload: new Uint8Array(10) }]).subarray(0, 15);
  for (const signal of ["SIGKILL", null]) {
    const child = new FakeChild();
    const { realm, told } = start(() => child);
    child.say(half);
    await turn();
    child.end({ code: 0, signal });
    await within(SECONDS, realm.ended);
    assertEquals((told.at(-1) as Error).name, signal === null ? "ProtocolError" : "GuestDiedError");
    assertEquals(told.filter((told) => told instanceof Error).length, 1);
  }
});

Deno.test("processMode() kills children, wherever they are, when this process exits", async () => {
  const text = `
    import { processMode } from ${JSON.stringify(import.meta.resolve("../../lib/mode/mod.ts"))};
    const child = {
      readable: new ReadableStream({ type: "bytes" }),
      writable: new WritableStream(),
      status: new Promise(() => {}),
      kill: (signal) => console.log(signal),
    };
    const mode = processMode({}, { name: "far", launcher: { transport: "far", launch: () => child } });
    mode.start({ module: "data:,", permissions: {}, options: {} });
    Deno.exit(0);
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--no-lock", text] }).output();
  assertEquals(new TextDecoder().decode(stdout), "SIGKILL\n");
});
