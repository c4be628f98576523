/**
 * Guests on other hosts: agents start them, and NATS connects the hosts.
 *
 * - NATS does the networking: discovery, authentication, encryption and reconnecting. Its client library is loaded only
 *   when an engine is used.
 * - An agent launches children of process mode (`lib/mode/launch.ts`) on another host: frames, guests, everything that
 *   uses them, and deaths work as on one host.
 * - NATS delivers a message at most once. The messages of a guest are counted, and a guest with a gap in its stream
 *   counts as dead.
 *
 * @module
 */

export { Agent, type AgentOptions } from "./agent.ts";
export type { AgentStatus } from "./message.ts";
export { type EngineOptions, hostsOf } from "./engine_options.ts";
export { agentsOn, byAgents } from "./launcher.ts";
export { NATS } from "./nats.ts";
export { VERSION } from "./version.ts";
