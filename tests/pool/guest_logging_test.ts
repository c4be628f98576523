import type { NumberedLine } from "../../lib/logging/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LoggingError } from "../../lib/errors.ts";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { Guest, GuestLog, type GuestLogOptions } from "../../lib/pool/mod.ts";
import { within } from "../contracts/deadline.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { runs } from "../contracts/soak.ts";

const module = import.meta.resolve("../guests/logging_work.ts");
const settings = { loggers: [{ category: "app", level: "debug" }] } as const;

let host: Host;
Deno.test.beforeEach(() => void (host = new Host()));
Deno.test.afterEach(async () => await within(20, host.close()));

/** A test that must not hang. */
function test(name: string, body: () => Promise<void> | void): void {
  Deno.test(name, async () => await within(120, body()));
}

/** A log to a list, as `lane sequence: message`. */
function listed(lanes: readonly string[], options: Partial<GuestLogOptions> = {}) {
  const lines: string[] = [];
  const onLine = ({ lane, sequence, message }: NumberedLine) => void lines.push(`${lane} ${sequence}: ${message}`);
  return { lines, log: new GuestLog({ lanes, settings, onLine, ...options }) };
}

/** The first line of each, then the second of each, and so on. */
function inTurns(lanes: readonly (readonly string[])[]): string[] {
  const turns = Math.max(0, ...lanes.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => lanes.flatMap((lines) => lines.slice(turn, turn + 1))).flat();
}

const pauses = fc.array(fc.nat(4), { maxLength: 5 });

