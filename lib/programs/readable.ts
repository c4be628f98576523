/**
 * Files and folders that a program may read, and may permit its guests to read.
 *
 * - A program never asks for a permission: what it may not do, it refuses or does without.
 */

import { realpathSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { platform } from "../platform/mod.ts";

/**
 * The real path of a file or folder that was given to a program.
 *
 * @throws {RangeError} if it does not exist, or could not be permitted to a guest.
 */
export function readablePath(
  path: string,
  { program, kind }: { readonly program: string; readonly kind: "file" | "folder" },
): string {
  const refuse = (is: string, cause?: unknown) => {
    return new RangeError(`Cannot run ${program}: ${path} ${is}, a ${kind} is wanted`, { cause });
  };
  if (!platform.may("read", path)) throw refuse(platform.fileless ?? "must not be read, which --allow-read permits");
  let [real, is] = ["", false];
  try {
    real = realpathSync(path);
    const found = statSync(real);
    is = kind === "file" ? found.isFile() : found.isDirectory();
  } catch (error) {
    throw refuse(
      error instanceof Error && "code" in error && error.code === "ENOENT"
        ? "does not exist"
        : `cannot be read (${error})`,
      error,
    );
  }
  if (!is) throw refuse("is none");
  if (isPermittable(real)) return real;
  throw refuse("has a comma in its path, with which a permission would be one for its parts");
}

/** The path of a program's own file or folder, from its URL; `undefined` if it is not on disk or may not be read. */
export function ownPath(url: URL): string | undefined {
  if (url.protocol !== "file:") return undefined;
  const path = fileURLToPath(url);
  return platform.may("read", path) && isPermittable(path) ? path : undefined;
}

/** Deno would split the path at a comma. */
function isPermittable(path: string): boolean {
  return !path.includes(",");
}
