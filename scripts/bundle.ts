/**
 * `deno task bundle`: bundles the module and the command line into one file each, with the guests inside.
 *
 * - Invariant: a bundle imports nothing but `node:` modules, so it can be loaded from a single URL.
 */

import { flagReader, readArguments } from "./command/arguments.ts";
import { runCommand } from "./command/ending.ts";
import { printLine, writeToStderr } from "./command/output.ts";
import { Bundler, type Source } from "./bundle/bundler.ts";
import { ARGUMENT_LIMIT, argumentBytes } from "./bundle/guests.ts";
import { declarations } from "./bundle/declarations.ts";
import { manifest, TYPES } from "./bundle/manifest.ts";
import { type PlatformName, PLATFORMS } from "./bundle/platforms.ts";

const root = new URL("../", import.meta.url);

const usage = `deno task bundle [--out DIR] [--no-types] [--json] [--help]

Makes DIR/holdfast.js, the module, and DIR/cli.js, the command line: one file each, which can be imported or run by URL;
DIR/holdfast.node.js and DIR/holdfast.browser.js are the module for Node 24 and Bun, and for browsers.
DIR/holdfast.d.ts declares the types of all three, and with DIR/package.json "npm pack" makes a package of DIR.
--out       the folder for the files [dist]
--no-types  leaves out the types, which take some seconds
--json      prints {"files":[{"path","bytes"}],"guests":{"thread","process","argument","limit"}}; sizes in bytes, of Deno's guests.
Ends with 0 if they are made, 1 if not, 2 for a wrong argument.`;

const TAKES = { "--out": "a folder" } as const;

const entries: readonly (Source & { readonly file: string })[] = [
  ...(Object.entries(PLATFORMS) as [PlatformName, string][]).map(([platform, file]) => {
    return { file, platform, contents: `export * from "./mod.ts";` };
  }),
  {
    file: "cli.js",
    platform: "deno",
    // Guests and a trace's scribe import this file, too. Destructured, `import.meta.main` is not replaced by esbuild.
    contents: `import { main, programs, runCommand, scribe, sharesOf } from "./scripts/cli.ts";
export { programs, scribe, sharesOf };
const { main: isMain } = import.meta;
if (isMain) await runCommand(main);`,
    // Otherwise comments would contain the path of Deno's npm cache on the machine that made the bundle.
    minifyWhitespace: true,
  },
];

/** A file that was made. */
export interface BundledFile {
  /** Its path. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
}

/** The bundles, with sizes in bytes. */
export interface Bundles {
  /** The files, the module first. */
  readonly files: readonly BundledFile[];
  /**
   * The sizes of the guests inside Deno's files; `argument` is a process guest's share of the `limit` of one argument.
   */
  readonly guests: {
    readonly thread: number;
    readonly process: number;
    readonly argument: number;
    readonly limit: number;
  };
}

/** Makes the bundles in a folder; calls must not overlap. */
export async function bundle(out: string, { types }: { readonly types: boolean }): Promise<Bundles> {
  await using bundler = new Bundler();
  const { thread, process } = await bundler.guests("deno");
  const argument = argumentBytes(process);
  const files: BundledFile[] = [];
  await Deno.mkdir(out, { recursive: true });
  const write = async (file: string, text: string): Promise<void> => {
    const path = `${out}/${file}`;
    await Deno.writeTextFile(path, text);
    files.push({ path, bytes: size(text) });
  };
  for (const { file, ...source } of entries) {
    // This is where Deno looks for the types of a file.
    const head = types && file === PLATFORMS.deno ? `// @ts-self-types="./${TYPES}"\n` : "";
    await write(file, head + await bundler.text(source));
  }
  if (types) await write(TYPES, await declarations(root));
  await write("package.json", manifest());
  // Next to a package.json, Deno takes packages only from node_modules; the command line loads its own from the cache.
  await write("deno.json", `${JSON.stringify({ nodeModulesDir: "none" })}\n`);
  for (const file of ["README.md", "LICENSE"]) await Deno.copyFile(new URL(file, root), `${out}/${file}`);
  return { files, guests: { thread: size(thread), process: size(process), argument, limit: ARGUMENT_LIMIT } };
}

function size(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Runs the task and returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const given = readArguments(args, { flags: TAKES, switches: ["--json", "--no-types", "--help"] });
  if (given.has("--help")) {
    printLine(usage);
    return 0;
  }
  const out = flagReader(given, TAKES)("--out", "dist", (text) => text === "" ? undefined : text);
  let made: Bundles;
  try {
    made = await bundle(out, { types: !given.has("--no-types") });
  } catch (error) {
    writeToStderr(`Cannot bundle: ${error instanceof Error ? error.message : error}\n`);
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
