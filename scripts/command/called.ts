/**
 * Commands as they are called from where this process works, so that what a report or a help text prints can be pasted there.
 *
 * - In the project's own folder that is `deno task NAME`, elsewhere the script by its path, in a bundle that one file.
 */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The commands that work anywhere. Others are told for other hosts, or for a checkout. */
const COMMANDS = /\bdeno task (sim|list|run|explore|replay)\b/g;

/** A text in which each `deno task NAME` is a call that works here. */
export function called(text: string): string {
  return text.replaceAll(COMMANDS, (call, name: string) => callOf(name) ?? call);
}

/** How a command is called here; undefined where that is `deno task NAME`, or nobody may know where here is. */
function callOf(name: string): string | undefined {
  if (Deno.permissions.querySync({ name: "read" }).state !== "granted") return undefined;
  const here = Deno.cwd();
  const isBundle = !import.meta.url.endsWith("/scripts/command/called.ts");
  if (isBundle) return `deno run -A ${wordOf(import.meta.url, here)} ${name}`;
  const root = new URL("../../", import.meta.url);
  if (root.protocol === "file:" && relative(here, fileURLToPath(root)) === "") return undefined;
  return `deno run -A ${wordOf(new URL(`scripts/${name}.ts`, root).href, here)}`;
}

/** A module as a word: a file by its path from here or from the root, whichever is shorter. */
function wordOf(url: string, here: string): string {
  if (!url.startsWith("file:")) return shellWord(url);
  const path = fileURLToPath(url);
  const near = relative(here, path);
  return shellWord(near.length <= path.length ? near : path);
}

/** A text in which each URL of a file is its path: from here where it is below. */
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

/** A text as one word of a shell's command. */
export function shellWord(text: string): string {
  if (Deno.build.os === "windows") return /^[\w.,:/\\+@-][\w.,:/\\+@=#-]*$/.test(text) ? text : `"${text}"`;
  return /^[\w.,:/+@-][\w.,:/+@=#-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
