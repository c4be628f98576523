/**
 * What is told of a shared thing in a few words, by its kind.
 */

import type { ThingMoment } from "../film/moment.ts";

/** What kinds of things are called. */
const KINDS: Readonly<Record<string, string>> = {
  boundedSemaphore: "semaphore",
  cells: "array",
  rlock: "reentrant lock",
  rwlock: "read-write lock",
  waitGroup: "wait group",
  cancelToken: "cancel token",
};

/** What a kind of thing is called. */
export function kindText(kind: string): string {
  return KINDS[kind] ?? kind;
}

/** What a thing holds, or how it stands. */
export function standText({ kind, state, holders, waiters }: ThingMoment): string {
  const count = (name: string) => Number(state[name] ?? 0);
  switch (kind) {
    case "cell":
      return valueText(state["value"]);
    case "cells":
      return Array.isArray(state["value"]) ? state["value"].map(valueText).join(" ") : "";
    case "semaphore":
    case "boundedSemaphore":
      return `${count("permits")} ${count("permits") === 1 ? "permit" : "permits"} free`;
    case "barrier":
      return state["broken"] === true ? "broken" : `${waiters.length} of ${count("parties")} wait`;
    case "event":
      return state["set"] === true ? "set" : "not set";
    case "latch":
    case "waitGroup":
      return `${count("count")} to come`;
    case "channel":
      return state["closed"] === true ? "closed" : "open";
    case "queue":
      return state["shutDown"] === true ? "shut down" : "open";
    case "future":
      return String(state["state"] ?? "");
    case "timer":
      return String(state["phase"] ?? "");
    case "once":
      return state["done"] === true ? "done" : "not done";
    case "lock":
    case "rlock":
    case "rwlock":
      return holders.length === 0 ? "free" : `held by ${holders.join(", ")}`;
    default:
      return holders.length === 0 ? "" : `held by ${holders.join(", ")}`;
  }
}

function valueText(value: unknown): string {
  if (typeof value === "number") return String(Number(value.toFixed(6)));
  return String(value);
}
