import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { GuestDiedError, GuestError, LoggingError } from "../../lib/errors.ts";
import {
  configureGuestLogging,
  getLogger,
  lineText,
  type LoggingSettings,
  type NumberedLine,
} from "../../lib/logging/mod.ts";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { type LogTarget, Pool, type PoolOptions } from "../../lib/pool/mod.ts";
import { within } from "../contracts/deadline.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { runs } from "../contracts/soak.ts";
import type { Death, Speech } from "../guests/logging_work.ts";

type Work = typeof import("../guests/logging_work.ts");

const module = import.meta.resolve("../guests/logging_work.ts");
const settings: LoggingSettings = { loggers: [{ category: "app", level: "debug" }] };
const shared = { export: "things" } as const;

let host: Host;
Deno.test.beforeEach(() => void (host = new Host()));
Deno.test.afterEach(async () => await within(20, host.close()));

/** A test that must not hang. */
function test(name: string, body: () => Promise<void> | void): void {
  Deno.test(name, async () => await within(120, body()));
}

/** Opens a pool that logs to a list of lines, as text. */
async function open(options: Partial<PoolOptions> & Pick<PoolOptions, "mode">, target: LogTarget = {}) {
  const lines: string[] = [];
  const onLine = (line: NumberedLine) => void lines.push(lineText(line, "text").trimEnd());
  const logging = { settings, onLine, ...target };
  const opened = Pool.open<Work, "things">({ module, host, workers: 2, ...options, shared, logging });
  return { lines, pool: await within(20, opened) };
}

/** The files of a folder, by name. */
function filesOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(Deno.readDirSync(folder), ({ name }) => [name, Deno.readTextFileSync(`${folder}/${name}`)]),
  );
}

