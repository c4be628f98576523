/**
 * The least possible cost of a fork-join over pipes: 64 bytes there and back, BYOB in the parent, synchronous in the
 * child.
 */

import { type BareWork, burnBare, IDLE } from "./bare_work.ts";

/** The size of the request of a system with one scalar input. */
const BYTES = 64;

interface Child {
  readonly process: Deno.ChildProcess;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly reader: ReadableStreamBYOBReader;
  buffer: ArrayBuffer;
}

/** Bare subprocesses that each do the same work per round. */
export class BareProcesses {
  readonly #children: readonly Child[];
  readonly #message = new Uint8Array(BYTES);

  constructor(children: number, work: BareWork) {
    this.#children = Array.from({ length: children }, () => {
      const process = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", import.meta.url, JSON.stringify(work)],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const reader = process.stdout.getReader({ mode: "byob" });
      return { process, writer: process.stdin.getWriter(), reader, buffer: new ArrayBuffer(BYTES) };
    });
  }

  fork(): void {
    for (const { writer } of this.#children) void writer.write(this.#message);
  }

  async join(): Promise<void> {
    await Promise.all(this.#children.map(async (child) => {
      for (let got = 0; got < BYTES;) {
        const { value } = await child.reader.read(new Uint8Array(child.buffer, 0, BYTES - got));
        if (value === undefined) throw new Error("Cannot read a reply: the child ended, 64 bytes are wanted");
        got += value.length;
        child.buffer = value.buffer;
      }
    }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map(async ({ process, writer }) => {
      await writer.close();
      await process.status;
    }));
  }
}

function serve(work: BareWork): void {
  const bytes = new Uint8Array(BYTES);
  for (;;) {
    for (let got = 0; got < BYTES;) {
      const read = Deno.stdin.readSync(bytes.subarray(got));
      if (read === null) return;
      got += read;
    }
    burnBare(work);
    Deno.stdout.writeSync(bytes);
  }
}

if (import.meta.main) serve({ ...IDLE, ...JSON.parse(Deno.args[0] ?? "{}") });
