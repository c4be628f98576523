/**
 * What the guest of `dir-info` does: walk a folder, count, and hash what it finds.
 *
 * - A folder's entries are taken in the order of their names' code units, a folder with all that is in it in its place. So
 *   the hash is that of the content, whatever order the file system has.
 * - The hash is SHA-256 over one line of JSON for each file, `[path, bytes, SHA-256 of the content]`, and for each folder or
 *   file that cannot be read, `[path, null]`; paths begin at the folder and have slashes.
 * - A file is read in chunks. Symbolic links are not followed; they, pipes, sockets and devices only count.
 */

import { createHash, type Hash } from "node:crypto";
import type { Dirent } from "node:fs";
import { open, readdir } from "node:fs/promises";
import type { ServiceContext } from "../host/mod.ts";

/** Where guests find it. */
export const dirWork: string = import.meta.url;

/** How many bytes of a file are in memory at once. */
const CHUNK = 1 << 18;
/** The progress is reported after that many milliseconds. */
const REPORT = 50;

/** What was found so far. */
export interface DirCount {
  /** Files that were read. */
  readonly files: number;
  /** Folders, the outermost one not counted. */
  readonly folders: number;
  /** Bytes of all files. */
  readonly bytes: number;
  /** Symbolic links, pipes, sockets and devices. */
  readonly others: number;
  /** Files and folders that cannot be read. */
  readonly unreadable: number;
}

/** What a folder holds. */
export interface DirInfo extends DirCount {
  /** SHA-256 in hexadecimal digits. */
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

  /** Takes all that is in a folder; `path` is empty or ends with a slash. */
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
      // It is none of ours, or went away meanwhile.
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

  /** Says how far it is, now and then; `more` bytes are of a file that is not over. */
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
