/**
 * Facts of Node's modules, each a value that is the same in every order: in the world they are what they are outside of it.
 *
 * @module
 */

// deno-lint-ignore-file no-explicit-any require-await

import assert from "node:assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { EventEmitter, on, once } from "node:events";
import path from "node:path";
import { setInterval as every, setTimeout as sleep } from "node:timers/promises";
import nodeUtil, { promisify } from "node:util";

/** The facts by name. */
export const facts: Readonly<Record<string, () => Promise<unknown>>> = {
  async assertError() {
    try {
      assert.equal(1, 2);
    } catch (e) {
      return [e instanceof assert.AssertionError, e instanceof Error];
    }
    return undefined;
  },
  async assertDeep() {
    assert.deepStrictEqual([1, { a: new Map([[1, new Set([2])]]) }, new Date(5)], [1, {
      a: new Map([[1, new Set([2])]]),
    }, new Date(5)]);
    return "fine";
  },
  async assertPath() {
    assert.deepStrictEqual(path.parse("/a/b.c"), { root: "/", dir: "/a", base: "b.c", ext: ".c", name: "b" });
    return "fine";
  },
  async assertRejects() {
    await assert.rejects(async () => {
      throw new TypeError("x");
    }, TypeError);
    return 1;
  },
  async assertThrows() {
    assert.throws(() => {
      throw new TypeError("x");
    }, TypeError);
    assert.throws(() => {
      throw new TypeError("x");
    }, { message: "x" });
    return 1;
  },
  async buffers() {
    const b = Buffer.from("hé");
    return [
      b instanceof Uint8Array,
      b.toString("hex"),
      Buffer.isBuffer(b),
      b.length,
      ArrayBuffer.isView(b),
      Array.isArray([...b]),
    ];
  },
  async hash() {
    return createHash("sha256").update("x").digest("hex");
  },
  async deepEqual() {
    return [
      nodeUtil.isDeepStrictEqual({ a: [1] }, { a: [1] }),
      nodeUtil.isDeepStrictEqual(new Map(), new Map()),
      nodeUtil.types.isPromise(Promise.resolve()),
      nodeUtil.types.isDate(new Date()),
      nodeUtil.types.isNativeError(new RangeError()),
    ];
  },
  async emitter() {
    const e = new EventEmitter();
    const log: any[] = [];
    e.on("a", (...x) => log.push(x));
    e.once("a", () => log.push("once"));
    e.prependListener("a", () => log.push("first"));
    e.emit("a", 1, 2);
    e.emit("a");
    return [log, e.listenerCount("a"), e.eventNames(), e instanceof EventEmitter, e.rawListeners("a").length];
  },
  async emitterOn() {
    const e = new EventEmitter();
    setTimeout(() => {
      e.emit("x", 1);
      e.emit("x", 2);
    }, 1);
    const got = [];
    for await (const [v] of on(e, "x")) {
      got.push(v);
      if (got.length === 2) break;
    }
    return got;
  },
  async emitterOnce() {
    const t = new EventTarget();
    setTimeout(() => t.dispatchEvent(new Event("z")), 1);
    const [ev] = await once(t as any, "z");
    return ev.type;
  },
  async emitterErr() {
    const e = new EventEmitter();
    try {
      e.emit("error", new RangeError("r"));
    } catch (x) {
      return [(x as any).name];
    }
    return undefined;
  },
  async timersPromises() {
    const r = [await sleep(1, "a")];
    let n = 0;
    for await (const _x of every(1, "v")) {
      r.push(_x as string);
      if (++n === 2) break;
    }
    return r;
  },
  async promisified() {
    const f = promisify((a: number, cb: any) => cb(null, a + 1));
    return [await f(1), f.name];
  },
  async als() {
    const s = new AsyncLocalStorage<number>();
    return await s.run(5, async () => {
      await sleep(1);
      await Promise.resolve();
      return s.getStore();
    });
  },
};

/** A fact, in the world. */
export async function fact(_world: unknown, name: string): Promise<unknown> {
  return await facts[name]?.();
}
