/**
 * Arguments of calls as pools pack them, for tests of what is below a pool.
 *
 * @module
 */

import { type Packed, Packer, type Transferable } from "../../lib/host/mod.ts";

const packer = new Packer();

/** Packs a value; what is moved can really be moved. */
export function packed(value: unknown, transfer: readonly Transferable[] = []): Packed {
  return packer.pack(value, { transfer, moves: true });
}
