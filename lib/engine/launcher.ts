/**
 * Children of process mode on other hosts, by agents: the launch seam over NATS.
 *
 * - It connects when the first child is wanted, and not before.
 * - An agent that does not start a child, or is lost before it has, gives way to the next: nothing of the module has run there.
 * - An agent gets a setup, never arguments: what a child may do is decided by its agent's own code.
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

/** How many agents may fail to start a child: what none of them can start is the child's own fault. */
const MOST_FAILURES = 3;

/** A connection, and the agents that are known by it. */
interface Client {
  readonly connection: Connection;
  readonly agents: Agents;
}

/**
 * Starts children by agents.
 *
 * @throws {RangeError} where an option makes no sense.
 * @throws {TypeError} where this runtime is none whose guests they start.
 */
export function byAgents(options: EngineOptions): Launcher {
  const engine = engineFrom(options);
  const { agentless } = guestChildren;
  if (agentless !== undefined) throw new TypeError(`Cannot use an engine: ${agentless}, Deno is wanted`);
  const modules = new Modules();
  let client: Promise<Client> | undefined;
  const connect = (): Promise<Client> => {
    const made = client ??= clientOf(engine);
    // The server may be there the next time.
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
      // What makes no sense is refused at once, as on this host.
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

/** Who is there on an engine. */
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
