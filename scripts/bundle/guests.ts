/**
 * The code of guests as text, and the module with that text, which replaces `lib/host/source.ts` in a bundle.
 *
 * - The text of the thread guest becomes a Blob URL, made once; in Node and Bun, a data URL.
 * - A guest may import from the bundle's URL, because a user's system imports the library from there, too.
 * - The logging module for guests is not part of their text but a data URL, which a process guest without permissions
 *   may import. In a browser, which has no process guests, it is a Blob URL: a strict content security policy allows
 *   only those.
 * - The text of the process guest brings `serveProcess` into scope; it is passed in one command-line argument,
 *   compressed and in base64.
 */

import { fileURLToPath } from "node:url";
import { type BuildOptions, esbuild, type Plugin } from "./esbuild.ts";
import { onPlatform, type PlatformName } from "./platforms.ts";
import { replacing } from "./replacing.ts";
import { resolveAsDeno } from "./resolve.ts";

/** The code of both guests, and of the modules that the host passes to them. */
export interface Guests {
  /** The thread guest, a complete module. */
  readonly thread: string;
  /** The process guest: statements that bring `serveProcess` into scope. */
  readonly process: string;
  /** The module `lib/logging/guest_logging.ts`. */
  readonly logging: string;
  /** The module `lib/host/system/guest.ts`. */
  readonly system: string;
  /**
   * Expressions that make a URL from the variable `text`, which contains a module: for a thread, and for another
   * module.
   */
  readonly urlOf: { readonly thread: string; readonly part: string };
}

const BLOB_URL = `URL.createObjectURL(new Blob([text], { type: "text/javascript" }))`;
const DATA_URL = `"data:text/javascript;base64," + new TextEncoder().encode(text).toBase64()`;
/** Also in base64, because Bun ends the text at a number sign. */
const NODE_URL = `"data:text/javascript;base64," + Buffer.from(text).toString("base64")`;

/** The expressions that make URLs of texts. */
const URLS: Readonly<Record<PlatformName, Guests["urlOf"]>> = {
  deno: { thread: BLOB_URL, part: DATA_URL },
  node: { thread: NODE_URL, part: NODE_URL },
  browser: { thread: BLOB_URL, part: BLOB_URL },
};

/** Linux's limit for one command-line argument in bytes, including its final zero. */
export const ARGUMENT_LIMIT = 131072;
/** Room for the rest of the argument: the call of `serveProcess` with a module's URL, and the media type. */
const ROOM = 8192;

/** Bundles and minifies the guests of a platform, with the settings shared by all bundles. */
export async function bundleGuests(
  root: URL,
  { settings, platform }: { readonly settings: BuildOptions; readonly platform: PlatformName },
): Promise<Guests> {
  const { build } = await esbuild();
  const text = async (
    contents: string,
    plugins: readonly Plugin[] = [inlineLogging(), leaveSystems()],
  ): Promise<string> => {
    const stdin = { contents, resolveDir: fileURLToPath(root), loader: "js" } as const;
    const { outputFiles } = await build({
      ...settings,
      stdin,
      minify: true,
      plugins: [...plugins, ...onPlatform(platform), resolveAsDeno()],
      write: false,
    });
    return outputFiles.map((file) => file.text).join("");
  };
  return {
    thread: await text(`import "./lib/host/thread_entry.ts";`),
    process: platform === "browser"
      ? ""
      : await packed(await text(`export { serveProcess } from "./lib/host/process_entry.ts";`), URLS[platform].part),
    logging: await text(`export * from "./lib/logging/guest_logging.ts";`, []),
    system: await text(`export * from "./lib/host/system/guest.ts";`, [inlineLogging()]),
    urlOf: URLS[platform],
  };
}

/** Statements that decompress a module with `serveProcess` and import it by URL; compressed, it is a third as long. */
async function packed(module: string, url: string): Promise<string> {
  const stream = new Blob([module]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = await new Response(stream).bytes();
  return `const packed = Uint8Array.from(atob("${bytes.toBase64()}"), (c) => c.charCodeAt(0));
const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
const text = await new Response(unpacked).text();
const { serveProcess } = await import(${url});`;
}

/**
 * The bytes of one argument that a process guest takes: its text in base64.
 *
 * @throws {RangeError} if that is too long.
 */
export function argumentBytes(text: string): number {
  const bytes = 4 * Math.ceil(new TextEncoder().encode(text).length / 3);
  if (bytes + ROOM <= ARGUMENT_LIMIT) return bytes;
  throw new RangeError(
    `Cannot inline the process guest: it takes ${bytes} bytes of an argument, at most ${
      ARGUMENT_LIMIT - ROOM
    } are wanted`,
  );
}

/** Replaces the module that finds the guests' files with one that contains their text. */
export function inlineGuests(guests: Guests): Plugin {
  const contents = `const thread = ${JSON.stringify(guests.thread)};
const process = ${JSON.stringify(guests.process)};
const system = ${JSON.stringify(guests.system)};
let url, systemUrl;
export function systemCode() {
  return systemUrl ??= urlOfPart(system);
}
export function threadUrl() {
  return url ??= urlOfThread(thread);
}
function urlOfThread(text) {
  return ${guests.urlOf.thread};
}
function urlOfPart(text) {
  return ${guests.urlOf.part};
}
export function processSource() {
  return process;
}
export function parts() {
  return [];
}
export function hosts() {
  if (!URL.canParse(import.meta.url)) return [];
  const { protocol, host } = new URL(import.meta.url);
  return protocol.startsWith("http") ? [host] : [];
}
`;
  return {
    name: "inline guests",
    setup(build) {
      inlineLogging(guests).setup(build);
      replacing(/[\\/]lib[\\/]host[\\/]source\.ts$/, contents).setup(build);
    },
  };
}

/** Replaces the module that bundles the world for realms with one that contains its text. */
export function inlineWorld(world: string): Plugin {
  const contents = `const world = ${JSON.stringify(world)};
export function worldText() {
  return Promise.resolve(world);
}
`;
  return replacing(/[\\/]lib[\\/]scenario[\\/]world_text\.ts$/, contents);
}

/**
 * Replaces the module that loads the guests' logging with one that contains its text, or with nothing if it comes from
 * a URL.
 */
function inlineLogging({ logging, urlOf }: Partial<Guests> = {}): Plugin {
  const contents = `const text = ${JSON.stringify(logging)};
let url;
export function guestLoggingUrl() {
  return text && (url ??= ${urlOf?.part});
}
export async function configureGuestLogging(settings, options) {
  const code = options.code ?? guestLoggingUrl();
  if (code === undefined) {
    throw new TypeError("Cannot log from a bundle: the code is not in it, the URL of guestLoggingUrl() is wanted");
  }
  const { GuestLogging } = await import(code);
  return await GuestLogging.start(settings, options);
}
`;
  return replacing(/[\\/]lib[\\/]logging[\\/]configure\.ts$/, contents);
}

/** Leaves out what guests need for delegated systems, which comes from a URL. */
function leaveSystems(): Plugin {
  return replacing(/[\\/]lib[\\/]host[\\/]system[\\/]guest\.ts$/, "export {};");
}
