import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { configure, getConfig, getLogger as tapeLogger, resetSync } from "../../lib/logging/tape.ts";
import { LoggingError } from "../../lib/errors.ts";
import { configureGuestLogging, getLogger, type LoggingSettings, type LogLine } from "../../lib/logging/mod.ts";
import { realmLoggers } from "../../lib/logging/realm.ts";
import { LEVELS, type LogLevel } from "../../lib/logging/level.ts";
import { runs } from "../contracts/soak.ts";

/** What an act logs in this realm, as lines. */
async function linesOf(
  settings: LoggingSettings,
  act: (logging: Awaited<ReturnType<typeof configureGuestLogging>>) => void | Promise<void>,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  using logging = await configureGuestLogging(settings, { lane: "lane", send: (line) => void lines.push(line) });
  await act(logging);
  logging[Symbol.dispose]();
  assertEquals(logging.failure, undefined);
  return lines;
}

const texts = (lines: readonly LogLine[]) =>
  lines.map(({ level, category, message }) => [level, ...category, message].join(" "));

Deno.test("a record becomes a plain line before the call that logs it returns", async () => {
  const lines: LogLine[] = [];
  using _logging = await configureGuestLogging({}, { lane: "anna", send: (line) => void lines.push(line) });
  getLogger(["bank", "till"]).warning("paid {amount} to {who}", { amount: 5n, who: { name: "ben" }, by: () => 1 });
  assertEquals(lines, [{
    lane: "anna",
    sequence: 0,
    level: "warning",
    category: ["bank", "till"],
    message: 'paid 5n to {"name":"ben"}',
    properties: { amount: "5n", who: { name: "ben" }, by: "[function by]" },
  }]);
  tapeLogger("own").error`a template with ${[1, "two"]} and ${new RangeError("far")}`;
  assertEquals(lines[1]?.message, 'a template with [1,"two"] and RangeError: far');
  tapeLogger("own").info((write) => write`lazily ${1}`);
  tapeLogger("own").error(new TypeError("odd"));
  assertEquals(lines.slice(2).map(({ sequence, message }) => [sequence, message]), [[2, "lazily 1"], [3, "odd"]]);
});

