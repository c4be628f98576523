/**
 * The hosts of a property: one with fresh guests, and for each lane one with warm guests.
 *
 * - Runs of a lane never overlap, so a guest is surely warm in the second run, however many lanes there are.
 * - A host starts nothing before it is used.
 */

import { Host, type HostOptions } from "../host/mod.ts";

/** The options of a property that concern its hosts. */
export interface LaneHostsOptions {
  /** The host for runs with warm guests; by default one is made for each lane. */
  readonly host?: Host;
  /** Options for the hosts that are made. */
  readonly guests?: Omit<HostOptions, "fresh">;
  /** The number of lanes; 1 by default. */
  readonly workers?: number;
}

/** The most lanes. */
const MOST_WORKERS = 256;

/** The hosts of a property: one with fresh guests, and one with warm guests for each lane. */
export class LaneHosts implements AsyncDisposable {
  /** The host each of whose guests serves one run. */
  readonly fresh: Host;
  readonly #warm: readonly Host[];
  readonly #made: readonly Host[];

  /**
   * Makes the hosts; `act` begins the error messages.
   *
   * @throws {RangeError} if the number of workers is out of range.
   * @throws {TypeError} if several workers would share a host.
   */
  constructor(act: string, { host, guests, workers = 1 }: LaneHostsOptions) {
    if (!(Number.isSafeInteger(workers) && workers >= 1 && workers <= MOST_WORKERS)) {
      throw new RangeError(`${act}: ${workers} workers, a whole number from 1 to ${MOST_WORKERS} is wanted`);
    }
    if (host !== undefined && workers > 1) {
      throw new TypeError(`${act}: ${workers} workers have one host, guests are wanted, to make a host for each`);
    }
    this.fresh = new Host({ ...guests, fresh: true });
    this.#warm = host === undefined ? Array.from({ length: workers }, () => new Host(guests)) : [host];
    this.#made = host === undefined ? [...this.#warm, this.fresh] : [this.fresh];
  }

  /** The host with warm guests for a lane. */
  warm(lane: number): Host {
    const host = this.#warm[lane];
    if (host === undefined) throw new RangeError(`Cannot find a host: the lane is ${lane}, one of its own is wanted`);
    return host;
  }

  /** Closes the hosts that were made here. */
  async [Symbol.asyncDispose](): Promise<void> {
    await using closing = new AsyncDisposableStack();
    for (const host of this.#made) closing.use(host);
  }
}
