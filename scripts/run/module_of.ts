/**
 * The module that a text on the command line means, by URL or path, and with `#name` one of its exports.
 *
 * - A text is a path if it has a slash or the extension of a script, or a file of that name exists. If a file has the
 *   whole text as its name, there is no `#name`.
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** A module, and perhaps one of its exports. */
export interface MeantModule {
  /** Its URL, without `#name`. */
  readonly url: string;
  /** The name of the export; undefined if there is none. */
  readonly name: string | undefined;
}

/** The module; undefined if the text is not a module. */
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

/** The kind of what is at a path; undefined if there is nothing. */
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

/** A name with the escapes of a URL decoded. */
function nameOf(text: string): string | undefined {
  if (text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
