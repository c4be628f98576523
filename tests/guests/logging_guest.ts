/**
 * Guests that log in a realm of their own, a worker or a subprocess, and end while they do.
 *
 * @module
 */

/// <reference lib="webworker" />

import { configureGuestLogging, getLogger, type LoggingSettings, type LogLine } from "../../lib/logging/mod.ts";

/** What a guest is asked. */
export interface LoggingRequest {
  readonly settings: LoggingSettings;
  readonly lane: string;
  /** How many records it logs before the one that it ends in. */
  readonly records: number;
  /** How it ends while that one is being made; `well` makes it, and goes on. */
  readonly end: "well" | "exit" | "close" | "throw" | "kill";
}

/** Does what it is asked. */
export async function serve(
  { settings, lane, records, end }: LoggingRequest,
  send: (line: LogLine) => void,
): Promise<void> {
  using _logging = await configureGuestLogging(settings, { lane, send });
  const logger = getLogger(["worker", lane]);
  for (let count = 0; count < records; count++) logger.info("record {count}", { count, map: new Map([[count, lane]]) });
  logger.info("last {end}", {
    get end() {
      return endOf(end);
    },
  });
  if (end === "throw") throw new Error("the guest's own");
}

function endOf(end: LoggingRequest["end"]): string {
  switch (end) {
    case "exit":
      return Deno.exit(3);
    case "close":
      self.close();
      return end;
    case "kill":
      // The test kills it when it has seen the lines before.
      for (;;);
    default:
      return end;
  }
}

/** Takes requests as lines of stdin, as JSON, and gives lines of the log on stdout. */
export async function serveStdin(): Promise<void> {
  const { stdout } = Deno;
  const encoder = new TextEncoder();
  const bytes = new Uint8Array(1 << 16);
  let text = "";
  for (let length = Deno.stdin.readSync(bytes); length !== null; length = Deno.stdin.readSync(bytes)) {
    text += new TextDecoder().decode(bytes.subarray(0, length));
    const requests = text.split("\n");
    text = requests.pop() ?? "";
    for (const request of requests) {
      await serve(JSON.parse(request), (line) => void stdout.writeSync(encoder.encode(`${JSON.stringify(line)}\n`)));
      stdout.writeSync(encoder.encode("done\n"));
    }
  }
}

if ("DedicatedWorkerGlobalScope" in globalThis) {
  self.onmessage = async ({ data }: MessageEvent<LoggingRequest>) => {
    await serve(data, (line) => self.postMessage(line));
    self.postMessage("done");
  };
}
