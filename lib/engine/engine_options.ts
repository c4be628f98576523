/**
 * The options of an engine: the servers, the credentials, and how long silence may last.
 */

/** The NATS server, or the servers of a cluster, through which hosts communicate. */
export interface EngineOptions {
  /** The address of each server, such as `nats://10.0.0.5:4222`; `tls://` requires encryption. */
  readonly servers: string | readonly string[];
  /** The path of a credentials file, or of a file with the seed of an nkey; none by default. */
  readonly creds?: string | undefined;
  /**
   * The path of the certificate of the authority that issued the servers' certificates; the system's authorities by
   * default.
   */
  readonly ca?: string | undefined;
  /** Seconds of silence after which an agent or a client counts as gone, 5 by default. */
  readonly silence?: number | undefined;
}

/** Checked options of an engine. */
export interface Engine {
  /** The addresses of the servers. */
  readonly servers: readonly string[];
  /** See {@linkcode EngineOptions}. */
  readonly creds: string | undefined;
  /** See {@linkcode EngineOptions}. */
  readonly ca: string | undefined;
  /** The allowed silence in milliseconds. */
  readonly silence: number;
}

/** The default, least and most seconds of silence. */
const SILENCE = 5;
const SHORTEST = 0.5;
const LONGEST = 600;

/**
 * Checks the options of an engine.
 *
 * @throws {RangeError} if one is invalid.
 */
export function engineFrom({ servers, creds, ca, silence = SILENCE }: EngineOptions): Engine {
  const list = typeof servers === "string" ? servers.split(",") : Array.isArray(servers) ? servers.map(String) : [];
  if (list.length === 0) throw new RangeError("Cannot use an engine: it has no server, nats://HOST:PORT is wanted");
  const wrong = list.find((server) => !isServer(server));
  if (wrong !== undefined) {
    throw new RangeError(`Cannot use engine ${JSON.stringify(wrong)}: nats://HOST:PORT or tls://HOST:PORT is wanted`);
  }
  for (const [name, path] of Object.entries({ creds, ca })) {
    if (path === undefined || typeof path === "string" && path !== "") continue;
    throw new RangeError(`Cannot use an engine with ${name} ${JSON.stringify(path)}: the path of a file is wanted`);
  }
  if (typeof silence !== "number" || !(silence >= SHORTEST && silence <= LONGEST)) {
    const wanted = `a number of seconds from ${SHORTEST} to ${LONGEST}`;
    throw new RangeError(`Cannot use an engine with a silence of ${String(silence)}: ${wanted} is wanted`);
  }
  return { servers: list, creds, ca, silence: silence * 1000 };
}

/** The hosts and ports of the servers, as network permissions name them. */
export function hostsOf({ servers }: { readonly servers: readonly string[] }): string[] {
  return servers.map((server) => new URL(server.replace(/^\w+:/, "http:")).host);
}

/** A port is required: a network permission without a port is for all ports of a host. */
function isServer(text: string): boolean {
  const [, rest] = /^(?:nats|tls):\/\/([^/?#@\s]+)\/?$/.exec(text) ?? [];
  return rest !== undefined && /:\d+$/.test(rest) && URL.canParse(`http://${rest}`);
}
