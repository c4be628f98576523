/**
 * The host's view of one process guest: its job, its pipes, its end.
 *
 * - The guest starts from a `data:` entry that imports its module statically, so it needs no permission to read it.
 * - Invariant: at most one write is under way; of the requests posted meanwhile only the newest is written next.
 * - After the first failure (an end, bytes that are no frame, no answer in time) the guest is killed and never used again.
 * - When this process exits, guests that are still there are killed: one that is busy would not hear that its stdin ended.
 *
 * @example
 * ```ts
 * import { permissionFlags } from "./process_host.ts";
 *
 * const flags = permissionFlags({ read: ["./data"], net: true });
 * if (flags.join(" ") !== "--allow-read=./data --allow-net") throw new Error("what the caller grants, nothing else");
 * ```
 *
 * @module
 */

import { type FarError, GuestDiedError, GuestError, type GuestPhase, ProtocolError } from "../errors.ts";
import { decode } from "../codec/mod.ts";
import { configOf } from "./deno_config.ts";
import { guestHosts, processGuestSource } from "./guest_source.ts";
import { FrameCursor } from "./frame_cursor.ts";
import { encodeFrame, type Frame } from "./frame.ts";
import { BLOCKS } from "./system/reference.ts";
import { SERVICE_CHANNEL } from "./service/service.ts";
import type { KeptGuest } from "./warm_guests.ts";

/** What a process guest may do, by Deno's names of permissions: everything of a kind, or a list. */
export interface GuestPermissions {
  /** Files and folders that it may read. */
  readonly read?: boolean | readonly string[];
  /** Files and folders that it may write. */
  readonly write?: boolean | readonly string[];
  /** Hosts that it may connect to. */
  readonly net?: boolean | readonly string[];
  /** Environment variables that it may read. */
  readonly env?: boolean | readonly string[];
  /** Programs that it may run. */
  readonly run?: boolean | readonly string[];
  /** Libraries that it may load. */
  readonly ffi?: boolean | readonly string[];
  /** What it may learn of the machine. */
  readonly sys?: boolean | readonly string[];
  /** Hosts besides those of its own module that it may import from. */
  readonly import?: boolean | readonly string[];
}

/** How long a guest may take to come back after its job or to exit after its stdin closed, in milliseconds. */
const GRACE = 500;
const CHUNK = 65536;
const CHANNEL = 0;

/** Those of all hosts that have not ended. */
const living = new Set<ProcessGuest>();

function killAll(): void {
  for (const guest of living) guest.signal("SIGKILL");
}

/**
 * The flags of `deno run` for these permissions.
 *
 * @throws {RangeError} where a name in a list has a comma: Deno would take its parts for several.
 */
export function permissionFlags(permissions: GuestPermissions): string[] {
  return Object.entries(permissions).flatMap(([kind, granted]: [string, boolean | readonly string[]]) => {
    if (granted === true) return [`--allow-${kind}`];
    if (granted === false || granted.length === 0) return [];
    const several = granted.find((name) => name.includes(","));
    if (several === undefined) return [`--allow-${kind}=${granted.join(",")}`];
    throw new RangeError(`Cannot permit ${kind} of ${several}: it has a comma, a name without one is wanted`);
  });
}

/** See the module. */
export class ProcessGuest implements KeptGuest {
  /** The name in errors: that of the present job. */
  name = "process";
  /** Told of each reply. */
  onReply: ((payload: Uint8Array) => void) | undefined;
  /** Told of each thing that its task asks of the owner of its memory. */
  onCall: ((payload: Uint8Array) => void) | undefined;
  /** Told once, when nothing more can come. */
  onFailure: (() => void) | undefined;
  /** Told of each frame of its service, valid until it returns. */
  onService: ((frame: FrameCursor) => void) | undefined;
  /** Told when all frames that a read brought have been told. */
  onRead: (() => void) | undefined;
  /** Told when everything has been written. */
  onWritten: (() => void) | undefined;
  /** Resolves when the subprocess has ended. */
  readonly ended: Promise<void>;

  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #failure: Error | undefined;
  #working = false;
  #writing = false;
  /** The frame to write when the present write is done. */
  #next: Uint8Array<ArrayBuffer> | undefined;
  #result: PromiseWithResolvers<{ phase: GuestPhase; far: FarError } | undefined> | undefined;

  /** Starts a subprocess for jobs of that module. */
  constructor(module: string, permissions: GuestPermissions) {
    const load = module === BLOCKS ? "" : `() => import(${JSON.stringify(module)})`;
    const entry = `${processGuestSource()}\nawait serveProcess(${load});\n`;
    const { protocol, host } = new URL(module);
    const hosts = [...guestHosts(), ...protocol.startsWith("http") ? [host] : []];
    const imports = permissions.import === true ? true : [...hosts, ...permissions.import || []];
    const config = configOf(module);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        ...config === undefined ? ["--no-config", "--no-lock"] : ["--config", config],
        ...permissionFlags({ ...permissions, import: imports }),
        `data:text/javascript;base64,${new TextEncoder().encode(entry).toBase64()}`,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    const output = this.#child.stdout.getReader({ mode: "byob" });
    this.ended = this.#watch(this.#read(output), output);
    // The same listener counts once.
    addEventListener("unload", killAll);
    living.add(this);
  }

  /** Why nothing more can come, if so. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether it waits for a job. */
  get ready(): boolean {
    return this.#failure === undefined && !this.#working;
  }

