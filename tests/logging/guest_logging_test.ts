import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { configure, getConfig, getLogger as tapeLogger, resetSync } from "npm:@logtape/logtape@2.4.2";
import { LoggingError } from "../../lib/errors.ts";
import {
  configureGuestLogging,
  getLogger,
  LOG_LEVELS,
  type LoggingSettings,
  type LogLevel,
  type LogLimit,
  type LogLine,
  logLineFrom,
} from "../../lib/logging/mod.ts";
import { LONGEST_TEXT } from "../../lib/logging/line.ts";
import { realmLoggers } from "../../lib/logging/logger.ts";
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
    level: "warning",
    category: ["bank", "till"],
    message: 'paid 5n to {"name":"ben"}',
    properties: { amount: "5n", who: { name: "ben" }, by: "[function by]" },
  }]);
  tapeLogger("own").error`a template with ${[1, "two"]} and ${new RangeError("far")}`;
  assertEquals(lines[1]?.message, 'a template with [1,"two"] and RangeError: far');
  tapeLogger("own").info((write) => write`lazily ${1}`);
  tapeLogger("own").error(new TypeError("odd"));
  assertEquals(lines.slice(2).map(({ message }) => message), ["lazily 1", "odd"]);
});

Deno.test("a record belongs to the logger with the longest category that its own begins with", async () => {
  const category = fc.array(fc.constantFrom("a", "b"), { maxLength: 3 });
  const logger = fc.record({ category, level: fc.constantFrom<LogLevel | "off">(...LOG_LEVELS, "off") });
  const loggers = fc.uniqueArray(logger, { selector: ({ category }) => category.join() });
  await fc.assert(
    fc.asyncProperty(
      loggers,
      fc.array(fc.tuple(category, fc.constantFrom(...LOG_LEVELS))),
      async (loggers, records) => {
        const lines = await linesOf({ loggers }, () => {
          for (const [category, level] of records) getLogger(category)[level]("x");
        });
        const passing = records.filter(([category, level]) => {
          const begins = loggers.filter((logger) => logger.category.every((name, index) => name === category[index]));
          const { level: least } = begins.toSorted((one, other) => other.category.length - one.category.length)[0] ??
            { level: "info" };
          return least !== "off" && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
        });
        assertEquals(texts(lines), passing.map(([category, level]) => [level, ...category, "x"].join(" ")));
      },
    ),
    { numRuns: runs(100) },
  );
});

Deno.test("what limits drop is told by a line of the same level and category", async () => {
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
  assertEquals(lines[2]?.properties, { dropped: 2 });
});

const limit: fc.Arbitrary<LogLimit> = fc.tuple(fc.nat(4), fc.option(fc.integer({ min: 1, max: 8 }))).map((
  [records, more],
) => more === null ? { records } : { records, every: Math.max(records, more) });

Deno.test("of each `every` records of a kind the first `records` pass, and all others are told once", async () => {
  await fc.assert(
    fc.asyncProperty(limit, fc.array(fc.constantFrom("a", "b")), async (limit, kinds) => {
      const lines = await linesOf({ limit }, () => kinds.forEach((kind, at) => getLogger(kind).info(`${at}`)));
      const { records, every = Infinity } = limit;
      for (const kind of ["a", "b"]) {
        const came = kinds.flatMap((other, at) => other === kind ? [`${at}`] : []);
        const wanted: string[] = [];
        for (let begin = 0; begin < came.length; begin += every) {
          const some = came.slice(begin, begin + every);
          const dropped = some.length - records;
          wanted.push(...some.slice(0, records));
          if (dropped > 0) wanted.push(`${dropped} record${dropped === 1 ? " is" : "s are"} dropped by the limit`);
        }
        assertEquals(lines.filter(({ category }) => category[0] === kind).map(({ message }) => message), wanted);
      }
    }),
    { numRuns: runs(300) },
  );
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

Deno.test("enter() changes the lane: each has limits of its own", async () => {
  const lines = await linesOf({ limit: { records: 1 } }, (logging) => {
    getLogger("a").info("x");
    logging.enter("other");
    assertEquals(logging.lane, "other");
    getLogger("a").info("x");
    getLogger("a").info("x");
    logging.endLane();
    getLogger("a").info("counted anew");
    logging.enter("lane");
    getLogger("a").info("x");
  });
  assertEquals(lines.map(({ lane, message }) => [lane, message]), [
    ["lane", "x"],
    ["other", "x"],
    ["other", "1 record is dropped by the limit"],
    ["other", "counted anew"],
    ["lane", "1 record is dropped by the limit"],
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
  assertEquals(lines.map(({ message }) => message), [
    "[unreadable: RangeError: no]",
    "inside",
    "1",
    "[unreadable: TypeError: late]",
  ]);
});

Deno.test("what send throws is kept, and the lines after the lost one are handed on", async () => {
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
  assertEquals(lines.map(({ message }) => message), ["one", "two"]);
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

Deno.test("a line of a huge record is cut in its guest as on its host", async () => {
  const [line, ...more] = await linesOf(
    {},
    () => getLogger("a").info("{huge}", { huge: "\u202e😀".repeat(LONGEST_TEXT) }),
  );
  assertEquals([line?.message.length, more], [LONGEST_TEXT, []]);
  assertEquals(logLineFrom(line), line);
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
