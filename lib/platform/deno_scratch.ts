/**
 * A folder for files that end with this process. What a killed process left is removed by the next one that makes such a
 * folder.
 *
 * - Invariant: whoever lives holds a lock on a file in its folder. The system lets go of it when that process ends, whatever
 *   ended it.
 */

import type { Scratch } from "./platform.ts";

const PREFIX = "holdfast-scratch-";
/** What is locked. */
const LOCK = "lock";
/** How old a folder is before others look at it, in milliseconds: by then whoever made it holds its lock. */
const SETTLED = 60_000;

/** Makes one. */
export function scratch(): Scratch {
  const folder = Deno.makeTempDirSync({ prefix: PREFIX });
  const lock = lockIn(folder);
  lock.lockSync(true);
  sweep(folder.slice(0, folder.lastIndexOf("/")));
  const urlOf = (name: string) => new URL(name, `file://${folder}/`);
  return {
    folder,
    keep(name, bytes) {
      const url = urlOf(name);
      Deno.writeFileSync(url, bytes);
      return url.href;
    },
    drop: (name) => Deno.removeSync(urlOf(name)),
    remove() {
      Deno.removeSync(folder, { recursive: true });
      lock.close();
    },
  };
}

function lockIn(folder: string): Deno.FsFile {
  return Deno.openSync(`${folder}/${LOCK}`, { write: true, create: true });
}

/** Removes what killed processes left beside it. */
function sweep(beside: string): void {
  const old = Date.now() - SETTLED;
  try {
    for (const { name } of Deno.readDirSync(beside)) {
      const folder = `${beside}/${name}`;
      if (!name.startsWith(PREFIX) || (Deno.statSync(folder).mtime?.getTime() ?? old) >= old) continue;
      using lock = lockIn(folder);
      if (lock.tryLockSync(true)) Deno.removeSync(folder, { recursive: true });
    }
  } catch {
    // It is not for this process to see or to remove, or another one removes it.
  }
}
