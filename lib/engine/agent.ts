/**
 * An agent starts process guests on its host for clients on other hosts, which find it through NATS.
 *
 * - It outlives every client and every lost connection: it reconnects by itself, and ends the guests of a silent
 *   client.
 * - It takes at most the number of guests that it announces, and only from clients of its own version.
 * - After it is closed, nothing is left behind: no guest, no file.
 * - By design it runs code, with the permissions that a client names: the account decides who may send to
 *   `holdfast.do.>`.
 */

import type { GuestCode } from "../mode/mod.ts";
import { cores, every, now } from "../platform/mod.ts";
import { AgentGuest } from "./agent_guest.ts";
import { Bundles } from "./bundles.ts";
import { engineFrom, type EngineOptions } from "./engine_options.ts";
import { type AgentStatus, bytesOf, requestFrom, type StartReply, type StartRequest, SUBJECTS } from "./message.ts";
import { type Connection, connectTo, type Message } from "./nats.ts";
import { VERSION } from "./version.ts";

/** How often it announces itself, in milliseconds. */
const BEAT = 1000;
/** The default number of guests per core: most guests wait. */
const GUESTS_PER_CORE = 32;

/** Options of {@linkcode Agent.start}. */
export interface AgentOptions {
  /** The engine to connect to. */
  readonly engine: EngineOptions;
  /** Its name: the host's. */
  readonly name: string;
  /** The code of guests. */
  readonly code: GuestCode;
  /** The most guests that it takes; 32 per core by default. */
  readonly guests?: number | undefined;
  /** The version that it announces; this one by default. */
  readonly version?: string | undefined;
  /** Its clock, in milliseconds since the epoch; the real one by default. */
  readonly clock?: (() => number) | undefined;
  /** Called when the number of its guests changes. */
  readonly changed?: ((status: AgentStatus) => void) | undefined;
}

/** An agent, which starts process guests on its host for clients on other hosts. */
export class Agent implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #options: AgentOptions;
  readonly #id: string;
  readonly #guests = new Map<string, AgentGuest>();
  readonly #stops: (() => void)[];
  readonly #bundles = new Bundles();
  #closed = false;

  private constructor(connection: Connection, options: AgentOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#id = connection.next();
    this.#stops = [
      connection.subscribe(SUBJECTS.who, () => this.#announce()),
      connection.subscribe(SUBJECTS.start(this.#id), (message) => this.#answer(message)),
      every(BEAT, () => this.#announce()),
    ];
    this.#announce();
  }

  /**
   * Connects an agent, which then serves clients.
   *
   * @throws {EngineError} if there is no server, or it refuses the credentials.
   * @throws {RangeError} if an option is out of range.
   */
  static async start(options: AgentOptions): Promise<Agent> {
    const { guests } = options;
    if (guests !== undefined && !(Number.isSafeInteger(guests) && guests > 0)) {
      throw new RangeError(`Cannot start an agent with ${guests} guests: a whole number from 1 is wanted`);
    }
    const connection = await connectTo(engineFrom(options.engine));
    const agent = new Agent(connection, options);
    try {
      await Promise.race([connection.flush(), connection.forbidden]);
      // The server reports a forbidden subject only after it has accepted the allowed ones.
      await Promise.race([connection.flush(), connection.forbidden]);
    } catch (error) {
      await agent.close();
      throw error;
    }
    return agent;
  }

  /** The status that it announces. */
  get status(): AgentStatus {
    const { name, guests: most = GUESTS_PER_CORE * cores(), version = VERSION } = this.#options;
    return { agent: this.#id, name, version, cores: cores(), guests: this.#guests.size, most };
  }

  /** Kills every guest at once, for a caller that is about to exit. */
  kill(): void {
    for (const guest of this.#guests.values()) guest.kill(`agent ${this.#options.name} has ended`);
    this.#bundles.close();
  }

  /** Ends all guests, tells their clients, and removes all files. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#stops) stop();
    const guests = [...this.#guests.values()];
    this.kill();
    await Promise.all(guests.map((guest) => guest.ended));
    await this.#connection.close();
  }

  /** Does what `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #announce(): void {
    this.#connection.publish(SUBJECTS.agents, bytesOf(this.status));
  }

  #answer(message: Message): void {
    const request = requestFrom(message.data);
    const refused = this.#refusal(request);
    if (request !== undefined && refused === undefined) this.#start(request);
    const { clock = now } = this.#options;
    const reply: StartReply = { ...this.status, time: clock(), refused };
    message.respond(bytesOf(reply));
  }

  /** The reason why it refuses a guest, if it does. */
  #refusal(request: StartRequest | undefined): string | undefined {
    const { version, name, most } = this.status;
    if (request === undefined) return "the request breaks the protocol";
    if (request.version !== version) return `it runs Holdfast ${version}, the client is Holdfast ${request.version}`;
    if (this.#guests.has(request.guest)) return `there is a guest ${request.guest}`;
    if (this.#guests.size >= most) return `${name} has ${most} guests, which is the most that it takes`;
    return undefined;
  }

  #start({ guest: id, silence }: StartRequest): void {
    const { code, changed } = this.#options;
    const guest = new AgentGuest(this.#connection, {
      code,
      bundles: this.#bundles,
      link: { to: SUBJECTS.fromGuest(id), from: SUBJECTS.toGuest(id), peer: "its client", silence },
    });
    this.#guests.set(id, guest);
    changed?.(this.status);
    void guest.ended.then(() => {
      this.#guests.delete(id);
      this.#announce();
      changed?.(this.status);
    });
  }
}
