import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { integrator } from "../../lib/blocks/mod.ts";
import { delegate } from "../../lib/diagram/mod.ts";
import { GuestDiedError, GuestTimeoutError, ProtocolError } from "../../lib/errors.ts";
import {
  type GuestOptions,
  type GuestPermissions,
  Host,
  loadSystem,
  type Mode,
  MODE_NAMES,
  ServiceShare,
} from "../../lib/host/mod.ts";
import { counter } from "../../lib/programs/mod.ts";
import { turn } from "../../lib/platform/mod.ts";
import { lock } from "../../lib/sync/mod.ts";
import { within } from "../contracts/deadline.ts";
import { fakeMode, type FakeRealm } from "../contracts/fake_mode.ts";

const SECONDS = 20;
const JOB = { name: "guest", module: "data:,", initializer: undefined, shared: undefined, limit: Infinity };

/** A listener of a service, and all that it was told. */
function listening() {
  const told: unknown[] = [];
  const listener = {
    answered: (answer: unknown) => told.push(answer),
    settled: () => {},
    reported: (value: unknown) => told.push(value),
    ended: (error: Error) => told.push(error),
  };
  return { told, listener };
}

Deno.test("Host refuses a limit that no timer keeps", async () => {
  for (const seconds of [0, -1, NaN, 2 ** 31 / 1000, "5" as unknown as number]) {
    assertThrows(
      () => new Host({ timeout: seconds }),
      RangeError,
      `Cannot wait for an answer: a timeout of ${seconds} s`,
    );
    assertThrows(() => new Host({ startTimeout: seconds }), RangeError, "Cannot wait for a guest's start");
  }
  for (const seconds of [Number.MIN_VALUE, 2147483, Infinity]) {
    await new Host({ timeout: seconds, startTimeout: seconds }).close();
  }
});

Deno.test("Host refuses what guests are given along where that makes no sense, before any is started", async () => {
  const wrong: Record<string, unknown[]> = {
    env: [{ "A=B": "1" }, { A: 1 }, { "": "1" }, "A", null],
    args: [["a", 1], "a", ["a\0"]],
    cwd: ["", 5, "a\0b"],
    v8Flags: [["expose-gc"], ["--a,--b"], "--expose-gc"],
    heapLimit: [0, 15, 16.5, Infinity, "64"],
    config: [5, ""],
    importMap: [{}],
    unstable: [["--kv"], "kv", ["a b"]],
    timeout: [1],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      assertThrows(
        () => new Host({ guests: { [name]: value } as GuestOptions }),
        RangeError,
        `Cannot give guests ${name}`,
      );
    }
  }
  const right = {
    env: { A: "1", EMPTY: "" },
    args: ["a", ""],
    cwd: "/",
    v8Flags: ["--expose-gc"],
    heapLimit: 16,
    unstable: ["kv"],
  };
  await new Host({ guests: right }).close();
});

Deno.test("Host refuses permissions that make no sense, before any guest is started", async () => {
  for (const permissions of [{ raed: true }, { read: "a" }, { net: [""] }, { env: [5] }, { run: null }, { ffi: 1 }]) {
    assertThrows(
      () => new Host({ permissions: permissions as unknown as GuestPermissions }),
      RangeError,
      `Cannot permit guests ${Object.keys(permissions)[0]}`,
    );
  }
  await new Host({ permissions: { read: true, write: false, net: ["a"], env: [], run: undefined } as object }).close();
});

Deno.test("Host tells that a guest was not started, in a typed error", async () => {
  for (const cwd of [`${import.meta.dirname}/nowhere`, import.meta.filename!]) {
    await using host = new Host({ guests: { cwd } });
    const serve = () => host.serve(JOB, { mode: "process", listener: listening().listener });
    await assertRejects(serve, GuestDiedError, "it was not started");
  }
});

Deno.test("Host has the modes of the list, and its caller's", async () => {
  const mode = fakeMode();
  await using host = new Host({ modes: [mode] });
  assertEquals(host.modes, [...MODE_NAMES, "fake"]);
  const { told, listener } = listening();
  const link = await host.serve(JOB, { mode: "fake", listener });
  await link.finish();
  assertEquals(mode.realms.map(({ setup }) => setup), [{ module: "data:,", permissions: {}, options: {} }]);
  await host.close();
  assertEquals(told, []);
});

Deno.test("Host refuses a mode that lacks a part, and one whose name is taken", () => {
  const lacking: [unknown, string][] = [
    [undefined, "a name is wanted"],
    [null, "a name is wanted"],
    [{}, "a name is wanted"],
    [{ ...fakeMode(), name: "" }, "a name is wanted"],
    [{ ...fakeMode(), memory: "model" }, `memory "asked" or "shared" of mode fake is wanted`],
    [{ ...fakeMode(), memory: undefined }, `memory "asked" or "shared" of mode fake is wanted`],
    [{ ...fakeMode(), transport: undefined }, "a name for the transport of mode fake is wanted"],
    [{ ...fakeMode(), moves: "no" }, "whether values can be moved"],
    [{ ...fakeMode(), start: undefined }, "a function start and a function kill of mode fake is wanted"],
    [{ ...fakeMode(), kill: 1 }, "a function start and a function kill of mode fake is wanted"],
  ];
  for (const [mode, wanted] of lacking) {
    const error = assertThrows(() => new Host({ modes: [mode as Mode] }), TypeError, "Cannot add a mode");
    assert(error.message.includes(wanted), error.message);
  }
  for (const name of MODE_NAMES) {
    assertThrows(() => new Host({ modes: [fakeMode({ name })] }), TypeError, `Cannot add mode ${name}: there is one`);
  }
  assertThrows(() => new Host({ modes: [fakeMode(), fakeMode()] }), TypeError, "Cannot add mode fake: there is one");
});

