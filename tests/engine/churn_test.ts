import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type EngineOptions, VERSION } from "../../lib/engine/mod.ts";
import { EngineError, GuestDiedError, GuestTimeoutError } from "../../lib/errors.ts";
import { explore } from "../../lib/explorer/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { counter } from "../../lib/programs/counter.ts";
import { lockProgram } from "../../lib/programs/mod.ts";
import { exploreSplit } from "../../lib/split/mod.ts";
import { within } from "../contracts/deadline.ts";
import { canMakeNetworks, Network } from "../contracts/namespaces.ts";
import { agents, NatsServer, natsTests } from "../contracts/nats.ts";
import { runs } from "../contracts/soak.ts";
import { Command } from "../e2e/command.ts";
import type * as primes from "../guests/primes.ts";

const test = natsTests(import.meta.url);
const PRIMES = import.meta.resolve("../guests/primes.ts");
/** Seconds that what must not hang may take on a slow machine. */
const SECONDS = 60;
/** What becomes of a host. */
const KINDS = ["kill", "freeze", "cut"] as const;
type Kind = typeof KINDS[number];
/** How many schedules two tasks of ten operations each have. */
const SCHEDULES = 184_756;

test("the server is killed and comes back: a run goes on or ends with one typed error, and agents are there again", async () => {
  await using server = await NatsServer.start({ jetstream: false });
  await using both = await agents(server.url, ["alpha", "beta"]);
  const engine: EngineOptions = { servers: server.url, silence: 1 };
  await using host = new Host({ engine });
  for (let round = 0; round < runs(1); round++) {
    const running = host.run(lockProgram, { mode: "process", parameters: { tasks: 3, pause: 0.2 }, timeout: 30 });
    const began = Promise.withResolvers<void>();
    const look = setInterval(() => both.all.some(({ status: { guests } }) => guests > 0) && began.resolve(), 5);
    await within(SECONDS, Promise.race([began.promise, running.catch(() => {})]));
    clearInterval(look);
    await server.kill();
    await server.restart();
    const ended = await within(SECONDS, running.catch((error: unknown) => error));
    if (ended instanceof Error) assert(isTyped(ended), Deno.inspect(ended));
    else assert("outcome" in (ended as object));
    // Guests whose run failed are gone, and the next run is as any.
    let again: unknown;
    for (let time = 0; time < 20 && !(typeof again === "object" && again !== null && "ok" in again); time++) {
      again = await within(SECONDS, host.run(lockProgram, { mode: "process" }).catch((error: unknown) => error));
    }
    assert(typeof again === "object" && again !== null && "ok" in again && again.ok === true, Deno.inspect(again));
  }
  await host.close();
  await settled(() => both.all.every(({ status: { guests } }) => guests === 0));
});

test("whatever becomes of agents on three hosts, a map gives each result, and no guest is left anywhere", async () => {
  await using far = await FarHosts.start();
  await using host = new Host({ engine: { servers: far.url, silence: 1 }, startTimeout: SECONDS });
  await using pool = await Pool.open<typeof primes>({
    mode: "process",
    module: PRIMES,
    workers: 4,
    host,
    timeout: 30,
  });
  const inputs = Array.from({ length: 300 }, (_, index) => index + 2);
  const wanted = await Array.fromAsync(pool.map("isPrime", inputs));
  assertEquals(wanted.filter(Boolean).length, 62);
  const act = fc.record({ host: fc.nat(2), kind: fc.constantFrom(...KINDS) });
  for (const { host: index, kind } of fc.sample(act, { numRuns: runs(3, { soak: 333 }), seed: 7 })) {
    const mapped = Array.fromAsync(pool.map("isPrime", inputs, { retries: 50, chunkSize: 10 }));
    await far.all[index]?.suffer(kind);
    assertEquals(await within(SECONDS, mapped), wanted, `${kind} of host ${index}`);
    await far.all[index]?.recover(kind);
  }
  await pool.close();
  await host.close();
  await far.alone();
});

test("whatever becomes of agents on three hosts, an exploration split over them comes to what it does on one", async () => {
  const options = {
    parameters: { tasks: 2, times: 5 },
    strategy: "depth-first",
    budget: 1e6,
    keepGoing: true,
    shrink: false,
  } as const;
  const wanted = explore(counter, options);
  assertEquals(wanted.schedules, SCHEDULES);
  await using far = await FarHosts.start();
  await using host = new Host({ engine: { servers: far.url, silence: 1 }, startTimeout: SECONDS });
  // One host at least goes on.
  const some = fc.shuffledSubarray([...far.all.keys()], { minLength: 1, maxLength: 2 });
  const each = fc.record({
    kinds: fc.shuffledSubarray([...KINDS], { minLength: KINDS.length }),
    hosts: fc.array(some, { minLength: KINDS.length, maxLength: KINDS.length }),
  });
  for (const [round, { kinds, hosts }] of fc.sample(each, { numRuns: runs(1, { soak: 50 }), seed: 7 }).entries()) {
    const progress = new Progress();
    const search = exploreSplit(counter, {
      ...options,
      mode: "process",
      host,
      workers: 4,
      alone: 0,
      onProgress: ({ schedules }) => progress.tell(schedules),
    });
    search.catch(() => {}).finally(() => progress.tell(Infinity));
    for (const [index, kind] of kinds.entries()) {
      const suffering = far.all.filter((_, host) => hosts[index]?.includes(host));
      // The first schedules are run here.
      await within(SECONDS, progress.passes(1000 + index * SCHEDULES / 4));
      for (const one of suffering) await one.suffer(kind);
      await within(SECONDS, progress.passes(1000 + (index + 0.5) * SCHEDULES / 4));
      for (const one of suffering) await one.recover(kind);
    }
    assertEquals(await within(SECONDS, search), wanted, `round ${round}: ${JSON.stringify({ kinds, hosts })}`);
  }
  await host.close();
  await far.alone();
});

