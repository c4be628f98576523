/**
 * Commands as they must be called from this process's folder, so that commands in reports and help texts can be pasted
 * there.
 *
 * - In the project's own folder that is `deno task NAME`; elsewhere it is the script by its path; in a bundle, the one
 *   file.
 */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The commands that work anywhere. Other commands are meant for other hosts, or for a checkout. */
const COMMANDS = /\bdeno task (sim|list|run|explore|replay)\b/g;

/** A text with each `deno task NAME` replaced with a call that works here. */
export function called(text: string): string {
  return text.replaceAll(COMMANDS, (call, name: string) => callOf(name) ?? call);
}

/** How to call a command here; undefined if by `deno task NAME`, or if the current folder is not accessible. */
function callOf(name: string): string | undefined {
  if (Deno.permissions.querySync({ name: "read" }).state !== "granted") return undefined;
  const here = Deno.cwd();
  const isBundle = !import.meta.url.endsWith("/scripts/command/called.ts");
  if (isBundle) return `deno run -A ${wordOf(import.meta.url, here)} ${name}`;
  const root = new URL("../../", import.meta.url);
  if (root.protocol === "file:" && relative(here, fileURLToPath(root)) === "") return undefined;
  return `deno run -A ${wordOf(new URL(`scripts/${name}.ts`, root).href, here)}`;
}

/** A module as one word: a file by its path, relative or absolute, whichever is shorter. */
function wordOf(url: string, here: string): string {
  if (!url.startsWith("file:")) return shellWord(url);
  const path = fileURLToPath(url);
  const near = relative(here, path);
  return shellWord(near.length <= path.length ? near : path);
}

/** A text with each file URL replaced with its path, relative if the file is below the current folder. */
export function located(text: string): string {
  if (Deno.permissions.querySync({ name: "read" }).state !== "granted") return text;
  return text.replaceAll(/\bfile:\/\/[^\s"'#,;)]+/g, (url) => {
    try {
      const path = fileURLToPath(url);
      const near = relative(Deno.cwd(), path);
      return near === "" || near.startsWith("..") ? path : near;
    } catch {
      return url;
    }
  });
}

/** A text quoted as one word of a shell command. */
export function shellWord(text: string): string {
  if (Deno.build.os === "windows") return /^[\w.,:/\\+@-][\w.,:/\\+@=#-]*$/.test(text) ? text : `"${text}"`;
  return /^[\w.,:/+@-][\w.,:/+@=#-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
