import { assertEquals } from "@std/assert";
import { BytePipe, LISTENS } from "../../lib/memory/mod.ts";
import type { ToThread } from "../../lib/mode/guest.ts";
import { spinFor, threadMode } from "../../lib/mode/thread.ts";
import { within } from "../contracts/deadline.ts";
import { bytesOf } from "../contracts/frames.ts";
import { notedCode } from "../contracts/realm_code.ts";

const SECONDS = 20;

/** A worker that answers its first message before that is even sent: no thread is quicker. */
class QuickWorker {
  static readonly over = Promise.withResolvers<void>();
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor(_url: string, { name }: { readonly name: string }) {
    // As long as it holds that lock it has not ended.
    const { locks } = navigator as unknown as { locks: { request(name: string, held: () => unknown): void } };
    locks.request(name, () => QuickWorker.over.promise);
  }

  postMessage(message: ToThread): void {
    if (message.kind !== "start") return;
    const replies = new BytePipe(message.replies, (how) => {
      if (how === LISTENS) queueMicrotask(() => this.onmessage?.({ data: { kind: "bell" } }));
    });
    queueMicrotask(() => this.onmessage?.({ data: "holdfast: the lock is held" }));
    replies.write(bytesOf([{ kind: "hello" }]));
  }
}

Deno.test("threadMode() hears a thread that says hello before its host has done anything else", async () => {
  const { Worker } = globalThis;
  globalThis.Worker = QuickWorker as unknown as typeof Worker;
  try {
    const realm = threadMode(notedCode).start({ module: "data:,", permissions: {}, options: {} });
    const heard = Promise.withResolvers<unknown>();
    const tell = (told: unknown) => heard.resolve(told);
    realm.listen({
      frame: ({ kind }) => tell(kind),
      moved: tell,
      settled() {},
      written() {},
      ended: tell,
    });
    assertEquals(await within(SECONDS, heard.promise), "hello");
    QuickWorker.over.resolve();
    await within(SECONDS, realm.ended);
  } finally {
    globalThis.Worker = Worker;
  }
});

Deno.test("spinFor() lets waits spin only where each guest and the host have a core of their own", () => {
  const spins = [[1, 1], [1, 2], [2, 2], [3, 4], [4, 4]].map(([guests, cores]) => spinFor(guests!, cores!));
  assertEquals(spins, [0, 20, 0, 20, 0]);
});
