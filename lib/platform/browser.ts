/**
 * What runtimes do differently, as a browser does it, in a page or a worker.
 *
 * - A thread is a worker of the realm that starts it. It can share memory only if the page is cross-origin isolated.
 * - There are no processes and no files; using them throws.
 */

import type { CourseLocal, Platform } from "./platform.ts";
import { OneCourse } from "./one_course.ts";
import { valueText } from "./value_text.ts";
import { exitWebThread, onUncaught, ownWebThread, startWebThread } from "./web_thread.ts";

/** Whether this realm is in a browser: a page, or a worker of one. */
export function isHere(): boolean {
  return typeof globalThis.navigator === "object" && typeof globalThis.location === "object" && "origin" in globalThis;
}

let port: MessagePort | undefined;
const due: (() => void)[] = [];

/** Calls back after one turn of the event loop. A message takes microseconds; nested timers are clamped to 4 ms. */
function soon(callback: () => void): void {
  port ??= newPort();
  due.push(callback);
  port.postMessage(undefined);
}

function newPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => due.shift()?.();
  return port2;
}

let pid: number | undefined;

/** A number that no other realm of this origin has, derived from the unique name of an object URL. */
function ownNumber(): number {
  const url = URL.createObjectURL(new Blob([]));
  URL.revokeObjectURL(url);
  return parseInt(url.slice(url.lastIndexOf("/") + 1), 16);
}

/** A value that follows a call across awaits, in browsers that have this. */
interface AsyncVariable<T> {
  run<R>(value: T, act: () => R): R;
  get(): T | undefined;
}

function courseLocal<T>(): CourseLocal<T> {
  const context = Reflect.get(globalThis, "AsyncContext") as { Variable: new () => AsyncVariable<T> } | undefined;
  if (context === undefined) return new OneCourse();
  const variable = new context.Variable();
  return { run: (value, act) => variable.run(value, act), getStore: () => variable.get() };
}

/** The parts that a browser has; using any other throws. */
export const own: Partial<Platform> & Pick<Platform, "name"> = {
  name: "this browser",
  get pid() {
    return pid ??= ownNumber();
  },
  childless: "a browser starts no processes",
  get threadless() {
    if (Reflect.get(globalThis, "crossOriginIsolated") === true) return undefined;
    return "this page is not isolated and has no shared memory, direct mode or the headers " +
      "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp are wanted";
  },
  startThread: (url, options) => startWebThread(url, { ...options, soon, kills: true }),
  ownThread: ownWebThread,
  onUncaught,
  // A console is not a stream of any process.
  printToStderr() {},
  // There are no processes that would have to end with it.
  onExit() {},
  exit() {
    if ("document" in globalThis) throw new TypeError("Cannot exit: this is a page, a thread is wanted");
    return exitWebThread();
  },
  soon,
  courseLocal,
  fileless: "is out of reach, because a browser has no files",
  folderFault: () => "a browser has no folders",
  inspect: (value, { depth }) => valueText(value, depth),
};
