/**
 * The hosts of a property: one whose guests are fresh, and for each lane one whose guests are warm.
 *
 * - Runs of one lane come one after the other, so a guest is surely warm the second time, however many lanes there are.
 * - Hosts start nothing before they are used.
 */

import { Host, type HostOptions } from "../host/mod.ts";

/** Where the runs of a property go. */
export interface LaneHostsOptions {
  /** Serves the runs that want warm guests; one is made for each lane without it. */
  readonly host?: Host;
  /** How hosts that are made run their guests. */
  readonly guests?: Omit<HostOptions, "fresh">;
  /** How many lanes there are; 1 by default. */
  readonly workers?: number;
}

/** How many lanes there are at most. */
const MOST_WORKERS = 256;

/** The hosts of a property; see the module. */
export class LaneHosts implements AsyncDisposable {
  /** Each of its guests serves one run. */
  readonly fresh: Host;
  readonly #warm: readonly Host[];
  readonly #made: readonly Host[];

  /**
   * Makes them; `act` is what cannot be done otherwise.
   *
   * @throws {RangeError} where the number of workers makes no sense.
   * @throws {TypeError} where several workers are to share a host.
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

  /** The host of a lane. */
  warm(lane: number): Host {
    const host = this.#warm[lane];
    if (host === undefined) throw new RangeError(`Cannot find a host: the lane is ${lane}, one of its own is wanted`);
    return host;
  }

  /** Closes the hosts that it made. */
  async [Symbol.asyncDispose](): Promise<void> {
    await using closing = new AsyncDisposableStack();
    for (const host of this.#made) closing.use(host);
  }
}
