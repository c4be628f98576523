/**
 * The peer multithreading, without what it does to others: its module replaces `Atomics.waitAsync` by one that keeps the
 * event loop turning as long as somebody waits, at the cost of a core.
 */

const { waitAsync } = Atomics;
const peer = await import("multithreading");
Atomics.waitAsync = waitAsync;

/** What is measured of it; its workers load it themselves, and there it is whole. */
export const { channel, initRuntime, move, Mutex, shutdown, spawn } = peer;
