/**
 * Threads that are web workers, in Deno and browsers.
 *
 * - The end of a thread is detected by a Web Lock that the thread holds as long as it lives. Its starter queues for
 *   that lock, and is granted it when the thread ends for any reason (`close`, `terminate`, an uncaught error).
 * - A thread sends nothing before it holds that lock, so it cannot end unnoticed.
 */

import { hearUncaught } from "./uncaught.ts";
import type { OwnThread, Thread, ThreadListener } from "./platform.ts";

/** Deno has Web Locks, but its types do not declare them. */
interface LockManager {
  request(name: string, callback: () => unknown): Promise<unknown>;
}

/** The part of a worker's global scope that a thread uses. */
interface WorkerScope {
  readonly name: string;
  addEventListener(type: "message", listener: (event: MessageEvent<unknown>) => void, options: { capture: true }): void;
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  close(): void;
}

/** The first message of a thread, sent once it holds its lock. */
const HELD = "holdfast: the lock is held";
/** The last message of a thread that exits in the middle of its code. */
const EXITS = "holdfast: it exits";

function locks(): LockManager {
  return (navigator as unknown as { readonly locks: LockManager }).locks;
}

/**
 * Starts a thread. `soon` calls back after one turn of the event loop; `kills` says whether `terminate` ends a busy
 * thread.
 */
export function startWebThread(
  url: string,
  { name, listener, soon, kills }: {
    readonly name: string;
    readonly listener: ThreadListener;
    readonly soon: (callback: () => void) => void;
    readonly kills: boolean;
  },
): Thread {
  const worker = new Worker(url, { type: "module", name });
  let threw: string | undefined;
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    listener.ended(threw);
  };
  let isHeld = false;
  worker.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === EXITS) return worker.terminate();
    if (isHeld) return listener.message(data);
    isHeld = true;
    if (data !== HELD) listener.message(data);
    // Granted when the thread, which held it, has ended. Its last message may arrive one turn later.
    else void locks().request(name, () => soon(end));
  };
  worker.onmessageerror = () => listener.message(undefined);
  worker.onerror = (event) => {
    // Otherwise the error would end the whole process.
    event.preventDefault();
    // A browser gives no message for a script that cannot be loaded, and there an error does not end a worker.
    threw = event.message ?? "its script cannot be loaded";
    worker.terminate();
    end();
  };
  return {
    send: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    ...kills ? { kill: () => worker.terminate() } : {},
  };
}

/** This thread; resolves once it holds its lock. */
export async function ownWebThread(): Promise<OwnThread> {
  const scope = self as unknown as WorkerScope;
  const { name } = scope;
  const send = scope.postMessage.bind(scope);
  const close = scope.close.bind(scope);
  const waiting: unknown[] = [];
  let told = (data: unknown): void => void waiting.push(data);
  // Added before all listeners of the guest's own, so that none can keep a message from this one.
  scope.addEventListener("message", ({ data }) => told(data), { capture: true });
  const held = Promise.withResolvers<void>();
  void locks().request(name, () => {
    held.resolve();
    return new Promise(() => {});
  });
  await held.promise;
  send(HELD);
  return {
    send: (message, transfer = []) => send(message, transfer),
    listen(message) {
      told = message;
      for (const data of waiting.splice(0)) message(data);
    },
    close,
  };
}

/**
 * Ends this thread in the middle of its code, by asking its starter to end it; `close` would wait for the code to
 * finish.
 */
export function exitWebThread(): never {
  (self as unknown as WorkerScope).postMessage(EXITS);
  for (;;);
}

/** Calls back with unhandled errors and rejections of this realm. */
export function onUncaught(callback: (thrown: unknown) => void): void {
  hearUncaught(({ thrown }) => {
    callback(thrown);
    return true;
  });
}
