/**
 * Which module a text on the command line means: one by URL or by path, and with `#name` one of its exports.
 *
 * - A path has a slash or the ending of a script, or is that of a file. What is a file as a whole has no name behind it.
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** A module, and what is named of it. */
export interface MeantModule {
  /** Its URL, without a name. */
  readonly url: string;
  /** The name behind it; undefined where there is none. */
  readonly name: string | undefined;
}

/** The module; undefined where the text means none. */
export function moduleOf(text: string): MeantModule | undefined {
  if (/^(https?|file|data|blob):/i.test(text)) {
    if (!URL.canParse(text)) return undefined;
    const url = new URL(text);
    const name = nameOf(url.hash.slice(1));
    url.hash = "";
    return { url: url.href, name };
  }
  if (kindOf(text) === "file") return { url: urlOf(text), name: undefined };
  const [path = "", ...name] = text.split(/#(?=[^#]*$)/);
  if (!/[/\\]|\.[cm]?[jt]sx?$/.test(path) && kindOf(path) !== "file") return undefined;
  return { url: urlOf(path), name: nameOf(name.join("#")) };
}

/** What stands at a path; undefined where nothing does. */
export function kindOf(path: string | URL): "file" | "folder" | undefined {
  try {
    return Deno.statSync(path).isDirectory ? "folder" : "file";
  } catch {
    return undefined;
  }
}

function urlOf(path: string): string {
  return pathToFileURL(resolve(path)).href;
}

/** A name as it is meant, though a URL spells some of its characters. */
function nameOf(text: string): string | undefined {
  if (text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
