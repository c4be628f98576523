/**
 * Delegated systems in the caller's realm: they run when a message is posted to them.
 *
 * - Messages are encoded here too, so a value that cannot cross a boundary is rejected in every mode.
 */

import { type DelegatedSystem, signature, type System } from "../../diagram/mod.ts";
import { farError, GuestError } from "../../errors.ts";
import type { Delegation, FarHost } from "../../simulator/mod.ts";
import { FarSystem } from "./far_system.ts";
import type { Link, Links } from "./job.ts";
import { makeFarSession } from "./far_session.ts";

/** A host for systems whose delegated parts all run in the caller's realm: it never waits. */
export function directHost(options: { now: () => number }): FarHost {
  return {
    open(delegations) {
      for (const { path, system } of delegations) {
        if (system.mode === "direct") continue;
        throw new TypeError(
          `Cannot delegate ${path} to a ${system.mode} from here: it is part of a delegated system, ` +
            `direct mode is wanted inside one`,
        );
      }
      return makeFarSession(delegations, [openDirect(delegations, options)]);
    },
  };
}

/** The links of delegations in the caller's realm. */
export function openDirect(delegations: readonly Delegation[], { now }: { now: () => number }): Links {
  return { links: delegations.map((delegation) => new DirectLink(delegation, now)), join: () => {}, end: () => {} };
}

class DirectLink implements Link {
  readonly guest: string;
  readonly mode = "direct";
  readonly #far: FarSystem;
  /** The replies not yet taken, oldest first. */
  readonly #replies: Uint8Array[] = [];
  readonly #latency: number;

  constructor({ path, system }: Delegation, now: () => number) {
    this.guest = path;
    this.#latency = system.latency;
    this.#far = new FarSystem(this.#made(system), { timing: system.timing, now, host: directHost({ now }) });
  }

  post(bytes: Uint8Array): void {
    // A system that would have to be awaited was rejected when it was created.
    const reply = this.#far.serve(bytes) as Uint8Array;
    // Copied, because the next reply would overwrite one that has not been taken.
    this.#replies.push(this.#latency > 1 ? reply.slice() : reply);
  }

  take(): Uint8Array | undefined {
    return this.#replies.shift();
  }

  #made(system: DelegatedSystem): System {
    const [is, expected] = [signature(system.inner), signature(system)];
    if (is === expected) return system.inner;
    const far = farError(new TypeError(`the ports are ${is}, ${expected} is wanted`));
    throw new GuestError({ guest: this.guest, mode: "direct", phase: "construct", far });
  }
}
