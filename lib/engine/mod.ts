/**
 * Guests on other hosts: agents start them, and NATS is what is between.
 *
 * - Nothing of a network is written here: discovery, authentication, encryption and reconnecting are those of NATS. The
 *   client library is loaded when an engine is used.
 * - An agent is the launch seam of process mode (`lib/mode/launch.ts`) on another host: frames, guests and all that they are
 *   used for are as on one host, and so are their deaths.
 * - NATS delivers at most once. Messages of a guest are counted, and a guest with a hole in its stream is a dead guest.
 *
 * @module
 */

export { Agent, type AgentOptions } from "./agent.ts";
export type { AgentStatus } from "./message.ts";
export { type EngineOptions, hostsOf } from "./engine_options.ts";
export { agentsOn, byAgents } from "./launcher.ts";
export { NATS } from "./nats.ts";
export { VERSION } from "./version.ts";
