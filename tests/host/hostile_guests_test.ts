import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { delegate } from "../../lib/diagram/mod.ts";
import { GuestDiedError, GuestError, GuestStuckError, GuestTimeoutError, ProtocolError } from "../../lib/errors.ts";
import { Host, loadSystem, type ProgramReport } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { Simulator } from "../../lib/simulator/mod.ts";
import { forges, hostilePlans } from "../arbitraries/hostile_plans.ts";
import { Bystanders } from "../contracts/bystanders.ts";
import { within } from "../contracts/deadline.ts";
import { runs } from "../contracts/soak.ts";
import type * as hostile from "../guests/hostile_work.ts";
import { type Plan, urlWith } from "../guests/hostile_work.ts";

type Outcome = { readonly value: unknown } | { readonly error: Error };
type Elsewhere = "thread" | "process";

const HOSTILE = import.meta.resolve("../guests/hostile_work.ts");
/** Seconds that a guest may take, which may well hang if it has patched itself; one that does nothing must not be late. */
const TIMEOUT = 1;
const CALM = 20;
/** Seconds that whatever must not hang may take on a slow machine. */
const SECONDS = 30;
/** What may differ at two moments without a leak. */
const FEW_DESCRIPTORS = 20;
const SOME_BYTES = 200 * 2 ** 20;

let modules = 0;

function timeoutFor({ acts }: Plan): number {
  return acts.length === 0 ? CALM : TIMEOUT;
}

/** The module under a URL of its own: a guest that has patched itself is not handed another job. */
function ownModule(): string {
  return `${HOSTILE}?number=${modules++}`;
}

/** How something of a guest's ended: by a value, or by an error that callers know. */
async function outcomeOf(promise: Promise<unknown>): Promise<Outcome> {
  return await within(SECONDS, promise.then((value) => ({ value }), assertTyped));
}

function assertTyped(error: unknown): Outcome {
  const isTyped = [GuestError, GuestDiedError, GuestTimeoutError, ProtocolError].some((of) => error instanceof of);
  assert(isTyped && error instanceof Error, `an error that callers know is wanted, ${Deno.inspect(error)} came`);
  const { name, message, stack } = error;
  assertEquals([typeof name, typeof message, typeof stack], ["string", "string", "string"]);
  return { error };
}

/** What this process has that it gives back. */
function held(): { readonly descriptors: number; readonly bytes: number } {
  return {
    descriptors: [...Deno.readDirSync("/proc/self/fd")].length,
    bytes: Deno.memoryUsage().rss,
  };
}

/**
 * Registers a test of what guests do to a host, beside bystanders: at its end the host has closed, so that nobody is stuck,
 * and this process has no more than it had after the first guests.
 */
function test(
  what: string,
  { mode, count }: { readonly mode: Elsewhere; readonly count: number },
  check: (host: Host) => (plan: Plan) => Promise<void>,
): void {
  Deno.test(`whatever a guest in ${mode} mode does ${what}, that ends as it should, and nobody else suffers`, async () => {
    const numRuns = runs(count, { soak: 300 });
    const host = new Host();
    const bystanders = await Bystanders.start(host, mode);
    const checked = check(host);
    let before = held();
    let run = 0;
    const seen: Plan[] = [];
    const property = fc.asyncProperty(hostilePlans(mode), async (plan) => {
      seen.push(plan);
      await bystanders.during(checked(plan));
      if (++run === Math.ceil(numRuns / 4)) before = held();
    });
    // A hostile guest may cost seconds: what it took is told, not made smaller.
    const details = await fc.check(property, { numRuns, endOnFailure: true });
    const ended = bystanders[Symbol.asyncDispose]().finally(() => host.close());
    const [closing] = await Promise.allSettled([within(SECONDS, ended)]);
    const message = await fc.asyncDefaultReportMessage(details);
    if (details.failed) throw new Error(message, { cause: details.errorInstance });
    if (closing?.status === "rejected" && mode === "thread") return assertDeaf(closing.reason, seen);
    assertEquals(closing?.status, "fulfilled", Deno.inspect(closing));
    const after = held();
    assert(after.descriptors < before.descriptors + FEW_DESCRIPTORS, `${before.descriptors}, ${after.descriptors}`);
    assert(after.bytes < before.bytes + SOME_BYTES, `${before.bytes}, ${after.bytes} bytes`);
  });
}

