/**
 * A NATS server for a test, from the program `nats-server` on the path: on a free port of loopback, in its own folder,
 * with JetStream.
 *
 * @module
 */

import { guestCode } from "../../lib/host/guest_code.ts";
import { Agent, type AgentOptions } from "../../lib/engine/mod.ts";
import { within } from "./deadline.ts";
import { isLeftOut, packageSuite, packageTests } from "./packages.ts";

/** How long a server may take to listen, in seconds. */
const SECONDS = 20;

/** Whether the tests that need a server are skipped. */
export const LEFT_OUT: boolean = isLeftOut("nats-server");

/** Returns a function that registers the tests of a file that need a server. */
export function natsTests(file: string): (name: string, body: () => Promise<void>) => void {
  return packageTests(file, { ignore: LEFT_OUT });
}

/** Registers a suite that needs a server, in soak runs only. */
export function natsSuite(name: string, { file, register }: { readonly file: string; register(): void }): void {
  packageSuite(name, { file, ignore: LEFT_OUT, register });
}

/** A NATS server for a test. */
export class NatsServer implements AsyncDisposable {
  readonly #address: string;
  readonly #folder: string;
  readonly #args: readonly string[];
  /** Its port; before it has started, -1, with which it picks a free one. */
  #port = -1;
  #process: Deno.ChildProcess | undefined;

  private constructor(
    { address, folder }: { readonly address: string; readonly folder: string },
    args: readonly string[],
  ) {
    this.#address = address;
    this.#folder = folder;
    this.#args = args;
  }

  /** Its port. */
  get port(): number {
    return this.#port;
  }

  /** The URL at which it listens. */
  get url(): string {
    return `nats://${this.#address}:${this.#port}`;
  }

  /** Starts a server, with an additional configuration in the syntax of its files. */
  static async start({ config = "", jetstream = true, address = "127.0.0.1" } = {}): Promise<NatsServer> {
    const folder = await Deno.makeTempDir({ prefix: "holdfast-nats-" });
    await Deno.writeTextFile(`${folder}/nats.conf`, config);
    const server = new NatsServer({ address, folder }, [
      ...["-a", address, "-c", `${folder}/nats.conf`, "--ports_file_dir", folder],
      ...jetstream ? ["-js", "-sd", folder] : [],
    ]);
    await server.restart();
    return server;
  }

  /** Kills it at once. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    this.#process = undefined;
  }

  /** Kills it without waiting, for a process that is about to end. */
  killNow(): void {
    this.#process?.kill("SIGKILL");
    Deno.removeSync(this.#folder, { recursive: true });
  }

  /** Starts it again, on the same port. */
  async restart(): Promise<void> {
    this.#process = new Deno.Command("nats-server", {
      args: [...this.#args, "-p", String(this.#port)],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await within(SECONDS, this.#listening(this.#process.pid));
  }

  /** Kills it, and removes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** Waits for the file in which it reports its port, once it listens. */
  async #listening(pid: number): Promise<void> {
    for (;;) {
      const text = await Deno.readTextFile(`${this.#folder}/nats-server_${pid}.ports`).catch(() => "");
      const [, port] = /:(\d+)"/.exec(text) ?? [];
      if (port !== undefined) {
        this.#port = Number(port);
        (await Deno.connect({ hostname: this.#address, port: this.#port })).close();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Starts agents with these names in this process; they are ended together. */
export async function agents(
  servers: string,
  names: readonly string[],
  options: Partial<AgentOptions> = {},
): Promise<{ readonly all: readonly Agent[] } & AsyncDisposable> {
  const all = await Promise.all(
    names.map((name) => Agent.start({ engine: { servers }, code: guestCode, ...options, name })),
  );
  return {
    all,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((agent) => agent.close()));
    },
  };
}
