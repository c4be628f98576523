/**
 * `deno task bundle`: the module and the command line as one file each, with the guests inside.
 *
 * - Invariant: a bundle imports nothing but `node:` modules, so one URL is all that it needs.
 */

import { fileURLToPath } from "node:url";
import { flagReader, readArguments } from "./command/arguments.ts";
import { runCommand } from "./command/ending.ts";
import { complain, printLine } from "./command/output.ts";
import {
  ARGUMENT_LIMIT,
  argumentBytes,
  bundleGuests,
  type Guests,
  inlineGuests,
  inlineWorld,
} from "./bundle/guests.ts";
import { type BuildOptions, esbuild } from "./bundle/esbuild.ts";
import { onPlatform, type PlatformName, PLATFORMS } from "./bundle/platforms.ts";
import { bundledFile } from "../lib/scenario/bundle.ts";
import { ESBUILD } from "./packages.ts";
import { resolveAsDeno } from "./bundle/resolve.ts";

const root = new URL("../", import.meta.url);

const usage = `deno task bundle [--out DIR] [--json] [--help]

Makes DIR/holdfast.js, the module, and DIR/cli.js, the command line: one file each, to be imported or run by URL;
DIR/holdfast.node.js and DIR/holdfast.browser.js are the module for Node 24 and Bun, and for browsers.
--out   where they go [dist]
--json  prints {"files":[{"path","bytes"}],"guests":{"thread","process","argument","limit"}}; sizes in bytes, of Deno's guests.
Ends with 0 if they are made, 1 if not, 2 for a wrong argument.`;

const TAKES = { "--out": "a folder" } as const;

/** What a bundle imports from outside: the modules that are built into Deno. */
const settings: BuildOptions = {
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "esnext",
  charset: "utf8",
  external: ["node:*"],
  logLevel: "silent",
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  // In one file, every script would take itself for the main module.
  define: { "import.meta.main": "false" },
};

/** What stands in a bundle: its file, its platform and its code. */
interface Entry {
  readonly file: string;
  readonly platform: PlatformName;
  readonly contents: string;
  readonly minifyWhitespace?: boolean;
}

const entries: readonly Entry[] = [
  ...(Object.entries(PLATFORMS) as [PlatformName, string][]).map(([platform, file]) => {
    return { file, platform, contents: `export * from "./mod.ts";` };
  }),
  {
    file: "cli.js",
    platform: "deno",
    // Guests and a trace's scribe import it, too; only asked so does esbuild not define away what it really is.
    contents: `import { main, programs, runCommand, scribe, sharesOf } from "./scripts/cli.ts";
export { programs, scribe, sharesOf };
const { main: isMain } = import.meta;
if (isMain) await runCommand(main);`,
    // Otherwise comments tell where Deno's cache of npm packages is on the machine that made it.
    minifyWhitespace: true,
  },
];

/** A file that was made. */
export interface BundledFile {
  /** Where it is. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
}

/** What was made: sizes in bytes. */
export interface Bundles {
  /** The files, the module first. */
  readonly files: readonly BundledFile[];
  /** The guests inside Deno's files; `argument` is what a process guest takes of the `limit` of one argument. */
  readonly guests: {
    readonly thread: number;
    readonly process: number;
    readonly argument: number;
    readonly limit: number;
  };
}

/** Makes the bundles in a folder; only one call at a time. */
export async function bundle(out: string): Promise<Bundles> {
  const { build, stop } = await esbuild();
  try {
    const guests = new Map<PlatformName, Guests>();
    for (const platform of new Set(entries.map(({ platform }) => platform))) {
      guests.set(platform, await bundleGuests(root, { settings, platform }));
    }
    const own = guestsOf(guests, "deno");
    const argument = argumentBytes(own.process);
    const world = inlineWorld(
      await bundledFile(new URL("lib/scenario/world/main.ts", root).href, await import(ESBUILD)),
    );
    const files: BundledFile[] = [];
    await Deno.mkdir(out, { recursive: true });
    for (const { file, platform, contents, minifyWhitespace = false } of entries) {
      const { outputFiles } = await build({
        ...settings,
        stdin: { contents, resolveDir: fileURLToPath(root), loader: "js" },
        minifyWhitespace,
        plugins: [inlineGuests(guestsOf(guests, platform)), world, ...onPlatform(platform), resolveAsDeno()],
        write: false,
      });
      const text = outputFiles.map((output) => output.text).join("");
      const path = `${out}/${file}`;
      await Deno.writeTextFile(path, text);
      files.push({ path, bytes: size(text) });
    }
    const { thread, process } = own;
    return { files, guests: { thread: size(thread), process: size(process), argument, limit: ARGUMENT_LIMIT } };
  } finally {
    await stop();
  }
}

function guestsOf(all: ReadonlyMap<PlatformName, Guests>, platform: PlatformName): Guests {
  const guests = all.get(platform);
  if (guests === undefined) throw new RangeError(`Cannot bundle for ${platform}: it has no guests`);
  return guests;
}

function size(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Runs the task and returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const given = readArguments(args, { flags: TAKES, switches: ["--json", "--help"] });
  if (given.has("--help")) {
    printLine(usage);
    return 0;
  }
  const out = flagReader(given, TAKES)("--out", "dist", (text) => text === "" ? undefined : text);
  let made: Bundles;
  try {
    made = await bundle(out);
  } catch (error) {
    complain(`Cannot bundle: ${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
  if (given.has("--json")) {
    printLine(JSON.stringify(made));
    return 0;
  }
  const { thread, process, argument, limit } = made.guests;
  for (const { path, bytes } of made.files) printLine(`${path}: ${kilobytes(bytes)}`);
  printLine(`with a thread guest of ${kilobytes(thread)} and a process guest of ${kilobytes(process)},`);
  printLine(`which takes ${kilobytes(argument)} of the ${kilobytes(limit)} of a command line's argument`);
  return 0;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

if (import.meta.main) await runCommand(main);
