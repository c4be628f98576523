import { assertEquals } from "@std/assert";
import { hearUncaught } from "../../lib/platform/mod.ts";

/** Rejects a promise that nobody handles; returns whether the event was prevented, and who else got it. */
function rejection(): readonly [isPrevented: boolean, isHeardElsewhere: boolean] {
  const promise = Promise.reject(new Error("lost"));
  promise.catch(() => {});
  const event = new PromiseRejectionEvent("unhandledrejection", { promise, reason: "lost", cancelable: true });
  let isHeard = false;
  const listen = () => void (isHeard = true);
  globalThis.addEventListener("unhandledrejection", listen);
  globalThis.dispatchEvent(event);
  globalThis.removeEventListener("unhandledrejection", listen);
  return [event.defaultPrevented, isHeard];
}

Deno.test("an uncaught rejection is told to the newest listener first, and to nobody after the one whose own it is", () => {
  const told: string[] = [];
  const listen = (name: string, isOwn: () => boolean) =>
    hearUncaught(({ thrown, promise }) => {
      told.push(`${name} ${thrown} ${promise instanceof Promise}`);
      return isOwn();
    });
  let owner = "old";
  const endOld = listen("old", () => owner === "old");
  const endNew = listen("new", () => owner === "new");
  assertEquals([rejection(), told.splice(0)], [[true, false], ["new lost true", "old lost true"]]);
  owner = "new";
  assertEquals([rejection(), told.splice(0)], [[true, false], ["new lost true"]]);
  owner = "nobody";
  assertEquals([rejection(), told.splice(0)], [[false, true], ["new lost true", "old lost true"]]);
  endNew();
  endNew();
  owner = "old";
  assertEquals([rejection(), told.splice(0)], [[true, false], ["old lost true"]]);
  endOld();
  assertEquals([rejection(), told.splice(0)], [[false, true], []]);
});