for (const mode of ["thread", "process"] as const) {
  test("in a call", { mode, count: 16 }, (host) => {
    let pool: Pool<typeof hostile> | undefined;
    return async (plan) => {
      pool ??= await openPool(host, mode, HOSTILE);
      const options = { timeout: timeoutFor(plan), onProgress: () => {} };
      const attacked = await outcomeOf(pool.run("attack", plan, options));
      if (plan.acts.length === 0) assertEnd(plan, attacked);
      const squared = await outcomeOf(pool.run("square", 5, options));
      if ("value" in squared) return forges(plan) ? undefined : assertEquals(squared.value, 25);
      // A pool starts no more guests where some have ended before they did anything.
      const broken = pool;
      pool = undefined;
      await broken.terminate();
    };
  });

  test("in a call for items", { mode, count: 4 }, (host) => async (plan) => {
    await using pool = await openPool(host, mode, ownModule());
    await outcomeOf(Array.fromAsync(pool.stream("attackItems", plan, { timeout: timeoutFor(plan) })));
  });

  test("in calls of a chunk", { mode, count: 4 }, (host) => async (plan) => {
    await using pool = await openPool(host, mode, ownModule());
    const plans = [{ ...plan, acts: [] }, plan, plan];
    const options = { timeout: timeoutFor(plan), chunkSize: 2 };
    await outcomeOf(Array.fromAsync(pool.map("attack", plans, options)));
    const ends = await outcomeOf(Array.fromAsync(pool.map("attack", plans, { ...options, onError: assertTyped })));
    assert("value" in ends && Array.isArray(ends.value) && ends.value.length === 3);
  });

  test("when its module is loaded", { mode, count: 6 }, (host) => async (plan) => {
    const opened = await outcomeOf((async () => {
      await using pool = await openPool(host, mode, urlWith(HOSTILE, { import: plan }));
      const squared = pool.run("square", 5, { timeout: timeoutFor(plan) });
      // It may have told of other functions than it has.
      await outcomeOf(forges(plan) ? squared.catch(refused) : squared);
    })());
    // What it leaves behind may come before or after it is ready.
    if (plan.acts.length > 0 || /^leaves/.test(plan.end)) return;
    assertEquals("value" in opened, /^returns/.test(plan.end));
  });

  test("as a delegated system", { mode, count: 4 }, () => async (plan) => {
    const limited = new Host({ timeout: timeoutFor(plan) });
    const ended = await outcomeOf((async () => {
      const system = await loadSystem({ module: HOSTILE, export: "attacker", argument: plan });
      await using simulator = new Simulator(delegate(system, { mode, period: 1 }), { host: limited });
      simulator.fix("u", 1);
      await simulator.initialize();
      await simulator.advanceTo(5);
      return simulator.context.output("y");
    })());
    await within(SECONDS, limited.close()).catch((error) => assertDeaf(error, [plan]));
    if ("value" in ended && !forges(plan)) assertEquals(ended.value, 4);
    if (plan.acts.length > 0 || /^leaves/.test(plan.end)) return;
    assertEquals("value" in ended, /^returns|^rejects/.test(plan.end));
  });

  test("as a task of a program", { mode, count: 4 }, (host) => async (plan) => {
    const { attacked } = await import(urlWith(HOSTILE, { task: plan })) as typeof hostile;
    const ended = await outcomeOf(host.run(attacked, { mode, timeout: timeoutFor(plan) }));
    if ("error" in ended || forges(plan)) return;
    const { outcome } = ended.value as ProgramReport;
    assert(outcome === 1001 || typeof outcome === "object" && outcome !== null && "failed" in outcome);
  });
}

async function openPool(host: Host, mode: Elsewhere, module: string): Promise<Pool<typeof hostile>> {
  return await Pool.open<typeof hostile>({
    mode,
    module,
    workers: 1,
    host,
    maxCallsPerGuest: 2,
    timeout: CALM,
    logging: { onLine: ({ message, category }) => assert(typeof message === "string" && Array.isArray(category)) },
    // A thread reaches the memory itself, and may write to it what it likes.
    ...mode === "thread" ? {} : { shared: { export: "things" } },
  });
}

/** Passes over a thread that does not end, which nothing else can end, where one has made itself deaf or patched itself. */
function assertDeaf(error: unknown, plans: readonly Plan[]): void {
  const isDeaf = plans.some(({ acts }) => acts.some(({ kind }) => kind === "deafen" || kind === "patch"));
  if (!(error instanceof GuestStuckError && isDeaf)) throw error;
}

/** Passes over a pool's own refusal to call what it was not told of. */
function refused(error: unknown): void {
  if (!(error instanceof TypeError && error.message.startsWith("Cannot call"))) throw error;
}

/** How a plan without acts ends. */
function assertEnd({ end }: Plan, ended: Outcome): void {
  if ("error" in ended && /^exits|^closes/.test(end)) return void assertInstanceOf(ended.error, GuestDiedError);
  if ("error" in ended) return void assertInstanceOf(ended.error, GuestError);
  assert(/^returns|^leaves/.test(end), end);
  if (end !== "returns strange names") return assertEquals(ended.value, 7);
  const entries = Object.entries(ended.value as object).map(([name, value]) => `${name} ${value}`);
  assertEquals(entries, ["__proto__ 7", "constructor 7", "then 7", "toString 7", "kind 7"]);
}
