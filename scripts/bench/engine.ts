/**
 * Measures what guests on other hosts cost, with running agents, compared with process mode on this host.
 */

import { type EngineOptions, Host, Pool } from "../../mod.ts";
import { advance } from "./delegation.ts";
import { lockLoop } from "./engine_program.ts";
import { compare, type Table, took } from "./statistics.ts";

/** The size of a measurement. */
const LOCKS = 2000;
const STEPS = 1000;
const CALLS = 500;
const BURST = 20_000;
const WARMUPS = 2;
const IDLE = { wall: 0, cpu: 0 };

/** Measures a lock, a delegated step and a pooled call, on this host and on the agents' hosts. */
export async function engineCosts({ rounds, engine }: { rounds: number; engine: EngineOptions }): Promise<Table[]> {
  await using here = new Host();
  await using there = new Host({ engine });
  const hosts = Object.entries({ "process": here, "process, by agents": there });
  const each = (measure: (host: Host) => Promise<number>) =>
    compare(Object.fromEntries(hosts.map(([name, host]) => [name, () => measure(host)])), { rounds, warmups: WARMUPS });

  const locked = await each(async (host) => {
    const { ms } = await host.run(lockLoop, { mode: "process", parameters: { times: LOCKS } });
    return 1000 * ms / LOCKS;
  });
  const stepped = await each(async (host) => {
    return 1000 * await advance(host, { mode: "process", systems: 1, steps: STEPS, work: IDLE }) / STEPS;
  });

  const open = (host: Host) =>
    Pool.open<typeof import("./peer_task.ts")>({
      mode: "process",
      module: new URL("./peer_task.ts", import.meta.url).href,
      workers: 2,
      host,
    });
  await using pools = new AsyncDisposableStack();
  const near = pools.use(await open(here));
  const far = pools.use(await open(there));
  const poolOf = (host: Host) => host === here ? near : far;
  const called = await each(async (host) => {
    return 1000 * await took(async () => {
      for (let call = 0; call < CALLS; call++) await poolOf(host).run("add", { id: call, x: call, y: 1 });
    }) / CALLS;
  });
  const inputs = Array.from({ length: BURST }, (_, index) => ({ id: index, x: index, y: 1 }));
  const flooded = await each(async (host) => {
    return BURST / await took(() => Array.fromAsync(poolOf(host).map("add", inputs)));
  });
  return [
    { title: "Lock and unlock in a program, alone", unit: "us", figures: locked },
    { title: "A step of an empty delegated system", unit: "us", figures: stepped },
    { title: "A pooled call, one at a time", unit: "us", figures: called },
    { title: "Pooled calls, all at once, two workers", unit: "thousands a second", figures: flooded },
  ];
}
