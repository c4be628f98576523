/**
 * A NATS server of a test's own, from the program `nats-server` on the path: on a free port of loopback, in a folder of its
 * own, with JetStream.
 *
 * Where there is none, the tests that need it are left out, and counted by `deno test`; as root nothing is left out, because
 * there the gate installs it. The engine's package stands in a lock file of its own, and a test that loaded it would write
 * it into the project's: so these tests run in a process with that one.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { guestCode } from "../../lib/host/guest_code.ts";
import { Agent, type AgentOptions } from "../../lib/engine/mod.ts";
import { readTally } from "../../scripts/checks/tally.ts";
import { within } from "./deadline.ts";
import { runs } from "./soak.ts";

/** Seconds that a server may take to listen. */
const SECONDS = 20;

const isThere = isOnPath("nats-server");
if (!isThere) console.warn("nats-server is not on the path: the tests that need it are left out");
/** Whether the tests that need a server are left out. */
export const LEFT_OUT: boolean = !isThere && Deno.uid() !== 0;

const INNER = "HOLDFAST_ENGINE_TESTS";

/** What registers the tests of a file that need a server. */
export function natsTests(file: string): (name: string, body: () => Promise<void>) => void {
  let run: Promise<string> | undefined;
  return (name, body) => {
    if (Deno.env.has(INNER)) return Deno.test({ name, fn: body, ignore: LEFT_OUT });
    Deno.test({
      name,
      ignore: LEFT_OUT,
      async fn() {
        const text = await (run ??= runInside(file));
        if (!text.includes(`\n${name} ... ok (`)) throw new Error(`in a process of its own:\n${text}`);
      },
    });
  };
}

/** Registers a suite that needs a server, as one test, in a soak alone: it takes minutes. */
export function natsSuite(name: string, { file, register }: { readonly file: string; register(): void }): void {
  if (Deno.env.has(INNER)) return register();
  if (runs(1) === 1) return;
  Deno.test({
    name,
    ignore: LEFT_OUT,
    async fn() {
      const text = await runInside(file);
      const { passed, failed } = readTally(text) ?? { passed: 0, failed: 1 };
      if (passed === 0 || failed > 0) throw new Error(`in a process of its own:\n${text}`);
    },
  });
}

/** Runs the tests of a file in a process that may load the engine's package. */
async function runInside(file: string): Promise<string> {
  const lock = ["--frozen", `--lock=${fileURLToPath(new URL("../../scripts/packages.lock", import.meta.url))}`];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "--allow-all", ...lock, fileURLToPath(file)],
    env: { [INNER]: "1", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
}

/** Whether there is a program of that name. */
export function isOnPath(program: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

/** See the module. */
export class NatsServer implements AsyncDisposable {
  /** Its port. */
  readonly port: number;
  /** Where it listens. */
  readonly url: string;
  readonly #address: string;
  readonly #folder: string;
  readonly #args: readonly string[];
  #process: Deno.ChildProcess | undefined;

  private constructor(
    { address, port, folder }: { readonly address: string; readonly port: number; readonly folder: string },
    args: readonly string[],
  ) {
    this.port = port;
    this.url = `nats://${address}:${port}`;
    this.#address = address;
    this.#folder = folder;
    this.#args = args;
  }

  /** Starts one, with this configuration besides, in the syntax of its files. */
  static async start({ config = "", jetstream = true, address = "127.0.0.1" } = {}): Promise<NatsServer> {
    const folder = await Deno.makeTempDir({ prefix: "holdfast-nats-" });
    const listener = Deno.listen({ hostname: address, port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    await Deno.writeTextFile(`${folder}/nats.conf`, config);
    const server = new NatsServer({ address, port, folder }, [
      ...["-a", address, "-p", String(port), "-c", `${folder}/nats.conf`],
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

  /** Kills it and waits for nothing, for a process that is about to end. */
  killNow(): void {
    this.#process?.kill("SIGKILL");
    Deno.removeSync(this.#folder, { recursive: true });
  }

  /** Starts it again, on the same port. */
  async restart(): Promise<void> {
    this.#process = new Deno.Command("nats-server", {
      args: [...this.#args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await within(SECONDS, this.#listening());
  }

  /** Kills it, and removes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #listening(): Promise<void> {
    for (;;) {
      try {
        (await Deno.connect({ hostname: this.#address, port: this.port })).close();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }
}

/** Starts agents of these names in this process, ended together. */
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