  /** Hands it an encoded job and resolves when it has made its system, or with what its code threw. */
  begin(job: Uint8Array): Promise<{ phase: GuestPhase; far: FarError } | undefined> {
    this.#working = true;
    return this.#ask(job);
  }

  /** Whether a write is under way. */
  get isWriting(): boolean {
    return this.#writing;
  }

  /** Writes frames while no write is under way. */
  write(frames: Uint8Array<ArrayBuffer>): void {
    if (this.#failure === undefined) this.#write(frames);
  }

  /** Hands over a request. */
  post(bytes: Uint8Array): void {
    if (this.#failure === undefined) this.#write(encodeFrame("post", CHANNEL, bytes));
  }

  /** Answers what its task asked. */
  answer(bytes: Uint8Array): void {
    if (this.#failure === undefined) this.#write(encodeFrame("result", CHANNEL, bytes));
  }

  /** Ends its job; a guest that does not come back is killed. */
  async finish(): Promise<void> {
    this.onReply = undefined;
    this.onCall = undefined;
    this.onFailure = undefined;
    this.onService = undefined;
    this.onRead = undefined;
    this.onWritten = undefined;
    if (this.#failure !== undefined) return await this.kill();
    const timer = setTimeout(() => void this.kill(), GRACE);
    try {
      await this.#ask(new Uint8Array(0));
      this.#working = false;
    } catch {
      // It ended instead of coming back, so its job is over all the same.
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes its stdin, so that it exits, and kills it if it does not. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#kill(), GRACE);
    await this.#writer.close().catch(() => {});
    await this.ended;
    clearTimeout(timer);
  }

  /** Sends it a signal, of which its end may be the consequence. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended already.
    }
  }

  /** Kills it and resolves when it has ended. */
  async kill(): Promise<void> {
    this.#kill();
    await this.ended;
  }

  /** Gives up on it, with what everybody who waits for it gets. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#kill();
    this.#result?.reject(error);
    this.onFailure?.();
  }

  #ask(payload: Uint8Array): Promise<{ phase: GuestPhase; far: FarError } | undefined> {
    this.#result = Promise.withResolvers();
    if (this.#failure === undefined) this.#write(encodeFrame("job", CHANNEL, payload));
    else this.#result.reject(this.#failure);
    return this.#result.promise;
  }

  #write(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#writing) {
      this.#next = frame;
      return;
    }
    this.#writing = true;
    this.#writer.write(frame).then(() => {
      this.#writing = false;
      const next = this.#next;
      this.#next = undefined;
      if (next !== undefined) this.#write(next);
      else this.onWritten?.();
    }, () => {
      // The pipe is broken: the guest's end is on its way and says why.
    });
  }

  async #read(output: ReadableStreamBYOBReader): Promise<void> {
    const frames = new FrameCursor();
    let buffer = new ArrayBuffer(CHUNK);
    try {
      for (;;) {
        const { value, done } = await output.read(new Uint8Array(buffer));
        if (done || value === undefined) break;
        frames.feed(value);
        while (frames.next()) {
          if (frames.channel === SERVICE_CHANNEL) this.onService?.(frames);
          else this.#hear(frames.kind, frames.payload());
        }
        this.onRead?.();
        buffer = value.buffer;
      }
      // Who is killed in the middle of a frame is dead, whatever the rest of it would have been.
      if (frames.pending > 0 && (await this.#wasKilled())) return;
      frames.finish();
    } catch (cause) {
      this.fail(
        new ProtocolError(
          `Cannot go on with guest ${this.name} (process mode): something else than its replies came from it, ` +
            `only the protocol is wanted on stdout: ${cause instanceof Error ? cause.message : cause}`,
          { cause },
        ),
      );
    }
  }

  #hear(kind: Frame["kind"], payload: Uint8Array): void {
    switch (kind) {
      case "reply":
        this.onReply?.(payload);
        break;
      case "result":
        this.#result?.resolve(undefined);
        break;
      case "error": {
        const failed = decode(payload) as { phase: GuestPhase; far: FarError };
        if (failed.phase === "construct") this.#result?.resolve(failed);
        else this.fail(new GuestError({ guest: this.name, mode: "process", ...failed }));
        break;
      }
      case "call":
        this.onCall?.(payload);
        break;
      case "hello":
      case "job":
      case "post":
      case "log":
        break;
    }
  }

  async #watch(reading: Promise<void>, output: ReadableStreamBYOBReader): Promise<void> {
    const { code, signal } = await this.#child.status;
    living.delete(this);
    // What it wrote before its end may still be in the pipe, and may be its reason. A program that it started, where that
    // is permitted, may hold the pipe open.
    const timer = setTimeout(() => void output.cancel(), GRACE);
    await reading;
    clearTimeout(timer);
    const cause = signal === null ? `it exited with code ${code}` : `it was killed by ${signal}`;
    const ended = signal === null ? { code } : { signal };
    this.fail(new GuestDiedError({ guest: this.name, mode: "process", cause, ...ended }));
    await this.#writer.abort().catch(() => {});
  }

  /** Whether a signal ended it; waits for its end, for a while. */
  async #wasKilled(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), GRACE);
    const status = await Promise.race([this.#child.status, promise]);
    clearTimeout(timer);
    return status !== undefined && status.signal !== null;
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}
