import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { Host, MODE_NAMES, needsOf } from "../../lib/host/mod.ts";
import { Guest } from "../../lib/pool/mod.ts";
import { type DirInfo, dirWork, readDirInfo } from "../../lib/programs/dir_work.ts";
import { dirInfo } from "../../lib/programs/mod.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { within } from "../contracts/deadline.ts";
import { runs } from "../contracts/soak.ts";
import { run } from "../e2e/server.ts";

const context = { guest: "a", mode: "direct", shared: {}, now: () => 0, report() {} } as const;

/** A folder of its own that is gone afterwards. */
async function inFolder(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "holdfast-dir-" });
  try {
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Writes files, by their paths. */
async function write(dir: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await Deno.mkdir(`${dir}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeFile(`${dir}/${path}`, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

Deno.test("dir-info: count, bytes and hash are equal in every mode, and it says how far it is", async () => {
  await inFolder(async (dir) => {
    await using host = new Host(needsOf(dirInfo, { parameters: { dir } }));
    const large = Uint8Array.from({ length: 600_000 }, (_, index) => index % 251);
    await write(dir, { "b.txt": "bee", "a/z": "zed", "a/é": "", "a.large": large });
    await Deno.mkdir(`${dir}/empty`);
    await Deno.symlink(`${dir}/a`, `${dir}/link`);
    await Deno.symlink("/", `${dir}/root`);
    const lines = [
      ["a/z", 3, sha256("zed")],
      ["a/é", 0, sha256("")],
      ["a.large", 600_000, sha256(large)],
      ["b.txt", 3, sha256("bee")],
    ];
    const hash = sha256(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    for (const mode of MODE_NAMES) {
      const [said, spans]: [string[], Span[]] = [[], []];
      const { ok, outcome, independent, tables } = await within(
        20,
        host.run(dirInfo, {
          mode,
          parameters: { dir },
          progress: (text) => void said.push(text),
          observe: (span) => void spans.push(span),
        }),
      );
      assertEquals<unknown>(outcome, { files: 4, folders: 2, bytes: 600_006, others: 2, unreadable: 0, hash }, mode);
      assertEquals([ok, independent], [true, outcome]);
      assertEquals([said.at(-1), tables[0]?.rows[0]], ["4 files, 0.6 MB", [4, 2, 2, 0, "0.6"]], mode);
      assertEquals(spans.map(({ lane }) => lane), ["dir-info"]);
    }
  });
});

Deno.test("dir-info without a folder takes its own", async () => {
  await using host = new Host();
  const { ok, outcome } = await host.run(dirInfo, { mode: "direct" });
  const { files, unreadable } = outcome as DirInfo;
  assert(ok && files > 10 && unreadable === 0, JSON.stringify(outcome));
});

Deno.test("readDirInfo() gives the same for the same content, and another hash for any other", async () => {
  const name = fc.stringMatching(/^[a-z.]{1,3}$/).filter((name) => !/^\.+$/.test(name));
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
  const file = fc.tuple(path, fc.string({ maxLength: 20 }));
  const files = fc.uniqueArray(file, { maxLength: 6, selector: ([path]) => path }).filter((files) => {
    // No file is a folder of another.
    return files.every(([one]) => files.every(([other]) => !other.startsWith(`${one}/`)));
  });
  const hashes = new Map<string, string>();
  await fc.assert(
    fc.asyncProperty(files, async (files) => {
      const infos: DirInfo[] = [];
      for (const order of [files, files.toReversed()]) {
        await inFolder(async (dir) => {
          await write(dir, Object.fromEntries(order));
          infos.push(await readDirInfo(dir, context));
        });
      }
      assertEquals(infos[0], infos[1]);
      const [{ hash, bytes, files: count } = { hash: "", bytes: 0, files: 0 }] = infos;
      assertEquals(count, files.length);
      assertEquals(bytes, files.reduce((sum, [, content]) => sum + new TextEncoder().encode(content).length, 0));
      const content = JSON.stringify(files.toSorted(([one], [other]) => one < other ? -1 : 1));
      assertEquals(hashes.get(hash) ?? content, content);
      hashes.set(hash, content);
    }),
    { numRuns: runs(50) },
  );
});

Deno.test("readDirInfo() counts what it cannot read, and the hash tells", async () => {
  await inFolder(async (dir) => {
    await write(dir, { "open.txt": "open", "shut.txt": "shut", "shut/inner.txt": "inner" });
    const script = `
      import { readDirInfo } from ${JSON.stringify(dirWork)};
      const context = { guest: "a", mode: "direct", shared: {}, now: () => 0, report() {} };
      console.log(JSON.stringify(await readDirInfo(Deno.args[0], context)));
    `;
    const of = async (...flags: string[]) => {
      const { code, stdout, stderr } = await run([
        `--allow-read=${dir}`,
        ...flags,
        `data:text/javascript,${encodeURIComponent(script)}`,
        dir,
      ]);
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      return JSON.parse(stdout) as DirInfo;
    };
    const [all, some] = [await of(), await of(`--deny-read=${dir}/shut.txt,${dir}/shut`)];
    assertEquals([all.files, all.unreadable, all.bytes], [3, 0, 13]);
    assertEquals([some.files, some.unreadable, some.bytes, some.folders], [1, 2, 4, 1]);
    assertNotEquals(all.hash, some.hash);
  });
});

Deno.test("dir-info: a process may read its folder, and nothing else", async () => {
  await inFolder(async (dir) => {
    await write(dir, { "mine/a": "a", "other/b": "b" });
    const infoOf = async (argument: string) => {
      await using guest = await Guest.make<DirInfo>({
        mode: "process",
        module: dirWork,
        export: "readDirInfo",
        argument,
        permissions: { read: [`${dir}/mine`] },
      });
      await guest.start();
      return await guest.result();
    };
    const [mine, other] = [await infoOf(`${dir}/mine`), await infoOf(`${dir}/other`)];
    assertEquals([mine.files, mine.unreadable, other.files, other.unreadable], [1, 0, 0, 1]);
  });
});

Deno.test("dir-info says what its guest needs, and ends without it", async () => {
  await inFolder(async (dir) => {
    await write(dir, { "a": "a" });
    const parameters = { dir };
    const permissions = { read: [await Deno.realPath(dir)] };
    assertEquals(needsOf(dirInfo, { parameters }), { permissions });
    await using host = new Host();
    const { ok, errors } = await host.run(dirInfo, { mode: "process", parameters });
    assertEquals([ok, errors.length], [false, 1]);
    assertStringIncludes(errors[0]!.message, `the guest can read ${permissions.read[0]}, which its host must permit`);
  });
});

Deno.test("dir-info refuses what is no folder, before anything runs", async () => {
  await using host = new Host();
  await inFolder(async (dir) => {
    await write(dir, { "file": "text", "a,b/file": "text" });
    const refused = { [`${dir}/none`]: "does not exist", [`${dir}/file`]: "is none", [`${dir}/a,b`]: "has a comma" };
    for (const mode of MODE_NAMES) {
      for (const [folder, is] of Object.entries(refused)) {
        const message = `Cannot run dir-info: ${folder} ${is}`;
        await assertRejects(() => host.run(dirInfo, { mode, parameters: { dir: folder } }), RangeError, message);
      }
    }
    const command = new URL("../../scripts/run.ts", import.meta.url).href;
    const { code, stdout, stderr } = await run(["--allow-read", command, "dir-info", "--dir", `${dir}/none`]);
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assert(stderr.startsWith("Cannot run dir-info: ") && stderr.includes("does not exist"), stderr);
  });
});
