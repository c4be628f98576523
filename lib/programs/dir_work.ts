/**
 * The work of `dir-info`'s guest: walks a folder, and counts and hashes what it finds.
 *
 * - The entries of a folder are visited in the order of their names' code units, each subfolder with all its contents
 *   in its place. So the hash depends on the content only, not on the order of the file system.
 * - The hash is SHA-256 over one line of JSON for each file, `[path, bytes, SHA-256 of the content]`, and for each
 *   folder or file that cannot be read, `[path, null]`. Paths are relative to the folder, with slashes.
 * - A file is read in chunks. Symbolic links are not followed; they, pipes, sockets and devices are only counted.
 */

import { createHash, type Hash } from "node:crypto";
import type { Dirent } from "node:fs";
import { open, readdir } from "node:fs/promises";
import type { ServiceContext } from "../host/mod.ts";

/** The URL of this module, for guests. */
export const dirWork: string = import.meta.url;

/** How many bytes of a file are in memory at once. */
const CHUNK = 1 << 18;
/** The shortest time between two progress reports, in milliseconds. */
const REPORT = 50;

/** What has been found so far. */
export interface DirCount {
  /** How many files have been read. */
  readonly files: number;
  /** How many folders there are, not counting the outermost. */
  readonly folders: number;
  /** The bytes of all files. */
  readonly bytes: number;
  /** How many symbolic links, pipes, sockets and devices there are. */
  readonly others: number;
  /** How many files and folders cannot be read. */
  readonly unreadable: number;
}

/** The contents of a folder. */
export interface DirInfo extends DirCount {
  /** The SHA-256 hash in hexadecimal digits. */
  readonly hash: string;
}

/** Walks a folder. */
export async function readDirInfo(dir: string, context: ServiceContext): Promise<DirInfo> {
  const walk = new Walk(context);
  await walk.folder(dir, "");
  return walk.end();
}

class Walk {
  readonly #context: ServiceContext;
  readonly #hash: Hash = createHash("sha256");
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #count = { files: 0, folders: 0, bytes: 0, others: 0, unreadable: 0 };
  #reported: number;

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#reported = context.now();
  }

  end(): DirInfo {
    this.#context.report(this.#count);
    return { ...this.#count, hash: this.#hash.digest("hex") };
  }

  /** Visits everything in a folder; `path` is empty or ends with a slash. */
  async folder(dir: string, path: string): Promise<void> {
    let entries: Dirent[];
    try {
      entries = await readdir(`${dir}/${path}`, { withFileTypes: true });
    } catch {
      return this.#unreadable(path);
    }
    for (const entry of entries.sort(byName)) {
      const inner = path + entry.name;
      if (entry.isDirectory()) {
        this.#count.folders++;
        await this.folder(dir, `${inner}/`);
      } else if (entry.isFile()) await this.#file(`${dir}/${inner}`, inner);
      else this.#count.others++;
    }
  }

  async #file(file: string, path: string): Promise<void> {
    const content = createHash("sha256");
    let bytes = 0;
    try {
      await using handle = await open(file);
      for (;;) {
        const { bytesRead } = await handle.read(this.#chunk);
        if (bytesRead === 0) break;
        content.update(this.#chunk.subarray(0, bytesRead));
        bytes += bytesRead;
        this.#report(bytes);
      }
    } catch {
      // It may not be read, or has disappeared meanwhile.
      return this.#unreadable(path);
    }
    this.#count.files++;
    this.#count.bytes += bytes;
    this.#line([path, bytes, content.digest("hex")]);
    this.#report(0);
  }

  #unreadable(path: string): void {
    this.#count.unreadable++;
    this.#line([path, null]);
  }

  #line(line: readonly (string | number | null)[]): void {
    this.#hash.update(`${JSON.stringify(line)}\n`);
  }

  /** Reports the progress now and then; `more` are the bytes read so far of an unfinished file. */
  #report(more: number): void {
    const time = this.#context.now();
    if (time - this.#reported < REPORT) return;
    this.#reported = time;
    this.#context.report({ ...this.#count, bytes: this.#count.bytes + more });
  }
}

function byName({ name: one }: Dirent, { name: other }: Dirent): number {
  return one < other ? -1 : 1;
}