/** Does something in a folder of its own. */
async function inFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = Deno.makeTempDirSync({ prefix: "holdfast-pool-log-" });
  try {
    return await act(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** What calls log, in the order of submission. */
function spoken(speeches: readonly Speech[]): string[] {
  return speeches.flatMap(({ name, pauses }, call) =>
    pauses.map((_, at) => {
      const [level, category] = at % 2 === 0 ? ["info   ", "app.work"] : ["debug  ", "app.own"];
      return `${level} speak#${call} ${category}: ${name} ${at} ${JSON.stringify({ name, at })}`;
    })
  );
}

const speeches = fc.array(
  fc.record({
    name: fc.constantFrom("anna", "ben", "two\nlines", "zoë"),
    pauses: fc.array(fc.nat(4), { maxLength: 4 }),
  }),
  { maxLength: 8 },
);

for (const mode of MODE_NAMES) {
  test(`a pool in ${mode} mode merges lines in the order of its calls, whatever runs where and when`, async () => {
    await fc.assert(
      fc.asyncProperty(speeches, fc.integer({ min: 1, max: 3 }), async (speeches, workers) => {
        await inFolder(async (folder) => {
          const { lines, pool } = await open({ mode, workers }, { folder });
          const calls = speeches.map((speech) => pool.submit("speak", speech).result());
          assertEquals(await Promise.all(calls), speeches.map(({ name }) => name));
          await pool.close();
          const wanted = spoken(speeches).map((line) => line.replace("two\n", "two\\n"));
          assertEquals(lines, wanted);
          const { "merged.log": merged, ...files } = filesOf(folder);
          assertEquals(merged, wanted.map((line) => `${line}\n`).join(""));
          // Each line is in one worker's file, whole; those of a call are together and in order.
          const own = Object.values(files).flatMap((text) => text.split("\n").slice(0, -1));
          assertEquals(own.toSorted(), wanted.toSorted());
          assertEquals(Object.keys(files).length, workers);
          for (const call of speeches.keys()) {
            const isOf = (line: string) => line.includes(` speak#${call} `);
            assertEquals(own.filter(isOf), wanted.filter(isOf));
          }
        });
      }),
      { numRuns: runs(mode === "direct" ? 100 : 30) },
    );
  });

  test(`a pool in ${mode} mode has each line in its file before the answer of the call`, async () => {
    await inFolder(async (folder) => {
      const { pool } = await open({ mode, workers: 1 }, { folder });
      for (let call = 0; call < 20; call++) {
        await pool.run("say", `${call}`);
        assertEquals(filesOf(folder)["worker0.log"]?.split("\n").length, call + 2);
        assertEquals(filesOf(folder)["merged.log"], filesOf(folder)["worker0.log"]);
      }
      await pool.close();
    });
  });

  test(`a pool in ${mode} mode counts what a limit lets pass call by call, and tells what it dropped`, async () => {
    const { lines, pool } = await open({ mode }, { settings: { ...settings, limit: { records: 1 } } });
    await Promise.all([5, 1, 3].map((count) => pool.submit("chatter", count).result()));
    await pool.close();
    const told = lines.map((line) => line.replace(/^info +chatter#(\d) app.work: /, "$1 ").replace(/ \{.*/, ""));
    const [one, more] = ["chatter", "records are dropped by the limit"];
    assertEquals(told, [`0 ${one}`, `0 4 ${more}`, `1 ${one}`, `2 ${one}`, `2 2 ${more}`]);
  });

  test(`a pool in ${mode} mode logs under the levels that its settings say, as plain data`, async () => {
    for (
      const [level, count] of [["debug", 3], ["info", 2], ["warning", 0], ["off", 0]] as const
    ) {
      const own = { loggers: [{ category: ["app"], level }], format: "json" } as const;
      const { lines, pool } = await open({ mode }, { settings: structuredClone(own) });
      await pool.run("speak", { name: level, pauses: [0, 1, 2] });
      await pool.close();
      assertEquals(lines.length, count, level);
    }
  });

  test(`a pool in ${mode} mode has what initializers log before all else, and what fails logs too`, async () => {
    const { lines, pool } = await open({ mode, initializer: { export: "introduce" } });
    const failing = pool.submit("complain", "anna");
    await pool.run("say", "ben");
    await assertRejects(() => failing.result(), GuestError);
    await pool.close();
    assertEquals(lines.map((line) => line.replace(/ \{.*/, "")), [
      "info    worker0 app.work: I am worker0",
      "info    worker1 app.work: I am worker1",
      "error   complain#0 app.work: anna fails",
      "info    say#1 app.work: ben",
    ]);
  });

  test(`a pool in ${mode} mode logs a chunk as one call, in the order of its inputs`, async () => {
    const { lines, pool } = await open({ mode });
    const names = ["a", "b", "c", "d", "e"];
    assertEquals(await Array.fromAsync(pool.map("say", names, { chunkSize: 2 })), names);
    await pool.close();
    const told = lines.map((line) => line.replace(/^info +/, ""));
    assertEquals(told, names.map((name, at) => `say#${Math.floor(at / 2)} app.work: ${name}`));
  });

  test(`a pool in ${mode} mode has a lane of its own for what a guest logs in no call`, async () => {
    const came = Promise.withResolvers<void>();
    const lines: string[] = [];
    const onLine = ({ lane, message }: NumberedLine) => {
      lines.push(`${lane}: ${message}`);
      if (message === "too late") came.resolve();
    };
    const { pool } = await open({ mode, workers: 1 }, { onLine });
    await pool.run("mutter", undefined);
    await within(20, came.promise);
    await pool.run("say", "after it");
    await pool.close();
    assertEquals(lines, ["worker0@1: too late", "say#1: after it"]);
  });

  test(`a pool in ${mode} mode leaves a guest without loggers behind`, async () => {
    const { pool, lines } = await open({ mode });
    assertEquals([await pool.run("say", "heard"), await pool.run("hasLoggers", undefined)], ["heard", true]);
    await pool.close();
    await using silent = await Pool.open<Work>({ mode, module, host, workers: 2 });
    await silent.run("say", "not heard");
    assertEquals([lines.length, await silent.run("hasLoggers", undefined)], [1, false]);
  });

  test(`a pool in ${mode} mode says when it closes that lines were not written; its calls go on`, async () => {
    const fault = new RangeError("the disk is full");
    let told = 0;
    const onLine = () => {
      if (told++ === 0) throw fault;
    };
    const { pool } = await open({ mode }, { onLine });
    assertEquals(await Promise.all(["a", "b", "c"].map((name) => pool.run("say", name))), ["a", "b", "c"]);
    assertEquals(await assertRejects(() => pool.close()), fault);
    assertEquals(told, 3);
  });

  test(`a pool in ${mode} mode goes on where the disk is full, and says so when it closes`, async () => {
    await inFolder(async (folder) => {
      for (const name of ["merged", "worker1"]) Deno.symlinkSync("/dev/full", `${folder}/${name}.log`);
      const { lines, pool } = await open({ mode }, { folder });
      const names = ["a", "b", "c", "d"];
      assertEquals(await Promise.all(names.map((name) => pool.run("say", name))), names);
      await assertRejects(() => pool.close(), LoggingError, "log: No space left on device");
      await pool.close();
      assertEquals(lines.map((line) => line.replace(/^.*: /, "")), names);
    });
  });

  test(`a pool in ${mode} mode refuses bad settings and folders before a guest starts`, async () => {
    const refused = async (logging: LogTarget, message: string, name = "worker") => {
      const opened = () => Pool.open({ mode, module, host, workers: 1, name, logging });
      await assertRejects(opened, LoggingError, message);
    };
    const onLine = () => {};
    const two = { loggers: [{ category: "app" }, { category: ["app"] }] };
    await refused({ onLine, settings: two }, "two loggers of category app");
    await refused({ onLine, settings: { limit: { records: -1 } } }, "the limit of each logger is -1 records");
    await refused({ folder: `${module}/none` }, "there is none, a folder that exists is wanted");
    await refused({}, "the lines go nowhere");
    await refused({ onLine }, "a call may have that name", "say#");
  });
}

const deaths: readonly Death[] = ["exits", "throws beside itself", "rejects beside itself"];

for (const mode of ELSEWHERE) {
  test(`a pool in ${mode} mode has all that a guest logged before it died in a call`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...deaths), fc.nat(200), async (death, count) => {
        await inFolder(async (folder) => {
          const { lines, pool } = await open({ mode }, { folder });
          const dying = pool.submit("sayAndDie", { count, death });
          const others = ["a", "b"].map((name) => pool.submit("say", name).result());
          const error = await within(20, assertRejects(() => dying.result()));
          assert(death === "exits" ? error instanceof GuestDiedError : error instanceof GuestError, String(error));
          assertEquals(await Promise.all(others), ["a", "b"]);
          await pool.close();
          // The one that it ended in is made where the end comes afterwards.
          const whole = Array.from({ length: count }, (_, at) => `record ${at}`);
          const told = [...whole, ...death === "exits" ? [] : ["last"], "a", "b"];
          assertEquals(lines.map((line) => line.replace(/^.*: (.*?)( \{.*)?$/, "$1")), told);
          const { "merged.log": merged, ...files } = filesOf(folder);
          assertEquals(merged, lines.map((line) => `${line}\n`).join(""));
          assertEquals(Object.values(files).join("").split("\n").length, lines.length + 1);
        });
      }),
      { numRuns: runs(8) },
    );
  });

  test(`a pool in ${mode} mode logs a call that is run again under its name, after its first run`, async () => {
    const got: NumberedLine[] = [];
    const { pool } = await open({ mode }, { onLine: (line) => void got.push(line) });
    const calls = [0, 1, 2].map((call) => pool.submit("dieOnce", call, { retries: 1 }).result());
    assertEquals(await within(30, Promise.all(calls)), [0, 1, 2]);
    await pool.close();
    assertEquals(
      got.map(({ lane, sequence, message }) => `${lane} ${sequence}: ${message}`),
      [0, 1, 2].flatMap((call) => [
        `dieOnce#${call} 0: run 0 of call ${call}`,
        `dieOnce#${call} 1: run 1 of call ${call}`,
        `dieOnce#${call} 2: call ${call} ends`,
      ]),
    );
  });
}

test("a pool in process mode has whole lines without a gap of a guest that is killed while it logs", async () => {
  await inFolder(async (folder) => {
    const enough = Promise.withResolvers<void>();
    const messages: string[] = [];
    const onLine = ({ message }: NumberedLine) => void (messages.push(message) === 500 && enough.resolve());
    const { pool } = await open({ mode: "process", workers: 1 }, { folder, onLine });
    const future = pool.submit("sayForEver", undefined);
    const pid = Promise.withResolvers<number>();
    future.onProgress((value) => pid.resolve(value as number));
    await within(20, enough.promise);
    Deno.kill(await pid.promise, "SIGKILL");
    await within(20, assertRejects(() => future.result(), GuestDiedError));
    await pool.close();
    assertEquals(messages, Array.from(messages, (_, at) => `record ${at}`));
    const wanted = messages.map((message, at) => `info    sayForEver#0 app.work: ${message} {"at":${at}}\n`).join("");
    assertEquals(filesOf(folder), { "worker0.log": wanted, "merged.log": wanted });
  });
});

for (const mode of MODE_NAMES) {
  test(`a pool in ${mode} mode keeps what a call logged that is canceled, and goes on`, async () => {
    const { lines, pool } = await open({ mode, workers: 1 });
    const controller = new AbortController();
    const waiting = pool.submit("sayAndWait", "anna", { signal: controller.signal });
    const reported = Promise.withResolvers<void>();
    waiting.onProgress(() => reported.resolve());
    const after = pool.submit("say", "ben");
    await within(20, reported.promise);
    controller.abort();
    await assertRejects(() => waiting.result());
    await within(20, after.result());
    await pool.shared.go.set();
    await pool.close();
    assertEquals(lines.map((line) => line.replace(/ \{.*/, "")), [
      "info    sayAndWait#0 app.work: anna waits",
      "info    say#1 app.work: ben",
    ]);
  });
}

test("in direct mode what the caller logs is nobody's, also while calls wait", async () => {
  const { lines, pool } = await open({ mode: "direct" });
  const call = pool.submit("speak", { name: "anna", pauses: [0, 2, 4] });
  const logger = getLogger("app");
  while (!call.isDone) {
    logger.error("the caller's own");
    await new Promise((resolve) => setTimeout(resolve));
  }
  await pool.close();
  assertEquals(lines, spoken([{ name: "anna", pauses: [0, 2, 4] }]));
});

test("in direct mode two pools at once keep their lines apart, by equal settings", async () => {
  const [one, other] = [await open({ mode: "direct" }), await open({ mode: "direct" })];
  const speech = { name: "anna", pauses: [1, 2, 3] };
  await Promise.all([one, other, one].map(({ pool }) => pool.run("speak", speech)));
  const opened = () => open({ mode: "direct" }, { settings: {} });
  await assertRejects(opened, LoggingError, "others log in this realm with other settings");
  await one.pool.close();
  await other.pool.run("say", "still here");
  await other.pool.close();
  assertEquals(one.lines, spoken([speech, speech]));
  assertEquals(other.lines, [...spoken([speech]), "info    say#1 app.work: still here"]);
  const { lines, pool } = await open({ mode: "direct" }, { settings: {} });
  await pool.run("speak", speech);
  await pool.close();
  assertEquals(lines.length, 2);
});

test("in direct mode the caller's own loggers are not replaced", async () => {
  const told: string[] = [];
  using _own = await configureGuestLogging({}, { lane: "own", send: ({ message }) => void told.push(message) });
  await assertRejects(() => open({ mode: "direct" }), LoggingError, "this realm has loggers of its own");
  getLogger("app").info("still heard");
  assertEquals(told, ["still heard"]);
});