test("an agent ends the guests of a client that was killed", async () => {
  await using server = await NatsServer.start({ jetstream: false });
  await using one = await agents(server.url, ["alpha"]);
  const script = `import { Host, Pool } from ${JSON.stringify(import.meta.resolve("../../mod.ts"))};
    const host = new Host({ engine: { servers: ${JSON.stringify(server.url)}, silence: 2 } });
    const pool = await Pool.open({ mode: "process", module: ${JSON.stringify(PRIMES)}, workers: 2, host });
    console.log("there");
    await new Promise(() => setInterval(() => {}, 1000));`;
  await using command = new Command([
    ...[
      "run",
      "--quiet",
      "--no-check",
      "--no-lock",
      "--allow-all",
      `data:text/javascript,${encodeURIComponent(script)}`,
    ],
  ]);
  await command.printed("there");
  assertEquals(one.all[0]?.status.guests, 2);
  command.signal("SIGKILL");
  await settled(() => one.all[0]?.status.guests === 0);
});

/** How far a search is. */
class Progress {
  #schedules = 0;
  #more = Promise.withResolvers<void>();

  tell(schedules: number): void {
    this.#schedules = Math.max(this.#schedules, schedules);
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  /** Waits until it has run more than so many schedules. */
  async passes(schedules: number): Promise<void> {
    while (this.#schedules <= schedules) await this.#more.promise;
  }
}

/** A server, and three hosts with an agent each. */
class FarHosts implements AsyncDisposable {
  readonly url: string;
  readonly all: readonly FarHost[];
  readonly #made: AsyncDisposableStack;

  private constructor(url: string, all: readonly FarHost[], made: AsyncDisposableStack) {
    this.url = url;
    this.all = all;
    this.#made = made;
  }

  static async start(): Promise<FarHosts> {
    await using made = new AsyncDisposableStack();
    const isRoot = Deno.uid() === 0 && await canMakeNetworks();
    const network = isRoot ? made.use(await Network.create(3)) : undefined;
    const server = made.use(await NatsServer.start({ jetstream: false, address: network?.address ?? "127.0.0.1" }));
    const starting = [0, 1, 2].map(async (index) => made.use(await FarHost.start(index, server.url, network)));
    await Promise.allSettled(starting);
    return new FarHosts(server.url, await Promise.all(starting), made.move());
  }

  /** Waits until they have no guests. */
  async alone(): Promise<void> {
    for (const far of this.all) await far.alone();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#made.disposeAsync();
  }
}

/** An agent on a host of its own, or in a process of its own where nobody may make hosts. */
class FarHost implements AsyncDisposable {
  readonly #index: number;
  readonly #url: string;
  readonly #network: Network | undefined;
  #command: Command;

  private constructor(index: number, url: string, network: Network | undefined) {
    this.#index = index;
    this.#url = url;
    this.#network = network;
    this.#command = this.#start();
  }

  static async start(index: number, url: string, network: Network | undefined): Promise<FarHost> {
    const host = new FarHost(index, url, network);
    await host.#command.printed(VERSION);
    return host;
  }

  async suffer(kind: Kind): Promise<void> {
    if (kind === "cut" && this.#network !== undefined) return await this.#network.cut(this.#index);
    this.#command.signal(kind === "kill" ? "SIGKILL" : "SIGSTOP");
  }

  async recover(kind: Kind): Promise<void> {
    if (kind === "cut" && this.#network !== undefined) return await this.#network.join(this.#index);
    if (kind !== "kill") return this.#command.signal("SIGCONT");
    // Its guests see that their parent is gone.
    await this.#command.gone();
    await this.#command[Symbol.asyncDispose]();
    this.#command = this.#start();
    await this.#command.printed(VERSION);
  }

  /** Waits until it has no guests. */
  async alone(): Promise<void> {
    await within(SECONDS, this.#command.alone());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#command[Symbol.asyncDispose]();
  }

  #start(): Command {
    const script = new URL("../../scripts/agent.ts", import.meta.url).pathname;
    const lock = new URL("../../scripts/packages.lock", import.meta.url).pathname;
    const agent = ["--engine", this.#url, "--name", `host${this.#index}`, "--json"];
    const deno = ["run", "--quiet", "--no-check", "--frozen", `--lock=${lock}`, "--allow-all", script, ...agent];
    const [program = Deno.execPath(), ...args] = this.#network === undefined
      ? [Deno.execPath(), ...deno]
      : [...this.#network.on(this.#index), Deno.execPath(), ...deno];
    return new Command(args, program);
  }
}

function isTyped(error: unknown): boolean {
  return [EngineError, GuestDiedError, GuestTimeoutError].some((known) => error instanceof known);
}

/** Waits until that holds. */
async function settled(holds: () => boolean): Promise<void> {
  await within(
    SECONDS,
    (async () => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
    })(),
  );
}
