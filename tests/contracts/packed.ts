/**
 * Packed arguments, as pools make them, for tests of the layers below pools.
 *
 * @module
 */

import { type Packed, Packer, type Transferable } from "../../lib/host/mod.ts";

const packer = new Packer();

/** Packs a value; moved parts are really moved. */
export function packed(value: unknown, transfer: readonly Transferable[] = []): Packed {
  return packer.pack(value, { transfer, moves: true });
}
