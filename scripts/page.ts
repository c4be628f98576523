/**
 * `deno task page`: serves or writes the page on which you watch programs run, step through failing schedules and see
 * signals.
 */

import { dirname } from "node:path";
import { flagReader, readArguments, UsageError } from "./command/arguments.ts";
import { runCommand } from "./command/ending.ts";
import { printLine, writeToStderr } from "./command/output.ts";
import { onSignals } from "./command/signals.ts";
import { number } from "./command/values.ts";
import { buildPage, type PageFiles } from "./page/build.ts";
import { openInBrowser } from "./page/open.ts";
import { ADDRESS, serve } from "./page/server.ts";

const usage = `deno task page [--port N] [--out DIR] [--open] [--at LINK] [--json] [--help]

Serves the page on 127.0.0.1 until Ctrl-C: runs of programs, failing schedules step by step, simulated signals.
--port  the port; 0 is any free port [8734]
--out   writes the page as files into a folder instead, for any file server
--open  opens it in the browser
--at    opens it with this part of the address after #, such as #view=explore&program=race
--json  prints {"url","files":[{"path","bytes","gzip"}]} on one line; "url" is null with --out
Ends with 130 after Ctrl-C, 0 if files are written, 1 if they cannot be made, 2 for a wrong argument or a port that is taken.`;

const TAKES = {
  "--port": "a whole number from 0 to 65535",
  "--out": "a folder",
  "--at": "a link that begins with #",
} as const;

/** Runs the task and returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const given = readArguments(args, { flags: TAKES, switches: ["--open", "--json", "--help"] });
  if (given.has("--help")) {
    printLine(usage);
    return 0;
  }
  const read = flagReader(given, TAKES);
  const port = read("--port", 8734, number({ least: 0, most: 65535, integer: true }));
  const out = read("--out", undefined, (text) => text === "" ? undefined : text);
  const at = read("--at", undefined, (text) => text.startsWith("#") ? text : undefined);
  if (out !== undefined && ["--port", "--open", "--at"].some((flag) => given.has(flag))) {
    throw new UsageError("Cannot use --out with --port, --open or --at: it serves nothing, --out alone is wanted");
  }
  let files: PageFiles;
  try {
    files = await buildPage();
  } catch (error) {
    writeToStderr(`Cannot make the page: ${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
  const tell = async (url: string | null, text: string): Promise<void> => {
    printLine(given.has("--json") ? JSON.stringify({ url, files: await sizes(files) }) : text);
  };
  if (out !== undefined) {
    for (const [path, bytes] of files) {
      await Deno.mkdir(dirname(`${out}/${path}`), { recursive: true });
      await Deno.writeFile(`${out}/${path}`, bytes);
    }
    await tell(null, `${out}: ${files.size} files, for any file server`);
    return 0;
  }
  return await served(files, port, async (url) => {
    const there = `${url}${at ?? ""}`;
    await tell(there, `${there} (Ctrl-C ends it)`);
    if (given.has("--open") || at !== undefined) await openInBrowser(there);
  });
}

/** Serves until a signal arrives; returns the exit code. */
async function served(files: PageFiles, port: number, begun: (url: string) => Promise<void>): Promise<number> {
  let server: ReturnType<typeof serve>;
  try {
    server = serve(files, port);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new UsageError(`Cannot use --port ${port}: another program listens there, a free port is wanted`);
  }
  const { promise: code, resolve } = Promise.withResolvers<number>();
  const ignore = onSignals((_signal, code) => resolve(code));
  await begun(`http://${ADDRESS}:${server.addr.port}/`);
  const ended = await code;
  ignore();
  return ended;
}

async function sizes(files: PageFiles): Promise<{ path: string; bytes: number; gzip: number }[]> {
  return await Promise.all([...files].map(async ([path, bytes]) => {
    const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
    return { path, bytes: bytes.length, gzip: (await new Response(packed).arrayBuffer()).byteLength };
  }));
}

if (import.meta.main) await runCommand(main);
