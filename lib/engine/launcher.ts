/**
 * Launches children of process mode on other hosts, through agents and NATS.
 *
 * - It connects only when the first child is needed.
 * - If an agent does not start a child, or is lost before it has, the next agent is asked: nothing of the module has
 *   run yet.
 * - An agent gets a setup, never command-line arguments, so the agent's own code decides what a child may do.
 */

import { EngineError } from "../errors.ts";
import type { GuestSetup, Launcher } from "../mode/mod.ts";
import { type External, guestChildren } from "../platform/mod.ts";
import { Agents } from "./agents.ts";
import { type Engine, engineFrom, type EngineOptions } from "./engine_options.ts";
import { FarChild } from "./far_child.ts";
import { SUBJECTS } from "./message.ts";
import { Modules } from "./modules.ts";
import { type Connection, connectTo } from "./nats.ts";

/** How many agents may fail to start a child; after that, the child itself must be at fault. */
const MOST_FAILURES = 3;

/** A connection, and the agents known through it. */
interface Client {
  readonly connection: Connection;
  readonly agents: Agents;
}

/**
 * Makes a launcher that starts children through agents.
 *
 * @throws {RangeError} if an option is invalid.
 * @throws {TypeError} if agents cannot start guests of this runtime.
 */
export function byAgents(options: EngineOptions): Launcher {
  const engine = engineFrom(options);
  const { agentless } = guestChildren;
  if (agentless !== undefined) throw new TypeError(`Cannot use an engine: ${agentless}, Deno is wanted`);
  const modules = new Modules();
  let client: Promise<Client> | undefined;
  const connect = (): Promise<Client> => {
    const made = client ??= clientOf(engine);
    // The server may be reachable the next time.
    made.catch(() => {
      if (client === made) client = undefined;
    });
    return made;
  };
  const launch = async (setup: GuestSetup, external: External): Promise<FarChild> => {
    const { connection, agents } = await connect();
    const files = await modules.files(setup);
    const reasons = new Map<string, string>();
    const failures: unknown[] = [];
    while (failures.length < MOST_FAILURES) {
      try {
        const { status: { agent, name }, guest } = await agents.take(reasons);
        const child = new FarChild(connection, {
          to: SUBJECTS.toGuest(guest),
          from: SUBJECTS.fromGuest(guest),
          peer: name,
          silence: engine.silence,
        });
        reasons.set(agent, `agent ${name} did not start it`);
        await child.start({ setup, external, files }, () => modules.bundle(setup));
        return child;
      } catch (error) {
        failures.push(error);
        if (error instanceof EngineError) break;
      }
    }
    throw failures[0];
  };
  return {
    transport: "nats",
    launch(setup, external) {
      // An invalid setup is refused at once, as on this host.
      guestChildren.check(setup);
      return launch(setup, external);
    },
    async close() {
      const open = client;
      client = undefined;
      const { connection, agents } = await open?.catch(() => undefined) ?? {};
      agents?.close();
      await connection?.close();
    },
  };
}

/** The statuses of the agents on an engine. */
export async function agentsOn(options: EngineOptions): Promise<Awaited<ReturnType<Agents["list"]>>> {
  const { connection, agents } = await clientOf(engineFrom(options));
  try {
    return await agents.list();
  } finally {
    agents.close();
    await connection.close();
  }
}

async function clientOf(engine: Engine): Promise<Client> {
  const connection = await connectTo(engine);
  return { connection, agents: new Agents(connection, engine) };
}
