import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LEFT_OUT, NatsServer } from "../contracts/nats.ts";
import { type Command, complaints, type Ended, type Script, startScript } from "./command.ts";

/** Runs a script to its end. */
async function run(script: Script, ...args: readonly string[]): Promise<Ended> {
  await using command = startScript(script, ...args);
  return await command.end();
}

/** Starts an agent of that name, and waits until it is there. */
async function startAgent(name: string, ...args: readonly string[]): Promise<Command> {
  const command = startScript("agent", "--name", name, ...args);
  await command.printed(name);
  return command;
}

/** What stands on stderr besides progress and the second start. */
function said(stderr: string): string {
  return complaints(stderr).replace(/^Starting again with --allow-net=[\d.:]+, which --engine needs\.\n/, "");
}

Deno.test({
  name: "agent, status, run, explore, sim and replay work on two agents, and Ctrl-C leaves nothing of an agent",
  ignore: LEFT_OUT,
  async fn() {
    await using server = await NatsServer.start();
    const engine = ["--engine", server.url];
    await using alpha = await startAgent("alpha", ...engine);
    await using beta = await startAgent("beta", ...engine, "--json", "--guests", "3");

    const status = await run("status", ...engine, "--json");
    const { agents } = JSON.parse(status.stdout);
    assertEquals(agents.map(({ name, guests, most }: Record<string, unknown>) => [name, guests, most === 3]), [
      ["alpha", 0, false],
      ["beta", 0, true],
    ]);

    const ran = await run("run", "lock", "--tasks", "4", ...engine, "--json");
    assertEquals([ran.code, said(ran.stderr)], [0, ""]);
    assertStringIncludes(ran.stderr, `Starting again with --allow-net=127.0.0.1:${server.port}, which --engine needs.`);
    const [one] = JSON.parse(ran.stdout).runs;
    assertEquals([one.mode, one.transport, one.outcome], ["process", "nats", 4]);
    // That they are spread, tests/engine/launcher_test.ts shows: here an agent may answer late.
    const places: readonly { agent: string; module: string; jobs: number }[] = one.places;
    for (const { agent, module } of places) assert(/^(alpha|beta)$/.test(agent) && module === "shared", agent);
    assertEquals(places.reduce((sum, { jobs }) => sum + jobs, 0), 4);

    const search = "counter --variant atomic --strategy depth-first --tasks 4 --times 2 --json".split(" ");
    const explored = await run("explore", ...search, ...engine, "--workers", "2");
    assertEquals([explored.code, said(explored.stderr)], [0, ""]);
    const { schedules, schedule } = JSON.parse(explored.stdout);
    const alone = JSON.parse((await run("explore", ...search)).stdout);
    assertEquals([schedules, schedule], [alone.schedules, alone.schedule]);

    const scenario = "tests/guests/random_scenario.ts#chains --input [3,3,3] --strategy depth-first --json".split(" ");
    const spread = await run("explore", ...scenario, ...engine, "--workers", "2");
    assertEquals([spread.code, spread.stdout], [0, (await run("explore", ...scenario)).stdout]);

    const simulated = await run(
      "sim",
      "--systems",
      "2",
      "--duration",
      "0.4",
      "--rate",
      "0",
      "--burn",
      "none",
      ...engine,
    );
    assertEquals([simulated.code, said(simulated.stderr)], [0, ""]);
    assertMatch(simulated.stdout, /[12] guests? on (alpha|beta): their module is built in/);

    const replayed = await run("replay", "race", "hf2:straight:vx1p7y", "--times", "1", ...engine, "--json");
    assertEquals([replayed.code, said(replayed.stderr)], [0, ""]);
    assertEquals(JSON.parse(replayed.stdout).runs[0].transport, "nats");

    alpha.signal("SIGINT");
    beta.signal("SIGTERM");
    assertEquals([(await alpha.end()).code, (await beta.end()).code], [130, 143]);
    await alpha.gone();
    await beta.gone();
    assertEquals((await run("status", ...engine)).code, 1);
  },
});

Deno.test({
  name:
    "--engine says in one sentence what is wrong, and exits with 2 for wrong flags and with 1 for what is not there",
  ignore: LEFT_OUT,
  async fn() {
    await using server = await NatsServer.start();
    const cases: readonly (readonly [number, Script, readonly string[], string])[] = [
      [2, "agent", [], "there is no --engine"],
      [2, "status", ["--engine", "http://a:1"], "nats://HOST:PORT or tls://HOST:PORT is wanted"],
      [2, "run", ["lock", "--creds", "x"], "there is no --engine"],
      [2, "sim", ["--mode", "thread", "--engine", server.url], "--mode process is wanted"],
      [1, "agent", ["--engine", server.url, "--creds", "/nowhere"], "Cannot read the credentials in /nowhere"],
      [1, "status", ["--engine", "nats://127.0.0.1:9"], "no server answers"],
      [1, "run", ["lock", "--engine", server.url], "nobody answered on holdfast.do.who within 2 s"],
    ];
    const ended = await Promise.all(cases.map(([, script, args]) => run(script, ...args)));
    for (const [index, { code, stdout, stderr }] of ended.entries()) {
      const [wanted, script, args, text] = cases[index] ?? [];
      const all = (said(stderr) + stdout).replaceAll(/\s+/g, " ");
      assertEquals(code, wanted, `${script} ${args}: ${all}`);
      assertStringIncludes(all, text ?? "");
      assert(!/\n\s+at /.test(stderr), stderr);
    }
  },
});
