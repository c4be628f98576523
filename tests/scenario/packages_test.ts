/**
 * Bugs of packages from npm, as their trackers tell them: found in the version that has them, and in no order of the one that
 * does not.
 *
 * The packages are pinned in `fixtures/packages`, a project of its own with its own lock file, so nobody else downloads them.
 * Where they can neither be downloaded nor are in the cache, these tests are left out, and counted.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { BugKind } from "../../lib/explorer/mod.ts";
import { exploreScenario, replayScenario } from "../../lib/scenario/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import type { Plain, Replayed } from "../contracts/plain_world.ts";

/** A bug that a tracker tells of. */
interface Known {
  /** The package and its version. */
  readonly of: string;
  /** Where it is told. */
  readonly issue: string;
  readonly kind: BugKind;
  /** How often the order deviates, at least, for the bug to show. */
  readonly deviations: number;
  /** The version that does not have it, and in how many orders, which are all. */
  readonly fixed: readonly [string, number];
}

const KNOWN: Readonly<Record<string, Known>> = {
  async_cache_dedupe: {
    of: "async-cache-dedupe 3.3.0",
    issue: "mcollina/async-cache-dedupe#164",
    kind: "assertion",
    deviations: 0,
    fixed: ["3.4.0", 22],
  },
  async_mutex: {
    of: "async-mutex 0.2.4",
    issue: "DirtyHairy/async-mutex#27",
    kind: "hang",
    deviations: 0,
    fixed: ["0.2.6", 30],
  },
  cache_manager: {
    of: "cache-manager 5.7.5",
    issue: "jaredwray/cacheable#742",
    kind: "assertion",
    deviations: 0,
    fixed: ["5.7.6", 20],
  },
  fastq: { of: "fastq 1.14.0", issue: "mcollina/fastq#63", kind: "hang", deviations: 1, fixed: ["1.15.0", 3] },
  generic_pool: {
    of: "generic-pool 3.5.0",
    issue: "coopernurse/node-pool#159",
    kind: "assertion",
    deviations: 1,
    fixed: ["3.6.0", 6],
  },
  lru_cache_aborts: {
    of: "lru-cache 11.2.1",
    issue: "isaacs/node-lru-cache#388",
    kind: "assertion",
    deviations: 1,
    fixed: ["11.2.2", 6],
  },
  lru_cache_evicts: {
    of: "lru-cache 7.16.0",
    issue: "isaacs/node-lru-cache#270",
    kind: "assertion",
    deviations: 0,
    fixed: ["7.16.1", 90],
  },
  p_map: { of: "p-map 1.1.0", issue: "sindresorhus/p-map#4", kind: "assertion", deviations: 1, fixed: ["1.1.1", 96] },
  p_queue: {
    of: "p-queue 7.3.0",
    issue: "sindresorhus/p-queue#168",
    kind: "hang",
    deviations: 1,
    fixed: ["7.3.3", 15],
  },
  p_retry: {
    of: "p-retry 7.1.0",
    issue: "sindresorhus/p-retry#97",
    kind: "assertion",
    deviations: 1,
    fixed: ["7.1.1", 45],
  },
};

/** A bug shows within so many runs. */
const RUNS = 100;

const modules = Object.keys(KNOWN);
const folder = import.meta.resolve("../../fixtures/packages/");
const { success: isThere, stderr } = new Deno.Command(Deno.execPath(), {
  args: ["cache", "--quiet", "--frozen", ...modules.map((module) => `${module}.ts`)],
  cwd: fileURLToPath(folder),
  env: { NO_COLOR: "1" },
}).outputSync();
if (!isThere) {
  const said = new TextDecoder().decode(stderr);
  // What is wrong with the project itself is no reason to leave anything out.
  if (!/registry\.npmjs\.org|npm registry|error sending request/.test(said)) throw new Error(said);
  console.warn("npm's registry cannot be reached: the tests that need packages of it are left out");
}

/** What a run comes to in a process of the packages' own project, without realm and bundle. */
async function inPlainDeno(url: string, texts: readonly string[]): Promise<Plain["finding"]> {
  const program = fileURLToPath(import.meta.resolve("../contracts/plain_world.ts"));
  const replayed: Replayed = { url, name: "before", texts };
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--frozen",
      "--config=deno.json",
      "--allow-read",
      "--allow-env",
      program,
      JSON.stringify(replayed),
    ],
    cwd: fileURLToPath(folder),
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  return (JSON.parse(text) as Plain).finding;
}

for (const [module, { of, issue, kind, deviations, fixed: [version, orders] }] of Object.entries(KNOWN)) {
  const url = `${folder}${module}.ts`;
  Deno.test({
    name: `${of} shows what ${issue} tells, and ${version} does not`,
    ignore: !isThere,
    async fn() {
      await using esbuild = await testEsbuild();
      const { result, trace } = await exploreScenario(url, { esbuild, name: "before", budget: RUNS });
      assert(result.verdict === "bug", `not found in ${result.schedules} runs`);
      assertEquals([result.kind, result.preemptions, result.minimal], [kind, deviations, true]);
      const { finding } = await replayScenario(url, result.schedule, { esbuild, name: "before" });
      assertEquals(finding, { kind, message: result.message });
      assertEquals((await inPlainDeno(url, trace?.rows.map(({ text }) => text) ?? []))?.[0], kind);
      const { result: after } = await exploreScenario(url, { esbuild, name: "fixed", strategy: "depth-first" });
      assertEquals([after.verdict, after.schedules, after.assumptions], ["proved", orders, []]);
    },
  });
}
