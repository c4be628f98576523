/**
 * A folder for files that are removed when this process ends. What a killed process left behind is removed by the next
 * process that creates such a folder.
 *
 * - Invariant: a live process holds a lock on a file in its folder. The system releases it when the process ends in any
 *   way.
 */

import type { Scratch } from "./platform.ts";

const PREFIX = "holdfast-scratch-";
/** The name of the locked file. */
const LOCK = "lock";
/** The age at which other processes check a folder, in milliseconds; its creator has locked it by then. */
const SETTLED = 60_000;

/** Creates a folder. */
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

/** Removes the folders that killed processes left next to it. */
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
    // This process may not see or remove it, or another one is removing it.
  }
}
