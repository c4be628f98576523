import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LoggingError } from "../../lib/errors.ts";
import { LogBook, type LogLine, type NumberedLine } from "../../lib/logging/mod.ts";
import { fileName } from "../../lib/logging/log_files.ts";
import { runs } from "../contracts/soak.ts";

function lineOf(lane: string, sequence: number, message = `${sequence}`): LogLine {
  return { lane, level: "info", category: ["c"], message, properties: {} };
}

/** Runs an act in a folder of its own. */
function inFolder(act: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "holdfast-log-" });
  try {
    act(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The files of a folder, by name. */
function filesOf(folder: string): Record<string, string> {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  return Object.fromEntries(names.map((name) => [name, Deno.readTextFileSync(`${folder}/${name}`)]));
}

Deno.test("LogBook in a folder: a file for each lane and the merged one, whole lines at every moment", () => {
  inFolder((folder) => {
    using log = new LogBook({ folder, lanes: ["anna", "ben"] });
    for (const lane of ["ben", "ben", "anna", "ben"]) {
      const file = `${folder}/${lane}.log`;
      log.add(lineOf(lane, Deno.readTextFileSync(file).split("\n").length - 1));
      for (const text of Object.values(filesOf(folder))) assert(text === "" || text.endsWith("\n"), text);
    }
    log.end("anna");
    assertEquals(filesOf(folder), {
      "anna.log": "info    anna c: 0\n",
      "ben.log": "info    ben c: 0\ninfo    ben c: 1\ninfo    ben c: 2\n",
      "merged.log": "info    anna c: 0\ninfo    ben c: 0\ninfo    ben c: 1\ninfo    ben c: 2\n",
    });
  });
});

Deno.test("LogBook in a folder writes each line by one append, so that lines of two writers are never torn", () => {
  inFolder((folder) => {
    const write = Deno.FsFile.prototype.writeSync;
    const sizes: number[] = [];
    Deno.FsFile.prototype.writeSync = function (bytes) {
      sizes.push(bytes.length);
      return write.call(this, bytes);
    };
    try {
      using one = new LogBook({ folder, lanes: ["a"] });
      using other = new LogBook({ folder, lanes: ["b"], append: true });
      const long = "x".repeat(100_000);
      for (let sequence = 0; sequence < 5; sequence++) {
        one.add(lineOf("a", sequence, long));
        other.add(lineOf("b", sequence, long));
      }
    } finally {
      Deno.FsFile.prototype.writeSync = write;
    }
    const merged = Deno.readTextFileSync(`${folder}/merged.log`);
    const line = `info    a c: ${"x".repeat(100_000)}\n`;
    assertEquals(merged, (line + line.replace(" a ", " b ")).repeat(5));
    assertEquals(sizes, Array(20).fill(line.length));
  });
});

Deno.test("LogBook in a folder: lanes that are calls, in files of the workers that ran them", () => {
  inFolder((folder) => {
    using log = new LogBook({ folder, workers: ["w0", "w1"], order: "lanes", settings: { format: "json" } });
    for (const call of ["call 0", "call 1", "call 2"]) log.open(call);
    log.add(lineOf("call 1", 0), "w1");
    log.add(lineOf("call 0", 0), "w0");
    log.end("call 1");
    log.add(lineOf("call 2", 0), "w1");
    log.end("call 0");
    const lanes = (text = "") => text.trimEnd().split("\n").map((line) => JSON.parse(line).lane);
    const files = filesOf(folder);
    assertEquals(Object.keys(files), ["merged.log", "w0.log", "w1.log"]);
    assertEquals(lanes(files["merged.log"]), ["call 0", "call 1", "call 2"]);
    assertEquals(lanes(files["w0.log"]), ["call 0"]);
    assertEquals(lanes(files["w1.log"]), ["call 1", "call 2"]);
    assertThrows(() => log.add(lineOf("call 2", 1), "w2"), RangeError, "Cannot log as worker w2: it has no file");
  });
});

Deno.test("LogBook in a folder starts empty, or goes on after what is there", () => {
  inFolder((folder) => {
    for (const append of [false, false, true]) {
      using log = new LogBook({ folder, lanes: ["a"], append });
      log.add(lineOf("a", 0));
    }
    assertEquals(filesOf(folder), {
      "a.log": "info    a c: 0\n".repeat(2),
      "merged.log": "info    a c: 0\n".repeat(2),
    });
  });
});

Deno.test("LogBook in a folder refuses a folder that is none and names that are taken, before it makes a file", () => {
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    const refuse = (message: string, lanes: readonly string[], where = folder) =>
      assertThrows(() => new LogBook({ folder: where, lanes }), LoggingError, message);
    refuse(`Cannot log to ${folder}/none: there is none, a folder that exists is wanted`, [], `${folder}/none`);
    refuse(`Cannot log to ${folder}/file: it is no folder`, [], `${folder}/file`);
    refuse(`Cannot log to ${folder}/file/in: there is none`, [], `${folder}/file/in`);
    refuse("Cannot log as a: the name is taken", ["a", "a"]);
    refuse("Cannot log as worker A: the file A.log is taken, a name of its own is wanted", ["a", "A"]);
    refuse("Cannot log as worker merged: the file merged.log is taken", ["merged"]);
    refuse("Cannot log as a worker: its name is empty", [""]);
    assertThrows(() => new LogBook({ folder, order: "no" as "turns" }), LoggingError, "its order is no");
    assertEquals(filesOf(folder), { file: "" }, "no file is made");
    using log = new LogBook({ folder, order: "lanes", lanes: ["a"] });
    assertThrows(() => log.open("A"), LoggingError);
    log.open("b");
    log.end("a");
    log.add(lineOf("b", 0));
    assertEquals(Deno.readTextFileSync(`${folder}/merged.log`), "info    b c: 0\n");
  });
});

