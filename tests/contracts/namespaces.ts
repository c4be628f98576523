/**
 * Hosts of a test's own: network namespaces of Linux, joined by a bridge, which a test can cut and join again. It takes root.
 *
 * @module
 */

let networks = 0;

/** A network of so many hosts besides this one, whose address in it is the first. */
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

  /** Makes one. */
  static async create(hosts: number): Promise<Network> {
    // Numbers of other processes are others.
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

  /** What runs a command on a host. */
  on(host: number): readonly string[] {
    return ["ip", "netns", "exec", this.#hosts[host] ?? ""];
  }

  /** Cuts a host off: nothing reaches it, and nobody hears that its connections end. */
  async cut(host: number): Promise<void> {
    await ip("link", "set", this.#hosts[host] ?? "", "down");
  }

  /** Joins it again. */
  async join(host: number): Promise<void> {
    await ip("link", "set", this.#hosts[host] ?? "", "up");
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#hosts) await ip("netns", "del", name);
    await ip("link", "del", this.#bridge);
  }
}

/** Whether this process may make networks, and knows how. */
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
