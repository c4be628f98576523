/**
 * A site on 127.0.0.1, and a machine that knows nothing else: an empty folder, no configuration, an empty cache.
 *
 * @module
 */

import { extname } from "node:path";

/** What a site serves, by paths that begin with a slash. */
export interface Content {
  /** Folders, by the prefix of their files' paths, which ends with a slash; the longest prefix is looked at first. */
  readonly folders?: Readonly<Record<string, URL>>;
  /** Single files, by path. */
  readonly texts?: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;
  /** Headers of every answer, besides its type. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A site that serves until it is disposed. */
export interface Site extends AsyncDisposable {
  /** The address and port, such as `127.0.0.1:8000`. */
  readonly host: string;
  /** The paths that were asked for, each once. */
  readonly asked: ReadonlySet<string>;
  /** The URL of a path. */
  url(path: string): string;
}

/** How a program ended. */
export interface Ended {
  /** Its exit code. */
  readonly code: number;
  /** All that it printed. */
  readonly stdout: string;
  /** All that it complained about. */
  readonly stderr: string;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".ts": "application/typescript",
  ".wasm": "application/wasm",
};

/** Starts a site on a free port. */
export function serve({ folders = {}, texts = {}, headers = {} }: Content): Site {
  const asked = new Set<string>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const path = new URL(request.url).pathname.replace(/\/$/, "/index.html");
    asked.add(path);
    const body = texts[path] ?? await fileOf(folders, path);
    if (body === undefined) return new Response(`There is no ${path}`, { status: 404 });
    return new Response(body, { headers: { ...headers, "content-type": types[extname(path)] ?? "text/plain" } });
  });
  const host = `127.0.0.1:${server.addr.port}`;
  return { host, asked, url: (path) => `http://${host}${path}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Runs a module by URL with the permissions to import from `sites` and to start guests. */
export async function runByUrl(url: string, sites: readonly Site[], args: readonly string[] = []): Promise<Ended> {
  const folder = await Deno.makeTempDir({ prefix: "holdfast-" });
  const cache = await Deno.makeTempDir({ prefix: "holdfast-cache-" });
  const imports = `--allow-import=${sites.map(({ host }) => host).join()}`;
  try {
    return await run(["--no-config", imports, `--allow-run=${Deno.execPath()}`, url, ...args], {
      cwd: folder,
      env: { DENO_DIR: cache, NO_PROXY: "127.0.0.1" },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(cache, { recursive: true });
  }
}

/** Runs `deno run` with nothing to ask and no colors. */
export async function run(args: readonly string[], options: Deno.CommandOptions = {}): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    ...options,
    env: { ...options.env, NO_COLOR: "1" },
    args: ["run", "--quiet", "--no-prompt", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

async function fileOf(folders: NonNullable<Content["folders"]>, path: string): Promise<BodyInit | undefined> {
  for (const [prefix, folder] of Object.entries(folders).sort(([one], [other]) => other.length - one.length)) {
    if (!path.startsWith(prefix)) continue;
    try {
      return await Deno.readFile(new URL(path.slice(prefix.length), folder));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}