Deno.test("LogBook on a full disk: that file takes no more, all else goes on, and disposing throws what failed first", () => {
  for (const full of ["merged", "a", "b"]) {
    inFolder((folder) => {
      Deno.symlinkSync("/dev/full", `${folder}/${full}.log`);
      const told: string[] = [];
      const onLine = ({ lane, sequence }: NumberedLine) => {
        told.push(`${lane} ${sequence}`);
        throw new RangeError("the listener's own, which comes later");
      };
      const log = new LogBook({ folder, lanes: ["a", "b"], onLine });
      for (const lane of ["b", "a", "b", "a", "b"]) log.add(lineOf(lane, 0));
      log.end("a");
      const thrown = assertThrows(() => log[Symbol.dispose](), LoggingError);
      assert(thrown.message.includes(`Cannot log to ${folder}/${full}.log: No space left`), thrown.message);
      assertEquals(told, ["a 0", "b 0", "a 1", "b 1", "b 2"]);
      Deno.removeSync(`${folder}/${full}.log`);
      const line = (lane: string) => `info    ${lane} c: 0\n`;
      const { "a.log": a, "b.log": b, "merged.log": merged } = filesOf(folder);
      assertEquals([a ?? line("a").repeat(2), b ?? line("b").repeat(3)], [line("a").repeat(2), line("b").repeat(3)]);
      assertEquals(merged?.length ?? 5 * line("a").length, 5 * line("a").length);
      log[Symbol.dispose]();
    });
  }
});

Deno.test("LogBook writes no more to a file after a write that failed, so it holds a prefix of its log", () => {
  inFolder((folder) => {
    const write = Deno.FsFile.prototype.writeSync;
    const full = new RangeError("full");
    let writes = 0;
    // The disk has room again after one line: of b's file, the second.
    Deno.FsFile.prototype.writeSync = function (bytes) {
      if (++writes === 2) throw full;
      return write.call(this, bytes);
    };
    const log = new LogBook({ folder, lanes: ["a", "b"], order: "lanes" });
    try {
      for (const lane of ["b", "b", "b", "a"]) log.add(lineOf(lane, 0, lane));
      for (const lane of ["a", "b"]) log.end(lane);
    } finally {
      Deno.FsFile.prototype.writeSync = write;
    }
    assertEquals(assertThrows(() => log[Symbol.dispose](), LoggingError).cause, full);
    const [a, b] = ["info    a c: a\n", "info    b c: b\n"];
    assertEquals(filesOf(folder), { "a.log": a, "b.log": b, "merged.log": a + b.repeat(3) });
  });
});

Deno.test("fileName() stays in its folder, and differs where names do", () => {
  const name = fc.string({ unit: fc.constantFrom(..."aA./\\%-_ :é😀\n\0"), minLength: 1 });
  fc.assert(
    fc.property(name, name, (one, other) => {
      assert(/^[A-Za-z0-9_%-]+\.log$/.test(fileName(one)), fileName(one));
      assertEquals(fileName(one) === fileName(other), one === other);
      assertEquals(decodeURIComponent(fileName(one).slice(0, -".log".length)), one);
    }),
    { numRuns: runs(200) },
  );
});