const system = await loadSystem({ module: "holdfast:blocks", export: "integrator", argument: { period: 1 } });

/** All that a host does in a mode. */
function uses(host: Host, mode: string): (() => Promise<unknown>)[] {
  return [
    () => host.open([{ path: "guest", system: delegate(system, { mode, period: 1 }) }]),
    () => host.run(counter, { mode, parameters: { times: 1 } }),
    () => host.serve(JOB, { mode, listener: listening().listener }),
  ];
}

Deno.test("Host refuses what is to run in a mode that it does not have", async () => {
  await using host = new Host();
  assertEquals(system.outputs.y, integrator({ period: 1 }).outputs.y);
  for (const mode of ["fake", "toString", "", "Direct"]) {
    for (const use of mode === "" ? uses(host, "direct").slice(0, 0) : uses(host, mode)) {
      await assertRejects(use, RangeError, `in ${mode} mode, one of direct, thread, process is wanted`);
    }
  }
});

Deno.test("Host passes on why a mode cannot start a guest, and works in its others", async () => {
  const start = (): never => {
    throw new RangeError("no room for guests");
  };
  await using host = new Host({ modes: [fakeMode({ start })] });
  for (const use of uses(host, "fake")) await assertRejects(use, RangeError, "no room for guests");
  await within(SECONDS, uses(host, "thread")[0]!());
});

Deno.test("Host gives up a guest that is never heard of", async () => {
  await using host = new Host({ startTimeout: 0.05, modes: [fakeMode({ answers: false })] });
  for (const use of uses(host, "fake")) {
    const error = await assertRejects(() => within(SECONDS, use()), GuestTimeoutError);
    assertEquals([error.mode, error.seconds], ["fake", 0.05]);
  }
});

Deno.test("Host closes for good, twice without harm, and refuses all work from then on", async () => {
  const mode = fakeMode();
  const host = new Host({ modes: [mode] });
  const { told, listener } = listening();
  await host.serve(JOB, { mode: "fake", listener });
  await within(SECONDS, Promise.all([host.close(), host.close()]));
  assertInstanceOf(told[0], GuestDiedError);
  assertEquals([told.length, mode.realms[0]!.alive], [1, false]);
  for (const use of ["direct", "thread", "process", "fake"].flatMap((mode) => uses(host, mode))) {
    await assertRejects(use, TypeError, "the host is closed, an open one is wanted");
  }
  await host.close();
  assertEquals(mode.realms.length, 1);
});

/** What a mode may tell that it should not. */
const GARBAGE: Readonly<Record<string, (realm: FakeRealm) => void>> = {
  "an end twice": (realm) => {
    realm.listener?.ended(new RangeError("the end"));
    realm.listener?.ended(new RangeError("the end again"));
  },
  "an end that is no error": (realm) => realm.listener?.ended(undefined as unknown as Error),
  "something moved": (realm) => realm.moves(undefined),
  "a frame that is none": (realm) => realm.listener?.frame({} as never),
  "no frame at all": (realm) => realm.listener?.frame(undefined as never),
  "a job": (realm) => realm.say("job", 1),
  "an answer to nothing": (realm) => realm.say("reply", 1, 1),
};

Deno.test("Host gives up a guest whose mode tells nonsense of it, and works on", async () => {
  for (const [what, tell] of Object.entries(GARBAGE)) {
    const mode = fakeMode();
    await using host = new Host({ modes: [mode] });
    const { told, listener } = listening();
    await host.serve(JOB, { mode: "fake", listener });
    await turn();
    const [realm] = mode.realms as [FakeRealm];
    // What is of no interest does no harm.
    realm.listener?.settled();
    realm.listener?.written();
    assertEquals(told, []);
    tell(realm);
    realm.say("reply", 1, 1);
    await turn();
    assertEquals(told.length, 1, what);
    const isEnd = what.startsWith("an end");
    assertInstanceOf(told[0], Error, what);
    assertEquals(told[0] instanceof ProtocolError, !isEnd, what);
    realm.die();
    const next = await host.serve(JOB, { mode: "fake", listener: listening().listener });
    assertEquals(mode.realms.length, 2);
    await next.finish();
  }
});

Deno.test("Host gives up a guest that asks again before it is answered", async () => {
  const mode = fakeMode();
  await using host = new Host({ modes: [mode] });
  const { told, listener } = listening();
  const share = new ServiceShare({ guard: lock() }, { tasks: 1 });
  const shared = { share, call: { export: "things" }, task: 0 };
  await host.serve({ ...JOB, shared }, { mode: "fake", listener });
  const [realm] = mode.realms as [FakeRealm];
  const asked = { kind: "call", object: "guard", method: "acquire", args: [], cancels: [] };
  const answers = () => realm.heard.filter(({ kind }) => kind === "result").map(({ number }) => number);
  for (const number of [1, 2]) {
    realm.say("ask", number, asked);
    // The second one waits for ever: the guest has the lock.
    for (let turns = 0; turns < 20 && answers().length < number; turns++) await turn();
  }
  assertEquals([answers(), told], [[1], []]);
  realm.say("ask", 3, asked);
  assertInstanceOf(told[0], ProtocolError);
  assertEquals(told.length, 1);
});
