import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { GuestDiedError, GuestError, GuestTimeoutError, ProtocolError } from "../../lib/errors.ts";
import { Host } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { checkEquivalence } from "../../lib/testing/mod.ts";
import { forges, hostilePlans } from "../arbitraries/hostile_plans.ts";
import { Bystanders } from "../contracts/bystanders.ts";
import { within } from "../contracts/deadline.ts";
import { agents, NatsServer, natsTests } from "../contracts/nats.ts";
import { runs } from "../contracts/soak.ts";
import type * as hostile from "../guests/hostile_work.ts";

const test = natsTests(import.meta.url);
const HOSTILE = import.meta.resolve("../guests/hostile_work.ts");
const SYSTEMS = import.meta.resolve("../guests/testing_systems.ts");
/** Seconds that a guest may take which may well hang, and that whatever must not hang may take on a slow machine. */
const TIMEOUT = 1;
const SECONDS = 60;
const TYPED = [GuestError, GuestDiedError, GuestTimeoutError, ProtocolError];

test("whatever a guest on another host does in a call, that ends as it should, and nobody else suffers", async () => {
  await using server = await NatsServer.start({ jetstream: false });
  await using both = await agents(server.url, ["alpha", "beta"]);
  const host = new Host({ engine: { servers: server.url }, startTimeout: SECONDS });
  const bystanders = await Bystanders.start(host, "process");
  let modules = 0;
  const attack = async (plan: hostile.Plan): Promise<void> => {
    // A guest that has patched itself is not handed another job.
    const module = `${HOSTILE}?number=${modules++}`;
    await using pool = await Pool.open<typeof hostile>({ mode: "process", module, workers: 1, host });
    const options = { timeout: plan.acts.length === 0 ? SECONDS : TIMEOUT, onProgress: () => {} };
    const typed = (error: unknown) => {
      assert(TYPED.some((known) => error instanceof known), Deno.inspect(error));
      return undefined;
    };
    await within(SECONDS, pool.run("attack", plan, options).then(() => {}, typed));
    const squared = await within(SECONDS, pool.run("square", 5, options).catch(typed));
    if (squared !== undefined && !forges(plan)) assertEquals(squared, 25);
    await pool.terminate();
  };
  const property = fc.asyncProperty(hostilePlans("process"), async (plan) => {
    let failure: unknown;
    await bystanders.during(attack(plan).catch((error) => failure = error));
    if (failure !== undefined) throw failure;
  });
  // A hostile guest may cost seconds: what it took is told, not made smaller.
  await fc.assert(property, { numRuns: runs(4, { soak: 100 }), endOnFailure: true });
  await bystanders[Symbol.asyncDispose]();
  await host.close();
  await within(
    SECONDS,
    (async () => {
      while (both.all.some(({ status: { guests } }) => guests > 0)) await new Promise((go) => setTimeout(go, 20));
    })(),
  );
});

test("checkEquivalence() compares guests on other hosts, several values at once", async () => {
  await using server = await NatsServer.start({ jetstream: false });
  await using both = await agents(server.url, ["alpha", "beta"]);
  let most = 0;
  const look = setInterval(() => most = Math.max(most, ...both.all.map(({ status: { guests } }) => guests)), 5);
  try {
    const guests = { engine: { servers: server.url } };
    await checkEquivalence({ module: SYSTEMS, export: "multiRate" }, { fc, workers: 2, guests, numRuns: runs(2) });
  } finally {
    clearInterval(look);
  }
  assert(most > 0, "guests were on other hosts");
  assertEquals(both.all.map(({ status: { guests } }) => guests), [0, 0]);
});