for (const mode of MODE_NAMES) {
  test(`guests in ${mode} mode that share a log take turns in it, however fast each is`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pauses, { minLength: 1, maxLength: 3 }), fc.boolean(), async (all, isByLane) => {
        const names = all.map((_, at) => `guest ${at}`);
        const { lines, log } = listed(names, { order: isByLane ? "lanes" : "turns" });
        const guests = await Promise.all(all.map((pauses, at) => {
          const [name, argument] = [`guest ${at}`, { name: `${at}`, pauses }];
          return Guest.make({ mode, module, host, export: "speak", name, argument, logging: log });
        }));
        await Promise.all(guests.map((guest) => guest.start()));
        await within(20, Promise.all(guests.map((guest) => guest.result())));
        const lanes = all.map((pauses, at) => pauses.map((_, place) => `guest ${at} ${place}: ${at} ${place}`));
        // All have ended, so nothing waits for the end of the log.
        assertEquals(lines, isByLane ? lanes.flat() : inTurns(lanes));
        log[Symbol.dispose]();
        for (const guest of guests) await guest[Symbol.asyncDispose]();
      }),
      { numRuns: runs(mode === "direct" ? 100 : 20) },
    );
  });

  test(`a guest in ${mode} mode has a name of its own in a log, one that the log knows`, async () => {
    const { log } = listed(["anna", "ben"]);
    const make = (name: string) => Guest.make({ mode, module, host, export: "say", argument: "a", name, logging: log });
    await using anna = await make("anna");
    await assertRejects(() => make("anna"), LoggingError, "Cannot log as anna: the name is taken");
    await assertRejects(() => make("carl"), LoggingError, "one of its own (anna, ben) is wanted");
    await anna.start();
    await anna.result();
    await assertRejects(() => make("anna"), LoggingError, "the name is taken");
    log[Symbol.dispose]();
    await assertRejects(() => make("ben"), LoggingError, "the log is closed");
  });

  test(`a guest in ${mode} mode has a log of its own, with a file that is closed with it`, async () => {
    const folder = Deno.makeTempDirSync({ prefix: "holdfast-guest-log-" });
    try {
      {
        const settings = { mode, module, host, export: "say", argument: "hello", name: "anna" };
        await using guest = await Guest.make({ ...settings, logging: { folder } });
        await guest.start();
        assertEquals(await guest.result(), "hello");
      }
      const wanted = "info    anna app.work: hello\n";
      assertEquals(["anna", "merged"].map((name) => Deno.readTextFileSync(`${folder}/${name}.log`)), [wanted, wanted]);
      const none = { folder: `${folder}/none` };
      const make = () => Guest.make({ mode, module, host, export: "say", logging: none });
      await assertRejects(make, LoggingError, "there is none");
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

for (const mode of ELSEWHERE) {
  test(`a guest in ${mode} mode that dies leaves its lines, and holds nobody up`, async () => {
    const { lines, log } = listed(["anna", "ben"]);
    const common = { mode, module, host, logging: log };
    const argument = { count: 2, death: "exits" };
    const anna = await Guest.make({ ...common, export: "sayAndDie", name: "anna", argument });
    const speech = { name: "b", pauses: [0, 0, 0, 0] };
    const ben = await Guest.make({ ...common, export: "speak", name: "ben", argument: speech });
    await Promise.all([anna.start(), ben.start()]);
    await within(20, Promise.all([assertRejects(() => anna.result()), ben.result()]));
    const [one, other] = [["record 0", "record 1"], ["b 0", "b 1", "b 2", "b 3"]];
    const lanes = [one.map((text, at) => `anna ${at}: ${text}`), other.map((text, at) => `ben ${at}: ${text}`)];
    assertEquals(lines, inTurns(lanes));
    log[Symbol.dispose]();
    for (const guest of [anna, ben]) await guest[Symbol.asyncDispose]();
  });

  test(`a guest in ${mode} mode that is terminated ends its lane`, async () => {
    const { lines, log } = listed(["anna", "ben"], { order: "lanes" });
    const shared = { export: "things" };
    const waits = Promise.withResolvers<void>();
    const onProgress = () => waits.resolve();
    const common = { mode, module, host, logging: log };
    const told = { ...common, export: "sayAndWait", name: "anna", argument: "a", shared, onProgress };
    await using anna = await Guest.make(told);
    await anna.start();
    await within(20, waits.promise);
    await using ben = await Guest.make({ ...common, export: "say", name: "ben", argument: "b" });
    await ben.start();
    await ben.result();
    assertEquals(lines, ["anna 0: a waits"]);
    await within(20, anna.terminate());
    assertEquals(lines, ["anna 0: a waits", "ben 0: b"]);
    log[Symbol.dispose]();
  });
}

test("Guest.run() logs under the guest's name, before the guest itself does", async () => {
  const { lines, log } = listed(["anna"]);
  const told = { module, host, export: "say", argument: "hello", name: "anna", logging: log };
  await using guest = await Guest.make({ ...told, mode: "thread" });
  assertEquals(await guest.run(), "hello");
  await guest.start();
  await guest.result();
  assertEquals(lines, ["anna 0: hello", "anna 1: hello"]);
  log[Symbol.dispose]();
});

test("GuestLog refuses two guests of one name, bad settings, and lines that go nowhere", () => {
  const onLine = () => {};
  assertThrows(() => new GuestLog({ lanes: ["a", "a"], onLine }), LoggingError, "Cannot log as a: the name is taken");
  assertThrows(() => new GuestLog({ lanes: ["a"] }), LoggingError, "a folder or onLine is wanted");
  assertThrows(() => new GuestLog({ lanes: ["a"], folder: "no/such/folder" }), LoggingError, "there is none");
  const settings = { loggers: [{ category: "a" }, { category: "a" }] };
  assertThrows(() => new GuestLog({ lanes: ["a"], onLine, settings }), LoggingError, "two loggers of category a");
});

test("GuestLog throws once, when it is disposed, what a listener threw first", () => {
  const fault = new RangeError("full");
  const onLine = () => {
    throw fault;
  };
  const log = new GuestLog({ lanes: ["a"], onLine });
  const lane = log.claim("a");
  const line = { lane: "", level: "info", category: [], message: "", properties: {} } as const;
  lane.add(line);
  lane.end();
  lane.add(line);
  lane.end();
  assert(assertThrows(() => log[Symbol.dispose]()) === fault);
  log[Symbol.dispose]();
});
