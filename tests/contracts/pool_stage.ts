/**
 * A pool of the test guests on a host of its own, opened and closed around the body of a test.
 *
 * @module
 */

import type { ModeName } from "../../lib/host/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { Pool, type PoolOptions } from "../../lib/pool/mod.ts";
import type * as work from "../guests/pool_work.ts";
import { within } from "./deadline.ts";

/** The functions of the guests. */
export type Work = typeof work;

/** The module of the guests. */
export const WORK = import.meta.resolve("../guests/pool_work.ts");

/** Makes what the bodies of tests open pools with. */
export interface Stage {
  /** Where the guests run. */
  readonly mode: ModeName;
  /** Keeps the guests warm. */
  readonly host: Host;
  /** Opens a pool. */
  open(options?: Partial<PoolOptions>): Promise<Pool<Work>>;
}

/** Registers a test of pools in a mode; at its end the host must close, so nobody may be stuck. */
export function testPool(mode: ModeName, criterion: string, body: (stage: Stage) => Promise<void>): void {
  Deno.test(`a pool in ${mode} mode ${criterion}`, async () => {
    const host = new Host();
    const open = async (options: Partial<PoolOptions> = {}) => {
      return await within(20, Pool.open<Work>({ mode, module: WORK, workers: 2, host, ...options }));
    };
    try {
      await within(120, body({ mode, host, open }));
    } finally {
      await within(20, host.close());
    }
  });
}

/** How a call fails, whatever with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  return await promise.then((value) => {
    throw new TypeError(`Cannot fail: it gave ${value}, a failure is wanted`);
  }, (error: Error) => error);
}
