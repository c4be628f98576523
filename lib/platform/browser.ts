/**
 * How a browser does what runtimes do differently, on a page and in a worker.
 *
 * - A thread is a worker of the realm that starts it; it shares memory where the page is isolated, and nowhere else.
 * - There are no processes and no files: what needs some is refused.
 */

import type { CourseLocal, Platform } from "./platform.ts";
import { OneCourse } from "./one_course.ts";
import { valueText } from "./value_text.ts";
import { exitWebThread, onUncaught, ownWebThread, startWebThread } from "./web_thread.ts";

/** Whether this realm is one of a browser: a page, or a worker of one. */
export function isHere(): boolean {
  return typeof globalThis.navigator === "object" && typeof globalThis.location === "object" && "origin" in globalThis;
}

let port: MessagePort | undefined;
const due: (() => void)[] = [];

/** Calls back after one turn of the event loop: a timer would take 4 ms in the long run, a message takes some microseconds. */
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

/** A number that no other realm of this origin has: from the name of an object, which no other has. */
function ownNumber(): number {
  const url = URL.createObjectURL(new Blob([]));
  URL.revokeObjectURL(url);
  return parseInt(url.slice(url.lastIndexOf("/") + 1), 16);
}

/** What carries a value over awaits, where a browser has it already. */
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

/** What a browser has; the rest refuses to be used. */
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
  // Its console is no stream of anybody's.
  printToStderr() {},
  // There are no processes to be ended with it.
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