Deno.test("a record belongs to the logger with the longest category that its own begins with", async () => {
  const category = fc.array(fc.constantFrom("a", "b"), { maxLength: 3 });
  const logger = fc.record({ category, level: fc.constantFrom<LogLevel | "off">(...LEVELS, "off") });
  const loggers = fc.uniqueArray(logger, { selector: ({ category }) => category.join() });
  await fc.assert(
    fc.asyncProperty(loggers, fc.array(fc.tuple(category, fc.constantFrom(...LEVELS))), async (loggers, records) => {
      const lines = await linesOf({ loggers }, () => {
        for (const [category, level] of records) getLogger(category)[level]("x");
      });
      const passing = records.filter(([category, level]) => {
        const begins = loggers.filter((logger) => logger.category.every((name, index) => name === category[index]));
        const { level: least } = begins.toSorted((one, other) => other.category.length - one.category.length)[0] ??
          { level: "info" };
        return least !== "off" && LEVELS.indexOf(level) >= LEVELS.indexOf(least);
      });
      assertEquals(texts(lines), passing.map(([category, level]) => [level, ...category, "x"].join(" ")));
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("what limits drop is told by a line of the same level and category, and the sequences have no gap", async () => {
  const settings: LoggingSettings = {
    loggers: [{ category: "a", limit: { records: 2, every: 4 } }, { category: ["a", "free"] }],
  };
  const lines = await linesOf(settings, () => {
    for (let count = 0; count < 6; count++) getLogger("a").info("{count}", { count });
    getLogger("a").error("another kind");
    getLogger(["a", "free"]).info("free");
    for (let count = 0; count < 3; count++) getLogger(["a", "b"]).info("{count}", { count });
  });
  assertEquals(texts(lines), [
    "info a 0",
    "info a 1",
    "info a 2 records are dropped by the limit",
    "info a 4",
    "info a 5",
    "error a another kind",
    "info a free free",
    "info a b 0",
    "info a b 1",
    "info a b 1 record is dropped by the limit",
  ]);
  assertEquals(lines.map(({ sequence }) => sequence), lines.map((_, index) => index));
  assertEquals(lines[2]?.properties, { dropped: 2 });
});

Deno.test("the limit of the settings is that of loggers without one", async () => {
  const lines = await linesOf({ limit: { records: 0 }, loggers: [{ category: "a", limit: { records: 1 } }] }, () => {
    for (const name of ["a", "b"]) for (let count = 0; count < 2; count++) getLogger(name).info("x");
  });
  assertEquals(texts(lines), [
    "info a x",
    "info a 1 record is dropped by the limit",
    "info b 2 records are dropped by the limit",
  ]);
});

Deno.test("a category with an empty name is not the root", async () => {
  const lines = await linesOf({ loggers: [{ category: "", level: "off" }] }, () => {
    getLogger("").info("no");
    getLogger("a").info("yes");
    getLogger([]).info("yes");
  });
  assertEquals(texts(lines), ["info a yes", "info yes"]);
});

Deno.test("enter() changes the lane: each has sequences and limits of its own", async () => {
  const lines = await linesOf({ limit: { records: 1 } }, (logging) => {
    getLogger("a").info("x");
    logging.enter("other");
    assertEquals(logging.lane, "other");
    getLogger("a").info("x");
    getLogger("a").info("x");
    logging.endLane();
    logging.enter("lane");
    getLogger("a").info("x");
  });
  assertEquals(lines.map(({ lane, sequence, message }) => [lane, sequence, message]), [
    ["lane", 0, "x"],
    ["other", 0, "x"],
    ["other", 1, "1 record is dropped by the limit"],
    ["lane", 1, "1 record is dropped by the limit"],
  ]);
});

Deno.test("a record that cannot be read, or logs while it is read, is a line all the same", async () => {
  const lines = await linesOf({}, () => {
    getLogger("a").info("{bad}", {
      get bad() {
        throw new RangeError("no");
      },
    });
    tapeLogger("a").info("{inner}", () => ({
      get inner() {
        getLogger("a").info("inside");
        return 1;
      },
    }));
    tapeLogger("a").info(() => {
      throw new TypeError("late");
    });
  });
  assertEquals(lines.map(({ sequence }) => sequence), lines.map((_, index) => index));
  assertEquals(lines.at(-1)?.message, "[unreadable: TypeError: late]");
});

Deno.test("what send throws is kept, and the next line has the sequence of the lost one", async () => {
  const lines: LogLine[] = [];
  const thrown = new RangeError("full");
  using logging = await configureGuestLogging({}, {
    lane: "a",
    send: (line) => {
      if (line.message === "lost") throw thrown;
      lines.push(line);
    },
  });
  for (const message of ["one", "lost", "two"]) getLogger("a").info(message);
  assertStrictEquals(logging.failure, thrown);
  assertEquals(lines.map(({ sequence, message }) => [sequence, message]), [[0, "one"], [1, "two"]]);
});

Deno.test("lines have times only where the settings ask for them, of the clock that is given", async () => {
  const timesOf = async (times: boolean): Promise<unknown[]> => {
    const lines: LogLine[] = [];
    let clock = 0;
    const send = (line: LogLine) => void lines.push(line);
    using _logging = await configureGuestLogging({ times }, { lane: "a", send, now: () => clock += 5 });
    for (const message of ["one", "two"]) getLogger("a").info(message);
    return lines.map((line) => "time" in line ? line.time : "none");
  };
  assertEquals(await timesOf(false), ["none", "none"]);
  assertEquals(await timesOf(true), [5, 10]);
});

Deno.test("a realm that is used again is as a fresh one, whatever its job did to the package", async () => {
  const job = () =>
    linesOf({ limit: { records: 1 } }, async () => {
      getLogger("a").info("{n}", { n: 1 });
      getLogger("a").info("dropped");
      // A job may set the package up itself: then its records go elsewhere, until the next job.
      await configure({
        reset: true,
        sinks: { own() {} },
        loggers: [{ category: "a", sinks: ["own"] }, { category: "logtape", lowestLevel: "error", sinks: [] }],
      });
      getLogger("a").info("elsewhere");
    });
  const fresh = await job();
  assertEquals(await job(), fresh);
  assertEquals(texts(fresh), ["info a 1", "info a 1 record is dropped by the limit"]);
  assertEquals(getConfig(), null);
  assertEquals(realmLoggers(), undefined);
  getLogger("a").info("nobody listens");
});

Deno.test("a set-up ends the one before; disposing that one later is harmless", async () => {
  const told: string[] = [];
  const send = ({ lane, message }: LogLine) => void told.push(`${lane} ${message}`);
  const first = await configureGuestLogging({}, { lane: "first", send });
  using _second = await configureGuestLogging({}, { lane: "second", send });
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  getLogger("a").info("x");
  assertEquals(told, ["second x"]);
});

Deno.test("a set-up refuses settings that do not hold, and with replace: false a realm with loggers of its own", async () => {
  const send = () => {};
  await assertRejects(
    () => configureGuestLogging({ limit: { records: -1 } }, { lane: "a", send }),
    LoggingError,
    "the limit of each logger is -1 records",
  );
  await configure({ sinks: { own() {} }, loggers: [{ category: [], lowestLevel: "warning", sinks: ["own"] }] });
  try {
    await assertRejects(
      () => configureGuestLogging({}, { lane: "a", send, replace: false }),
      LoggingError,
      "Cannot log: this realm has loggers of its own",
    );
  } finally {
    resetSync();
  }
});
