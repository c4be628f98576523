import { assertEquals, assertRejects } from "@std/assert";
import { GuestDiedError } from "../../../lib/errors.ts";
import { decode, encode } from "../../../lib/codec/mod.ts";
import { SERVICE_CHANNEL } from "../../../lib/host/service/service.ts";
import type { ThreadGuest } from "../../../lib/host/thread_host.ts";
import type { ThreadService } from "../../../lib/host/thread_messages.ts";
import { ThreadPipe } from "../../../lib/host/thread_pipe.ts";
import { serveThread } from "../../../lib/host/service/thread_service.ts";
import { WarmGuests } from "../../../lib/host/warm_guests.ts";

const died = new GuestDiedError({ guest: "guest", mode: "thread", cause: "it ended by itself" });

/** What a service needs of a thread, played by the test: nothing is delivered by itself. */
class FakeThread {
  name = "";
  ready = true;
  alive = true;
  blamed = false;
  readonly death = died;
  onEnd: ((error: GuestDiedError) => void) | undefined;
  onBell: (() => void) | undefined;
  onMoved: ((value: unknown) => void) | undefined;
  pipe: ThreadPipe | undefined;
  readonly moved: unknown[] = [];
  readonly #endsEarly: boolean;

  constructor(endsEarly: boolean) {
    this.#endsEarly = endsEarly;
  }

  begin({ requests, replies }: ThreadService): Promise<undefined> {
    this.pipe = new ThreadPipe({ requests, replies, post: () => {} });
    this.say("hello", ["echo"]);
    const ready = Promise.resolve(undefined);
    if (this.#endsEarly) this.alive = false;
    return ready;
  }

  say(kind: "hello" | "reply" | "post", value?: unknown): void {
    this.pipe?.send(kind, SERVICE_CHANNEL, kind === "post" ? new Uint8Array(0) : encode(value));
  }

  /** The frames that have come, as their kinds and arguments. */
  hear(): unknown[] {
    const heard: unknown[] = [];
    for (let frame = this.pipe?.poll(); frame !== undefined; frame = this.pipe?.poll()) {
      heard.push([frame.kind, frame.end === frame.from ? undefined : decode(frame.payload())]);
    }
    return heard;
  }

  move(value: unknown): void {
    this.moved.push(value);
  }

  finish(stop: () => void): Promise<void> {
    stop();
    return Promise.resolve();
  }

  async close(): Promise<void> {}
}

async function open({ endsEarly = false } = {}) {
  const thread = new FakeThread(endsEarly);
  // It has all that a service uses.
  const warm = new WarmGuests({ fresh: false, start: () => thread as unknown as ThreadGuest });
  const told: unknown[] = [];
  const link = await serveThread(
    { name: "guest", module: "data:,", initializer: undefined, shared: undefined, timeout: undefined },
    {
      warm,
      closing: new AbortController().signal,
      listener: {
        answered: (answer) => told.push(answer.kind === "value" ? answer.value : answer.error.message),
        settled: () => told.push("settled"),
        reported: (value) => told.push({ report: value }),
        ended: (_error, { idle }) => told.push({ idle }),
      },
    },
  );
  const call = (argument: unknown, transfer: ArrayBuffer[] = []) => {
    link.call({ index: 0, chunk: false, argument, transfer });
  };
  return { thread, told, link, call };
}

Deno.test("a thread that ends while word comes that it is ready fails to start", async () => {
  await assertRejects(() => open({ endsEarly: true }), GuestDiedError);
});

Deno.test("a thread's answers are told before its end, also those that no bell has told of", async () => {
  const { thread, told, link, call } = await open();
  call(1);
  call(2);
  link.flush();
  assertEquals(thread.hear(), [["post", 1], ["post", 2]]);
  thread.say("reply", 10);
  thread.onEnd?.(died);
  assertEquals(told, [10, "settled", { idle: false }]);
});

Deno.test("a thread's moved value is told in its place, whether its message or its frame comes first", async () => {
  for (const first of ["message", "frame"] as const) {
    const { thread, told } = await open();
    thread.say("reply", 1);
    if (first === "message") thread.onMoved?.(2);
    thread.say("post");
    thread.say("reply", 3);
    thread.onBell?.();
    if (first === "frame") {
      assertEquals(told, [1, "settled"], "what comes behind the value waits for it");
      thread.onMoved?.(2);
      assertEquals(told, [1, "settled", 2, 3, "settled"]);
    } else assertEquals(told.filter((value) => value !== "settled"), [1, 2, 3]);
    assertEquals(told.at(-1), "settled");
  }
});

Deno.test("a thread's moved argument has a frame in its place among the others", async () => {
  const { thread, link, call } = await open();
  const buffer = new ArrayBuffer(8);
  call(1);
  call(buffer, [buffer]);
  call(3);
  assertEquals(thread.hear(), [], "nothing is handed over before the flush");
  link.flush();
  assertEquals(thread.hear(), [["post", 1], ["call", undefined], ["post", 3]]);
  assertEquals([thread.moved, link.messages], [[buffer], 1]);
});

Deno.test("a thread that rings for room is given the rest of the calls, and nothing is told after it is given up", async () => {
  const { thread, told, link, call } = await open();
  const large = new Uint8Array(200_000);
  for (let number = 0; number < 4; number++) call(large);
  link.flush();
  let heard = 0;
  for (let bells = 0; heard < 4 && bells < 100; bells++) {
    heard += thread.hear().length;
    thread.onBell?.();
  }
  assertEquals(heard, 4);
  await link.abandon({ told: true });
  thread.say("reply", 1);
  thread.onBell?.();
  thread.onEnd?.(died);
  assertEquals([told, thread.blamed, thread.hear().at(-1)], [[], true, ["job", undefined]]);
});
