/**
 * A service in process mode: calls and answers are frames on the pipes of a subprocess.
 *
 * - At most one write is under way: what is called meanwhile goes with the next one, so messages grow with the load.
 * - What the guest asks of shared things is answered from the host's memory.
 *
 * @example
 * ```ts
 * import { Host } from "../host.ts";
 *
 * // A host starts services: `await host.serve(job, { mode: "process", listener })`.
 * await using host = new Host();
 * if (typeof host.serve !== "function") throw new Error("a host starts services");
 * ```
 *
 * @module
 */

import { GuestError, GuestTimeoutError, StoppedError } from "../../errors.ts";
import { encode, Encoder } from "../../codec/mod.ts";
import { Outbox } from "../outbox.ts";
import type { ProcessGuest } from "../process_host.ts";
import {
  callChannel,
  type EndSignal,
  type ServiceCall,
  type ServiceJob,
  type ServiceLink,
  type ServiceListener,
  type ServiceMessage,
} from "./service.ts";
import { ServiceFrames } from "./frames.ts";
import { detach } from "../transfer.ts";
import type { WarmGuests } from "../warm_guests.ts";

const CHANNEL = 0;

/** Starts a service in a subprocess, or takes a warm one. */
export async function serveProcess(
  job: ServiceJob,
  { warm, listener }: { readonly warm: WarmGuests<ProcessGuest>; readonly listener: ServiceListener },
): Promise<ServiceLink> {
  return await warm.hand(job.module, async (guest) => {
    const link = new ProcessServiceLink(guest, { job, warm, listener });
    await link.start();
    return link;
  });
}

class ProcessServiceLink implements ServiceLink {
  readonly guest: string;
  exports: readonly string[] = [];
  messages = 0;
  readonly #process: ProcessGuest;
  readonly #job: ServiceJob;
  readonly #warm: WarmGuests<ProcessGuest>;
  readonly #outbox = new Outbox();
  readonly #encoder = new Encoder();
  readonly #frames: ServiceFrames;
  #flushed = false;
  #open = true;

  constructor(
    process: ProcessGuest,
    { job, warm, listener }: { job: ServiceJob; warm: WarmGuests<ProcessGuest>; listener: ServiceListener },
  ) {
    this.guest = job.name;
    this.#process = process;
    this.#job = job;
    this.#warm = warm;
    this.#frames = new ServiceFrames(listener, {
      exported: (names) => void (this.exports = names),
      asked: (payload) => void this.#ask(payload),
    });
  }

  async start(): Promise<void> {
    const { name, initializer, shared, timeout, logging } = this.#job;
    const process = this.#process;
    process.name = name;
    process.onService = (frame) => this.#frames.hear(frame);
    process.onRead = () => this.#frames.settle();
    process.onWritten = () => this.#write();
    const message: ServiceMessage = {
      service: true,
      name,
      initializer,
      shared: shared?.share.message(shared.task),
      logging,
    };
    const timer = timeout === undefined ? undefined : setTimeout(() => {
      process.fail(new GuestTimeoutError({ guest: name, mode: "process", seconds: timeout }));
    }, timeout * 1000);
    try {
      const failed = await process.begin(encode(message));
      if (failed !== undefined) throw new GuestError({ guest: name, mode: "process", ...failed });
      if (process.failure !== undefined) throw process.failure;
    } catch (error) {
      await this.finish();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    process.onFailure = () => this.#end(process.failure ?? new StoppedError("Cannot go on: the guest has ended"));
  }

  call({ index, chunk, argument, transfer }: ServiceCall): void {
    this.#outbox.add("post", callChannel(index, { chunk }), this.#encoder.encode(argument));
    if (transfer.length > 0) detach(transfer);
  }

  flush(): void {
    if (this.#outbox.isEmpty) return;
    this.#flushed = true;
    this.#write();
  }

  async abandon(): Promise<void> {
    if (this.#open) {
      this.#open = false;
      this.#process.onFailure = undefined;
      this.#process.fail(new StoppedError(`Cannot go on with ${this.guest}: it was given up, another guest is wanted`));
      await this.finish();
    }
    await this.#process.ended;
  }

  end(signal: EndSignal): void {
    this.#process.signal(signal);
  }

  async finish(): Promise<void> {
    this.#open = false;
    const { shared } = this.#job;
    if (shared !== undefined) await shared.share.leave(shared.task);
    await this.#process.finish();
    this.#warm.give(this.#process, this.#job.module);
  }

  #write(): void {
    if (!this.#flushed || this.#process.isWriting || this.#outbox.isEmpty) return;
    this.#flushed = false;
    this.messages++;
    this.#process.write(this.#outbox.take());
  }

  async #ask(payload: Uint8Array): Promise<void> {
    const { shared } = this.#job;
    if (shared === undefined || !this.#open) return;
    const answer = await shared.share.answer(shared.task, payload);
    this.#outbox.add("result", CHANNEL, answer);
    this.flush();
  }

  #end(error: Error): void {
    if (!this.#open) return;
    this.#open = false;
    this.#frames.end(error);
    void this.finish();
  }
}
