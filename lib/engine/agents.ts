/**
 * The agents that a client knows, and the choice of the agent for the next guest.
 *
 * - An agent announces itself every second; after a silence of the allowed length it counts as gone.
 * - A guest goes to the agent with the most free cores, then the fewest guests. Guests that this client has asked for
 *   count even before their agent announces them.
 * - An agent that refuses is not asked again for this guest, and the error contains its reason if no other agent takes
 *   the guest.
 */

import { EngineError } from "../errors.ts";
import { after, now } from "../platform/mod.ts";
import type { Engine } from "./engine_options.ts";
import { type AgentStatus, bytesOf, replyFrom, type StartRequest, statusFrom, SUBJECTS } from "./message.ts";
import type { Connection } from "./nats.ts";
import { VERSION } from "./version.ts";

/** How long a client searches for agents, and for further agents after the first answer, in milliseconds. */
const SEARCH = 2000;
const MORE = 100;
/** How long an agent may take to answer, in milliseconds. */
const ANSWER = 3000;
/** The most by which the clocks of two hosts may differ, in milliseconds. */
const APART = 1000;
/** More agents than any real network has; any beyond that would only fill memory. */
const MOST_AGENTS = 10_000;

/** An agent, as a client knows it. */
interface Known {
  status: AgentStatus;
  /** When it was last heard. */
  heard: number;
  /** How many guests it was asked for without an answer yet; its next status may not count them. */
  asked: number;
}

/** The agents that a client knows. */
export class Agents {
  readonly #connection: Connection;
  readonly #engine: Engine;
  readonly #known = new Map<string, Known>();
  readonly #unsubscribe: () => void;
  #heard = Promise.withResolvers<void>();

  /** Listens to agents from now on. */
  constructor(connection: Connection, engine: Engine) {
    this.#connection = connection;
    this.#engine = engine;
    this.#unsubscribe = connection.subscribe(SUBJECTS.agents, ({ data }) => this.#hear(data));
  }

  /**
   * Finds an agent that takes a guest; returns its status and the name of the guest in subjects. Agents in `reasons`
   * are not asked; an agent that refuses is added there, with a clause as its reason.
   *
   * @throws {EngineError} if no agent takes it.
   */
  async take(reasons: Map<string, string>): Promise<{ readonly status: AgentStatus; readonly guest: string }> {
    for (let hasSearched = false;;) {
      const best = this.#best(reasons);
      if (best === undefined) {
        // An agent may have come back, or another one appeared.
        if (hasSearched) throw this.#nobody(reasons);
        hasSearched = true;
        await this.#search();
        continue;
      }
      // Each attempt has a new name: an agent that did not answer may have taken the guest after all.
      const guest = this.#connection.next();
      const refused = await this.#ask(best, guest);
      if (refused === undefined) return { status: best.status, guest };
      // If so, a message that breaks the protocol ends that guest.
      this.#connection.publish(SUBJECTS.toGuest(guest), new Uint8Array(0));
      reasons.set(best.status.agent, `agent ${best.status.name}: ${refused}`);
    }
  }

  /** Searches for agents, and returns their statuses in order of their names. */
  async list(): Promise<readonly AgentStatus[]> {
    await this.#search();
    const all = [...this.#known.values()].map(({ status }) => status);
    return all.sort((one, other) => one.name < other.name ? -1 : one.name > other.name ? 1 : 0);
  }

  /** Stops listening. */
  close(): void {
    this.#unsubscribe();
  }

  /** The best agent for the next guest, except those that refused. */
  #best(refused: ReadonlyMap<string, string>): Known | undefined {
    const latest = now() - this.#engine.silence;
    let best: Known | undefined;
    for (const [agent, known] of this.#known) {
      if (known.heard < latest) this.#known.delete(agent);
      else if (!refused.has(agent) && (best === undefined || isBefore(known, best))) best = known;
    }
    return best;
  }

  /** Asks all agents to announce themselves, and waits for answers. */
  async #search(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let stopTimer = after(SEARCH, resolve);
    this.#connection.publish(SUBJECTS.who, new Uint8Array(0));
    void this.#heard.promise.then(() => {
      stopTimer();
      stopTimer = after(MORE, resolve);
    });
    try {
      await Promise.race([promise, this.#connection.forbidden]);
    } finally {
      stopTimer();
    }
  }

  #hear(data: Uint8Array): void {
    const status = statusFrom(data);
    if (status === undefined) return;
    const known = this.#known.get(status.agent);
    if (known !== undefined) Object.assign(known, { status, heard: now() });
    else if (this.#known.size < MOST_AGENTS) this.#known.set(status.agent, { status, heard: now(), asked: 0 });
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }

  /** Asks an agent for a guest; returns the reason if it refuses. */
  async #ask(known: Known, guest: string): Promise<string | undefined> {
    const { agent } = known.status;
    known.asked++;
    const request: StartRequest = { version: VERSION, guest, silence: this.#engine.silence };
    const asked = now();
    const answer = await this.#connection.request(SUBJECTS.start(agent), bytesOf(request), ANSWER).finally(() => {
      known.asked--;
    });
    if (answer === undefined) {
      this.#known.delete(agent);
      return "it does not answer";
    }
    const reply = replyFrom(answer);
    if (reply === undefined) return "its answer breaks the protocol";
    if (reply.version !== VERSION) return `it runs Holdfast ${reply.version}, this is Holdfast ${VERSION}`;
    known.status = { ...known.status, guests: reply.guests };
    if (reply.refused !== undefined) return reply.refused;
    const late = Math.max(asked - APART - reply.time, reply.time - now() - APART);
    if (late > 0) {
      return `its clock is ${((late + APART) / 1000).toFixed(1)} s off, at most ${APART / 1000} s is wanted`;
    }
    return undefined;
  }

  #nobody(reasons: ReadonlyMap<string, string>): EngineError {
    const [reason] = reasons.values();
    const { name } = this.#connection;
    if (reason === undefined) {
      const looked = `nobody answered on ${SUBJECTS.who} within ${SEARCH / 1000} s`;
      const wanted = "an agent, which deno task agent --engine starts, is wanted";
      return new EngineError(`Cannot find an agent on ${name}: ${looked}, ${wanted}`);
    }
    const more = reasons.size === 1 ? "" : ` (and ${reasons.size - 1} more that did not take it)`;
    return new EngineError(`Cannot start a guest on ${name}: ${reason}${more}, an agent that takes it is wanted`);
  }
}

function isBefore(one: Known, other: Known): boolean {
  const free = ({ status: { cores, guests }, asked }: Known) => Math.max(0, cores - guests - asked);
  const load = ({ status: { guests }, asked }: Known) => guests + asked;
  return free(one) !== free(other) ? free(one) > free(other) : load(one) < load(other);
}
