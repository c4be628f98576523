/**
 * Simulated hosts for a test: Linux network namespaces joined by a bridge, which a test can disconnect and reconnect.
 * Needs root.
 *
 * @module
 */

let networks = 0;

/** A network of this host and `hosts` others; this host has its first address. */
export class Network implements AsyncDisposable {
  /** The address of this machine in it. */
  readonly address: string;
  readonly #bridge: string;
  readonly #hosts: readonly string[];

  private constructor(bridge: string, address: string, hosts: readonly string[]) {
    this.#bridge = bridge;
    this.address = address;
    this.#hosts = hosts;
  }

  /** Creates a network. */
  static async create(hosts: number): Promise<Network> {
    // Differs from the numbers of other processes.
    const number = (Deno.pid * 8 + networks++) % 65_536;
    const subnet = `10.${number >> 8}.${number & 255}`;
    const bridge = `hf${number}`;
    const names = Array.from({ length: hosts }, (_, index) => `${bridge}h${index}`);
    const network = new Network(bridge, `${subnet}.1`, names);
    await ip("link", "add", bridge, "type", "bridge");
    await ip("addr", "add", `${subnet}.1/24`, "dev", bridge);
    await ip("link", "set", bridge, "up");
    for (const [index, name] of names.entries()) {
      await ip("netns", "add", name);
      await ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
      await ip("link", "set", name, "master", bridge, "up");
      await ip("-n", name, "addr", "add", `${subnet}.${10 + index}/24`, "dev", "eth0");
      await ip("-n", name, "link", "set", "eth0", "up");
      await ip("-n", name, "link", "set", "lo", "up");
    }
    return network;
  }

  /** The command prefix that runs a command on a host. */
  on(host: number): readonly string[] {
    return ["ip", "netns", "exec", this.#hosts[host] ?? ""];
  }

  /** Disconnects a host: nothing reaches it, and nobody is told that its connections end. */
  async cut(host: number): Promise<void> {
    await ip("link", "set", this.#hosts[host] ?? "", "down");
  }

  /** Reconnects it. */
  async join(host: number): Promise<void> {
    await ip("link", "set", this.#hosts[host] ?? "", "up");
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#hosts) await ip("netns", "del", name);
    await ip("link", "del", this.#bridge);
  }
}

/** Whether this process can create networks. */
export async function canMakeNetworks(): Promise<boolean> {
  try {
    await using _network = await Network.create(1);
    return true;
  } catch {
    return false;
  }
}

async function ip(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args: [...args], stdout: "null", stderr: "piped" })
    .output();
  if (!success) throw new Error(`Cannot run ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
