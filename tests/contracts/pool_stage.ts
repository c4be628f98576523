/**
 * A pool of the test guests on its own host, opened and closed around the body of a test.
 *
 * @module
 */

import type { ModeName } from "../../lib/host/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { Pool, type PoolOptions } from "../../lib/pool/mod.ts";
import type * as work from "../guests/pool_work.ts";
import { within } from "./deadline.ts";

/** The functions of the test guests. */
export type Work = typeof work;

/** The module of the test guests. */
export const WORK = import.meta.resolve("../guests/pool_work.ts");

/** What the body of a test needs to open pools. */
export interface Stage {
  /** The mode of the guests. */
  readonly mode: ModeName;
  /** Keeps the guests warm. */
  readonly host: Host;
  /** Opens a pool. */
  open(options?: Partial<PoolOptions>): Promise<Pool<Work>>;
}

/** Registers a test of pools in a mode; at its end the host must close, so no guest may be stuck. */
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

/** The error of a call, whatever it is. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  return await promise.then((value) => {
    throw new TypeError(`Cannot fail: it gave ${value}, a failure is wanted`);
  }, (error: Error) => error);
}
