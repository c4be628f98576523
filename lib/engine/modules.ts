/**
 * How another host gets the module of a guest: the module is already there, or is sent.
 *
 * - A module that is not a local file is loaded by its URL.
 * - A file is used in place if the agent reads the same bytes from each local file of the module: a shared file system,
 *   or the same checkout at the same path. Configurations count as such files.
 * - Otherwise the module is sent as one bundle, made by `deno bundle` (esbuild) with the configuration of the module's
 *   folder, packages included. In the bundle, `import.meta.url` names the bundle.
 */

import { errorText } from "../errors.ts";
import { BLOCKS_MODULE, type GuestSetup } from "../mode/mod.ts";
import { platform } from "../platform/mod.ts";
import { MOST_TOLD } from "./link.ts";
import type { ModuleAnswer, ModuleFile } from "./message.ts";

/** The part of the output of `deno info --json` that is used. */
interface Graph {
  readonly modules?: readonly { readonly specifier?: unknown; readonly local?: unknown }[];
}

/** The names of Deno's configuration files. */
const CONFIGURATIONS = ["deno.json", "deno.jsonc", "package.json"] as const;

/** The modules of a client's guests; each is examined once. */
export class Modules {
  readonly #files = new Map<string, Promise<readonly ModuleFile[]>>();
  readonly #bundles = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  /** The local files of a guest's module, itself included; none if it is not a file, or cannot be read. */
  files(setup: GuestSetup): Promise<readonly ModuleFile[]> {
    const { module, options: { config, importMap } } = setup;
    if (!module.startsWith("file:")) return Promise.resolve([]);
    // The meaning of a relative path depends on the host.
    if ([config, importMap].some((path) => path?.startsWith("/") === false)) return Promise.resolve([]);
    return keep(this.#files, module, () => filesOf(setup).catch(() => []));
  }

  /** The module of a guest as one file; if bundling fails, a file that throws the reason when it is loaded. */
  async bundle(setup: GuestSetup): Promise<Uint8Array> {
    const { module } = setup;
    try {
      return await keep(this.#bundles, module, async () => {
        const { code, stdout, stderr } = await run(setup, ["bundle", "--quiet", "--platform", "deno"]);
        if (code !== 0) throw new Error(stderr.replaceAll(/[\s\p{Cc}]+/gu, " ").trim());
        if (stdout.length <= MOST_TOLD) return stdout;
        throw new Error(`its bundle has ${stdout.length} bytes, at most ${MOST_TOLD} can be sent`);
      });
    } catch (error) {
      const is = `Cannot send ${module} to another host: ${errorText(error)}, a module that can be bundled is wanted`;
      return new TextEncoder().encode(`throw new TypeError(${JSON.stringify(is)});`);
    }
  }
}

/** How an agent gets a module. */
export async function moduleAnswer(module: string, files: readonly ModuleFile[]): Promise<ModuleAnswer> {
  if (module === BLOCKS_MODULE) return "built-in";
  if (!module.startsWith("file:")) return "url";
  const isListed = files.some(({ url }) => url === module);
  const same = await Promise.all(files.map(async ({ url, digest }) => await digestOf(url).catch(() => "") === digest));
  return isListed && same.every(Boolean) ? "shared" : "wanted";
}

async function filesOf(setup: GuestSetup): Promise<readonly ModuleFile[]> {
  const { code, stdout } = await run(setup, ["info", "--json", "--quiet"]);
  if (code !== 0) return [];
  const { modules = [] } = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
  const urls = modules.flatMap(({ specifier }) => {
    return typeof specifier === "string" && specifier.startsWith("file:") ? [specifier] : [];
  });
  urls.push(...configurationsOf(setup));
  return await Promise.all(urls.map(async (url) => ({ url, digest: await digestOf(url) })));
}

/** The configurations that apply to a module: those that are named, and those in its folder and above. */
function configurationsOf({ module, options: { config, importMap } }: GuestSetup): string[] {
  const found = [config, importMap].flatMap((path) => path === undefined ? [] : [new URL(path, "file:///").href]);
  for (let folder = new URL(".", module);; folder = new URL("..", folder)) {
    for (const name of CONFIGURATIONS) {
      const url = new URL(name, folder);
      if (platform.isFile(platform.pathOf(url))) found.push(url.href);
    }
    if (folder.pathname === "/") return found;
  }
}

async function digestOf(url: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await platform.read(new URL(url)));
  return new Uint8Array(digest).toHex();
}

/** Runs a command of Deno on the module, with the configuration of its guests, which may be in its folder. */
async function run(
  { module, options: { config, importMap, cwd } }: GuestSetup,
  command: readonly string[],
): ReturnType<typeof platform.runChild> {
  const args = [
    ...command,
    "--no-lock",
    ...config === undefined ? [] : ["--config", config],
    ...importMap === undefined ? [] : ["--import-map", importMap],
    module,
  ];
  const isNamed = config !== undefined || importMap !== undefined;
  const folder = isNamed ? cwd : platform.pathOf(new URL(".", module));
  const env = { NO_COLOR: "1", RUST_BACKTRACE: "0" };
  return await platform.runChild({ args, env, ...folder === undefined ? {} : { cwd: folder } });
}

/** Makes a value once per name and remembers it; a failure is not remembered. */
function keep<T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const before = known.get(name);
  if (before !== undefined) return before;
  const made = make();
  known.set(name, made);
  made.catch(() => known.delete(name));
  return made;
}
