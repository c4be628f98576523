/**
 * How the module of a guest comes to another host: it is there already, or it is sent along.
 *
 * - A module of any other kind than a file is loaded by its URL.
 * - A file is used where it lies if the agent reads the same bytes in each local file that the module is made of: a shared
 *   file system, or the same checkout at the same place. Configurations count as such files.
 * - Otherwise it is sent as one bundle, made by `deno bundle` (esbuild), with its packages inside, as the configuration in its
 *   own folder says. In it `import.meta.url` names the bundle.
 */

import { errorText } from "../errors.ts";
import { BLOCKS, type GuestSetup } from "../mode/mod.ts";
import { platform } from "../platform/mod.ts";
import { MOST_TOLD } from "./link.ts";
import type { ModuleAnswer, ModuleFile } from "./message.ts";

/** The part of what `deno info --json` tells that is used. */
interface Graph {
  readonly modules?: readonly { readonly specifier?: unknown; readonly local?: unknown }[];
}

/** What Deno takes for a configuration. */
const CONFIGURATIONS = ["deno.json", "deno.jsonc", "package.json"] as const;

/** Modules as a client knows them: each is looked at once. */
export class Modules {
  readonly #files = new Map<string, Promise<readonly ModuleFile[]>>();
  readonly #bundles = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  /** The local files that the module of a guest is made of, itself included; none where it is no file, or cannot be read. */
  files(setup: GuestSetup): Promise<readonly ModuleFile[]> {
    const { module, options: { config, importMap } } = setup;
    if (!module.startsWith("file:")) return Promise.resolve([]);
    // What a path means that is not whole depends on the host.
    if ([config, importMap].some((path) => path?.startsWith("/") === false)) return Promise.resolve([]);
    return keep(this.#files, module, () => filesOf(setup).catch(() => []));
  }

  /** The module of a guest as one file; where none can be made, one that says why when it is loaded. */
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
  if (module === BLOCKS) return "built-in";
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

/** The configurations that count for a module: those that are named, and those that lie in its folder and above. */
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

/** Runs a command of Deno on the module, with the configuration that its guests have, which may lie in its folder. */
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

/** What was made before under a name, or is made now; what failed may be tried again. */
function keep<T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const before = known.get(name);
  if (before !== undefined) return before;
  const made = make();
  known.set(name, made);
  made.catch(() => known.delete(name));
  return made;
}
