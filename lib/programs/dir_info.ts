/**
 * Everything in a folder, counted and hashed by a process that may read that folder and nothing else.
 *
 * - Files, bytes and hash are equal in every mode, because the walk is sorted; see {@linkcode readDirInfo}.
 * - Its host must permit reading the folder, as `needs` says. Only a subprocess has permissions of its own; a thread
 *   and direct mode have the program's.
 * - The guest reports its progress.
 * - Without `--dir`, it reads the folder of this program. If that is not on disk, or may not be read, the walk is
 *   empty, and the table says so.
 */

import type { AnyHostProgram, HostContext, HostEnd, ReportTable } from "../host/mod.ts";
import { defineHostProgram, now } from "../host/mod.ts";
import { Guest } from "../pool/mod.ts";
import { ensure } from "../program/mod.ts";
import { type DirCount, type DirInfo, dirWork, readDirInfo } from "./dir_work.ts";
import { ownPath, readablePath } from "./readable.ts";
import { draw, durationOf, timedAsync } from "./timed.ts";

const parameters = {
  dir: { default: "", text: true, description: "the folder; by default the one that contains this program" },
} as const;

const NAME = "dir-info";

/** The result of an empty walk; the hash is that of no bytes. */
const NOTHING: DirInfo = {
  files: 0,
  folders: 0,
  bytes: 0,
  others: 0,
  unreadable: 0,
  hash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};

/** The program `dir-info`. */
export const dirInfo: AnyHostProgram = defineHostProgram({
  name: NAME,
  claim: "A folder has the same counts and hash in every mode, and a process needs permission for that folder only.",
  module: import.meta.url,
  functions: { readDirInfo },
  parameters,
  validate: ({ parameters: { dir } }) => void (dir === "" || folderOf(dir)),
  needs({ parameters: { dir } }) {
    const folder = walkedFolder(dir);
    return folder === undefined ? {} : { permissions: { read: [folder] } };
  },
  main,
  expected: () => (outcome) => "hash" in outcome && /^[0-9a-f]{64}$/.test(outcome.hash),
});

async function main(context: HostContext<typeof parameters>): Promise<HostEnd<DirInfo>> {
  const { settings: { parameters: { dir } } } = context;
  const folder = walkedFolder(dir);
  if (folder === undefined) return { outcome: NOTHING, tables: [tableOf(NOTHING, "no folder: --dir is wanted")] };
  const work = await timedAsync({ guest: NAME, now }, () => walked(folder, context));
  const outcome = draw(context.observe, work);
  ensure(!isUnread(outcome), `the guest can read ${folder}, which its host must permit`);
  return { outcome, tables: [tableOf(outcome, `${folder}, in ${Math.round(durationOf(work))} ms, start-up included`)] };
}

/** Has a guest walk a folder. */
async function walked(
  folder: string,
  { mode, host, signal, progress }: HostContext<typeof parameters>,
): Promise<DirInfo> {
  await using guest = await Guest.make<DirInfo>({
    mode,
    module: dirWork,
    export: "readDirInfo",
    argument: folder,
    name: NAME,
    // If the run times out, it need not finish.
    daemon: true,
    host,
    onProgress: (count) => progress(progressOf(count as DirCount)),
  });
  await guest.start();
  return await guest.result({ signal });
}

function progressOf({ files, bytes }: DirCount): string {
  return `${files} files, ${megabytes(bytes)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function tableOf({ files, folders, others, unreadable, bytes }: DirInfo, title: string): ReportTable {
  const columns = ["files", "folders", "links and others", "unreadable", "MB"];
  return { title, columns, rows: [[files, folders, others, unreadable, megabytes(bytes)]] };
}

/** Whether not even the folder itself could be read. */
function isUnread({ files, folders, others, unreadable }: DirInfo): boolean {
  return unreadable === 1 && files + folders + others === 0;
}

/** The folder to walk, if there is one that may be read. */
function walkedFolder(dir: string): string | undefined {
  return dir === "" ? ownPath(new URL(".", import.meta.url)) : folderOf(dir);
}

function folderOf(dir: string): string {
  return readablePath(dir, { program: NAME, kind: "folder" });
}
