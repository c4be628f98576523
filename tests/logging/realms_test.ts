import { assert, assertEquals } from "@std/assert";
import { lineText, LogBook, type LogLine } from "../../lib/logging/mod.ts";
import { within } from "../contracts/deadline.ts";
import type { LoggingRequest } from "../guests/logging_guest.ts";

const SECONDS = 20;
const module = import.meta.resolve("../guests/logging_guest.ts");

/** A guest in a realm of its own: does what it is asked, resolves when it is done or so many lines have come. */
interface Guest extends AsyncDisposable {
  ask(request: LoggingRequest, lines: number): Promise<LogLine[]>;
}

function thread(): Guest {
  const worker = new Worker(module, { type: "module" });
  worker.onerror = (event) => event.preventDefault();
  return {
    ask(request, wanted) {
      const lines: LogLine[] = [];
      const { promise, resolve } = Promise.withResolvers<LogLine[]>();
      worker.onmessage = ({ data }) => {
        if (data !== "done") lines.push(data);
        if (data === "done" || lines.length === wanted) resolve(lines);
      };
      worker.postMessage(request);
      return within(SECONDS, promise);
    },
    [Symbol.asyncDispose]() {
      worker.terminate();
      return Promise.resolve();
    },
  };
}

/** A subprocess without permissions, started as process mode starts its guests. */
function subprocess(): Guest {
  const entry = `import { serveStdin } from ${JSON.stringify(module)};\nawait serveStdin();\n`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", `data:text/javascript,${encodeURI(entry)}`],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  async function ask(request: LoggingRequest, wanted: number): Promise<LogLine[]> {
    await input.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    for (;;) {
      const told = text.split("\n").slice(0, -1);
      const lines = told.filter((line) => line !== "done");
      if (lines.length < told.length || lines.length >= wanted) {
        text = text.slice(text.lastIndexOf("\n") + 1);
        return lines.map((line) => JSON.parse(line));
      }
      const { value, done } = await output.read();
      assert(!done, `it ended after ${lines.length} lines`);
      text += value;
    }
  }
  return {
    ask: (request, wanted) => within(SECONDS, ask(request, wanted)),
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await output.cancel();
      await input.abort().catch(() => {});
      await child.status;
    },
  };
}

const kinds = { thread, subprocess };
const settings = { loggers: [{ category: "worker", level: "info" as const }] };

for (const [kind, start] of Object.entries(kinds)) {
  Deno.test(`a ${kind} logs by the settings that it is handed; a second job in it logs as the first`, async () => {
    await using guest = start();
    const request: LoggingRequest = { settings, lane: "anna", records: 2, end: "well" };
    const lines = await guest.ask(request, Infinity);
    assertEquals(lines.map((line) => lineText(line, "text")), [
      'info    anna worker.anna: record 0 {"count":0,"map":[[0,"anna"]]}\n',
      'info    anna worker.anna: record 1 {"count":1,"map":[[1,"anna"]]}\n',
      'info    anna worker.anna: last well {"end":"well"}\n',
    ]);
    assertEquals(await guest.ask(request, Infinity), lines);
    const limited = await guest.ask({ ...request, settings: { limit: { records: 0 } } }, Infinity);
    assertEquals(limited.map(({ message }) => message), ["3 records are dropped by the limit"]);
  });

  const ends = kind === "thread" ? ["exit", "close", "throw"] as const : ["exit", "throw", "kill"] as const;
  for (const end of ends) {
    Deno.test(`a ${kind} that ends while it makes a record (${end}) loses that one at most`, async () => {
      await using guest = start();
      const records = 50;
      const lines = await guest.ask({ settings, lane: "anna", records, end }, records);
      assertEquals(
        lines.slice(0, records).map(({ lane, message }) => ({ lane, message })),
        Array.from({ length: records }, (_, count) => ({ lane: "anna", message: `record ${count}` })),
      );
    });
  }
}

Deno.test("a thread and a subprocess: the merged text is the same each time", async () => {
  const merge = async (): Promise<string> => {
    let text = "";
    const lanes = ["thread", "subprocess"];
    const book = new LogBook({ lanes, onLine: (line) => void (text += lineText(line, "text")) });
    await Promise.all(
      Object.entries(kinds).map(async ([lane, start]) => {
        await using guest = start();
        for (const line of await guest.ask({ settings, lane, records: 5, end: "well" }, Infinity)) book.add(line);
        book.end(lane);
      }),
    );
    return text;
  };
  const [one, other] = [await merge(), await merge()];
  assertEquals(one, other);
  assertEquals(one.split("\n").length - 1, 12);
});
