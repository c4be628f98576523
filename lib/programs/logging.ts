/**
 * Named workers log, each to its own file and all to one merged log, whose order is the same in every run.
 *
 * - What to log is sent to the guests as plain data: a level and a limit for a category.
 * - Only the host writes, in whole lines. It merges them by turns: the first line of each worker, then the second of
 *   each.
 * - A name is given once: a third worker with the first one's name is rejected with a `LoggingError`.
 * - Files are written to `--folder`, or to a folder that is removed afterward; without permission for that, none are
 *   written.
 */

import { readFileSync } from "node:fs";
import { lineText, LOG_LEVELS, type LogLevel } from "../logging/mod.ts";
import { type AnyHostProgram, defineHostProgram, type HostContext, type HostEnd } from "../host/mod.ts";
import { Guest, GuestLog } from "../pool/mod.ts";
import { platform, type Scratch } from "../platform/mod.ts";
import { ensure, sameData } from "../program/mod.ts";
import { CATEGORY, LOGGING_WORK, sumAndLog } from "./logging_work.ts";
import { readablePath } from "./readable.ts";

const NAME = "logging";
/** The most lines of the merged log that are shown. */
const MOST_SHOWN = 20;

const parameters = {
  names: { default: "calculate_e_1,calculate_e_2", text: true, description: "the workers' names, separated by commas" },
  terms: {
    default: 10,
    min: 1,
    max: 10_000,
    description: "how many terms the first worker sums; the second sums twice as many",
  },
  level: {
    default: "debug",
    choices: [...LOG_LEVELS, "off"],
    description: "the lowest level that is logged",
  },
  limit: { default: 0, description: "the most records of each level that a worker logs; 0 for all" },
  folder: {
    default: "",
    text: true,
    description: "the folder for the files; by default a temporary one",
  },
} as const;

interface Outcome {
  /** The result of each worker. */
  readonly sums: readonly number[];
  /** The merged log, line by line. */
  readonly merged: readonly string[];
  /** The error of a third worker with the first one's name. */
  readonly refused: string;
}

/** The program `logging`. */
export const logging: AnyHostProgram = defineHostProgram({
  name: NAME,
  claim: "Named workers log to their own files, and to a merged log whose order is the same in every run.",
  module: import.meta.url,
  functions: { sumAndLog },
  parameters,
  validate({ parameters: { names, folder } }) {
    namesOf(names);
    if (folder !== "") folderOf(folder);
    else if (writes()) temporaryFolder().remove();
  },
  main,
  expected: ({ parameters: { names, level } }) => (outcome) => {
    if ("failed" in outcome) return false;
    const { sums, merged, refused } = outcome;
    const lanes = namesOf(names).map((name) => linesOf(merged, name));
    return refused === "LoggingError" && sums.length === lanes.length && (level !== "off" || merged.length === 0) &&
      sameData(inTurns(lanes), merged);
  },
});

async function main(context: HostContext<typeof parameters>): Promise<HostEnd<Outcome>> {
  const { settings: { parameters: { folder } } } = context;
  if (folder !== "") return await logged(context, folderOf(folder));
  if (!writes()) return await logged(context);
  const temporary = temporaryFolder();
  let isThere = true;
  const remove = (): void => {
    if (isThere) temporary.remove();
    isThere = false;
  };
  // A command that is interrupted by Ctrl-C gets no further than this.
  platform.onExit(remove);
  try {
    return await logged(context, temporary.folder);
  } finally {
    remove();
  }
}

/** Has the workers log, to a folder or to none. */
async function logged(
  { mode, host, settings: { parameters: { names, terms, level, limit } } }: HostContext<typeof parameters>,
  folder?: string,
): Promise<HostEnd<Outcome>> {
  const lanes = namesOf(names);
  const [merged, sums]: [string[], number[]] = [[], []];
  let refused = "";
  {
    using log = new GuestLog({
      settings: {
        // It is one of the choices.
        loggers: [{ category: CATEGORY, level: level as LogLevel | "off" }],
        ...limit === 0 ? {} : { limit: { records: limit } },
      },
      lanes,
      folder,
      onLine: (line) => void merged.push(lineText(line, "text").trimEnd()),
    });
    const common = { mode, host, module: LOGGING_WORK, export: "sumAndLog", logging: log };
    const make = (name: string, at: number) => Guest.make<number>({ ...common, name, argument: terms * (at + 1) });
    await using guests = new AsyncDisposableStack();
    const made = await Promise.all(lanes.map(make));
    for (const guest of made) guests.use(guest);
    refused = await make(lanes[0] ?? "", 0).then(() => "", (error: Error) => error.name);
    await Promise.all(made.map((guest) => guest.start()));
    for (const guest of made) sums.push(await guest.result());
  }
  const files = lanes.map((name) => ({ name: `${name}.log`, lines: linesOf(merged, name) }));
  for (const { name, lines } of folder === undefined ? [] : [...files, { name: "merged.log", lines: merged }]) {
    const text = readFileSync(`${folder}/${name}`, "utf8");
    ensure(text === lines.map((line) => `${line}\n`).join(""), `${name} has whole lines, in their order`);
  }
  const more = merged.length > MOST_SHOWN ? [[`... and ${merged.length - MOST_SHOWN} more`]] : [];
  const rows = [...merged.slice(0, MOST_SHOWN).map((line) => [line]), ...more];
  const title = folder === undefined ? "Files that would be written, with --allow-write" : "What each worker logged";
  return {
    outcome: { sums, merged, refused },
    tables: [
      { title: "merged.log", columns: ["line"], rows },
      { title, columns: ["file", "lines"], rows: files.map(({ name, lines }) => [name, lines.length]) },
    ],
  };
}

/** The names of the workers. */
function namesOf(names: string): readonly string[] {
  const all = names.split(",");
  const refuse = (is: string) => new RangeError(`Cannot run ${NAME}: ${is}, names that differ are wanted`);
  const seen = new Set(["merged"]);
  for (const name of all) {
    // A file system may ignore case.
    if (!/^[A-Za-z0-9_-]+$/.test(name)) throw refuse(`a worker's name is "${name}", not of letters, digits, - and _`);
    if (seen.has(name.toLowerCase())) throw refuse(`the name ${name} is taken`);
    seen.add(name.toLowerCase());
  }
  return all;
}

/** The folder for the files. */
function folderOf(folder: string): string {
  const path = readablePath(folder, { program: NAME, kind: "folder" });
  if (platform.may("write", path)) return path;
  throw new RangeError(`Cannot run ${NAME}: ${folder} must not be written, which --allow-write permits`);
}

/** Whether files are written if no folder is named. */
function writes(): boolean {
  return platform.may("read") && platform.may("write");
}

/** Creates a temporary folder. */
function temporaryFolder(): Scratch {
  try {
    return platform.scratch();
  } catch (cause) {
    const is = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot run ${NAME}: there is no temporary folder (${is}), one or --folder is wanted`, {
      cause,
    });
  }
}

/** The lines of a worker. */
function linesOf(merged: readonly string[], name: string): readonly string[] {
  return merged.filter((line) => /^\S+ +(\S+)/.exec(line)?.[1] === name);
}

/** The first line of each, then the second of each, and so on. */
function inTurns(lanes: readonly (readonly string[])[]): readonly string[] {
  const turns = Math.max(...lanes.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => lanes.flatMap((lines) => lines.slice(turn, turn + 1))).flat();
}
