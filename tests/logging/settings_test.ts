import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { LoggingError } from "../../lib/errors.ts";
import { checkLoggingSettings, getLogger, type LoggingSettings } from "../../lib/logging/mod.ts";

const refused: readonly (readonly [unknown, string])[] = [
  [{ loggers: [{ category: "a", level: "loud" }] }, "Cannot log: the level of a is loud, trace, debug, info, warning"],
  [{ loggers: [{ category: ["a", "b"] }, { category: ["a", "b"] }] }, "there are two loggers of category a.b, one of"],
  [{ loggers: [{ category: "a" }, { category: ["a"] }] }, "there are two loggers of category a, one of each is wanted"],
  [{ loggers: [{ category: [] }, { category: [] }] }, "there are two loggers of category root"],
  [{ limit: { records: -1 } }, "the limit of each logger is -1 records, a whole number of at least 0 is wanted"],
  [{ limit: { records: 1.5 } }, "the limit of each logger is 1.5 records"],
  [{ loggers: [{ category: "a", limit: { records: NaN } }] }, "the limit of a is NaN records"],
  [{ limit: { records: 3, every: 2 } }, "the limit of each logger is 3 of every 2 records"],
  [{ limit: { records: 0, every: 0 } }, "the limit of each logger is 0 of every 0 records"],
  [{ format: "xml" }, "the format is xml, text or json is wanted"],
  [{ times: 1 }, "times is 1, true or false is wanted"],
  [{ loggers: {} }, "loggers is no list"],
  [{ loggers: [{ category: 7 }] }, "a category is 7, a name or a list of names is wanted"],
  [{ loggers: [{ category: "constructor" }] }, "a category has the name constructor"],
  [{ loggers: [{ category: ["logtape", "meta"] }] }, "a category has the name logtape"],
];

Deno.test("checkLoggingSettings() refuses what does not hold, at once", () => {
  for (const [settings, message] of refused) {
    assertThrows(() => checkLoggingSettings(settings as LoggingSettings), LoggingError, message);
  }
});

Deno.test("checkLoggingSettings() gives back what holds, also after it was cloned", () => {
  const settings: LoggingSettings = {
    loggers: [
      { category: [], level: "off" },
      { category: "a", level: "trace", limit: { records: 0 } },
      { category: ["a", "b"], limit: { records: 2, every: 2 } },
    ],
    limit: { records: 1, every: 10 },
    format: "json",
    times: true,
  };
  assertStrictEquals(checkLoggingSettings(settings), settings);
  assertEquals(checkLoggingSettings(structuredClone(settings)), settings);
  assertEquals(checkLoggingSettings({}), {});
});

Deno.test("getLogger() refuses a category that the package could not keep", () => {
  assertThrows(() => getLogger("__proto__"), LoggingError, "a category has the name __proto__");
  assertThrows(() => getLogger(["a", "toString"]), LoggingError, "a category has the name toString");
});
