/**
 * A pool and a simulation that share a host, and this process, with a misbehaving guest, and must continue.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { delegate, DiagramBuilder } from "../../lib/diagram/mod.ts";
import { type Host, loadSystem, type ModeName } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { Simulator } from "../../lib/simulator/mod.ts";
import { within } from "./deadline.ts";
import { WORK, type Work } from "./pool_stage.ts";

const LAW = import.meta.resolve("../guests/law.ts");
const SECONDS = 20;

/** See the module. */
export class Bystanders implements AsyncDisposable {
  readonly #pool: Pool<Work>;
  readonly #simulator: Simulator;
  /** The same simulation in direct mode, for the expected outputs. */
  readonly #expected: Simulator;
  #time = 0;

  private constructor(pool: Pool<Work>, simulator: Simulator, expected: Simulator) {
    this.#pool = pool;
    this.#simulator = simulator;
    this.#expected = expected;
  }

  /** Starts both on a host. */
  static async start(host: Host, mode: ModeName): Promise<Bystanders> {
    const pool = await Pool.open<Work>({ mode, module: WORK, workers: 1, host, name: "bystander" });
    return new Bystanders(pool, await simulation(host, mode), await simulation(host, "direct"));
  }

  /** Does some work with both while `other` is in progress. */
  async during<T>(other: Promise<T>): Promise<T> {
    const time = this.#time += 3;
    const numbers = [time, time + 1, time + 2];
    const work = Promise.all([
      Promise.all(numbers.map((n) => this.#pool.run("square", n))),
      this.#simulator.advanceTo(time),
      this.#expected.advanceTo(time),
    ]);
    await Promise.allSettled([other]);
    const [squares] = await within(SECONDS, work);
    assertEquals(squares, numbers.map((n) => n * n));
    for (const port of ["y", "both"]) {
      assertEquals(this.#simulator.context.output(port), this.#expected.context.output(port), `${port} at ${time}`);
    }
    return await other;
  }

  /** Ends both. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#simulator[Symbol.asyncDispose]();
    await this.#expected[Symbol.asyncDispose]();
    await this.#pool.close();
  }
}

async function simulation(host: Host, mode: ModeName): Promise<Simulator> {
  const tardy = await loadSystem({ module: LAW, export: "tardy", argument: { period: 1, seed: 7, most: 0 } });
  const builder = new DiagramBuilder("bystanders");
  const [one, two] = ["one", "two"].map((name) => builder.add(name, delegate(tardy, { mode, period: 1 })));
  if (one === undefined || two === undefined) throw new TypeError("Cannot connect: two systems are wanted");
  builder.connect(one.output("y"), two.input("u"));
  builder.connect(two.output("y"), one.input("u"));
  builder.exportOutput("y", one.output("y"));
  builder.exportOutput("both", two.output("both"));
  const simulator = new Simulator(builder.build(), { host });
  await simulator.initialize();
  return simulator;
}
