import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { connectTo } from "../../lib/engine/nats.ts";
import { engineFrom } from "../../lib/engine/engine_options.ts";
import { type EngineOptions, VERSION } from "../../lib/engine/mod.ts";
import { EngineError, GuestDiedError } from "../../lib/errors.ts";
import { Host } from "../../lib/host/mod.ts";
import { lockProgram } from "../../lib/programs/mod.ts";
import { agents, NatsServer, natsTests } from "../contracts/nats.ts";
import { accountWithUser, certificates, createUser } from "../contracts/logins.ts";
import { inFolder } from "../e2e/command.ts";

const test = natsTests(import.meta.url);
/** The server's configuration that lib/engine/README.md shows, with these keys and files in it. */
async function shownConfig(values: Readonly<Record<string, string>>): Promise<string> {
  const page = await Deno.readTextFile(new URL("../../lib/engine/README.md", import.meta.url));
  const [, config = ""] = /```\n(accounts \{[^`]*)```/.exec(page) ?? [];
  return Object.entries(values).reduce((text, [name, value]) => {
    assert(text.includes(name), `${name} in ${text}`);
    return text.replace(name, value);
  }, config);
}

/** What a program run on an engine is refused with. */
async function refusal(engine: EngineOptions): Promise<string> {
  await using host = new Host({ engine });
  const error = await host.run(lockProgram, { mode: "process", timeout: 30 }).then(() => undefined, (error) => error);
  assertInstanceOf(error, EngineError);
  assert(!error.message.includes("\n"), error.message);
  return error.message;
}

test("an engine without a server, and one without agents, are refused in a sentence that says what was looked for", async () => {
  assertStringIncludes(await refusal({ servers: "nats://127.0.0.1:9" }), "no server answers");
  await using narrow = await NatsServer.start({ config: "max_payload: 1023", jetstream: false });
  assertStringIncludes(
    await refusal({ servers: narrow.url }),
    "at most 1023 bytes, a max_payload of 1024 or more is wanted",
  );
  await using server = await NatsServer.start({ jetstream: false });
  const encrypted = server.url.replace("nats:", "tls:");
  assertStringIncludes(await refusal({ servers: encrypted }), "nats:// without encryption is wanted");
  const message = await refusal({ servers: server.url });
  assertEquals(
    message,
    `Cannot find an agent on ${server.url}: nobody answered on holdfast.do.who within 2 s, ` +
      "an agent, which deno task agent --engine starts, is wanted",
  );
});

test("an agent of another version, or whose clock is off, is refused by name; another one takes the guests", async () => {
  await using server = await NatsServer.start();
  const engine = { servers: server.url };
  await using _old = await agents(server.url, ["old"], { version: "0.0.9" });
  assertStringIncludes(await refusal(engine), `agent old: it runs Holdfast 0.0.9, this is Holdfast ${VERSION}`);
  await using late = await agents(server.url, ["late"], { clock: () => Date.now() - 3_600_000 });
  await using full = await agents(server.url, ["full"], { guests: 1 });
  await using host = new Host({ engine });
  const { outcome, places } = await host.run(lockProgram, { mode: "process", parameters: { tasks: 1 } });
  assertEquals([outcome, places.map(({ agent }) => agent)], [1, ["full"]]);
  assertEquals(full.all[0]?.status.guests, 1);
  // Whose clock is off had begun one, which is told to end.
  while (late.all[0]?.status.guests !== 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assertStringIncludes(await refusal(engine), "that takes it is wanted");
});

test("the accounts that lib/engine/README.md shows let agents and clients in, and keep strangers out", async () => {
  await inFolder(async (folder) => {
    const [agent, client, stranger] = await Promise.all(["agent", "client", "stranger"].map((name) => {
      return createUser(`${folder}/${name}.nk`);
    }));
    const { ca, cert, key } = await certificates(folder);
    const config = await shownConfig({
      AGENT_KEY: agent?.key ?? "",
      CLIENT_KEY: client?.key ?? "",
      "/etc/nats/server.pem": cert,
      "/etc/nats/server.key": key,
    });
    await using server = await NatsServer.start({ config, jetstream: false });
    const servers = server.url.replace("nats:", "tls:");
    await using _agent = await agents(servers, ["alpha"], { engine: { servers, creds: agent?.file, ca } });
    const known = { servers, creds: client?.file, ca };
    await using host = new Host({ engine: known });
    assert((await host.run(lockProgram, { mode: "process" })).ok);

    const cases: readonly (readonly [EngineOptions, string])[] = [
      [{ servers, ca }, "it wants credentials, a file with them is wanted"],
      [{ ...known, creds: stranger?.file }, "it refuses the credentials in"],
      [{ ...known, creds: "/nowhere/x" }, "Cannot read the credentials in /nowhere/x"],
      [{ ...known, creds: ca }, "it is neither a credentials file"],
      // An agent's login is none of a client's.
      [{ ...known, creds: agent?.file }, "the account may not"],
      [{ ...known, ca: undefined }, "the file of its authority is wanted"],
    ];
    for (const [engine, text] of cases) assertStringIncludes(await refusal(engine), text);
    const refused = await agents(servers, ["false"], { engine: known }).then(() => undefined, (error) => error);
    assertInstanceOf(refused, EngineError);
    assertStringIncludes(refused.message, "the account may not");
  });
});

test("the credentials file of an account lets its holder in", async () => {
  await inFolder(async (folder) => {
    const { config, file: creds } = await accountWithUser(`${folder}/user.creds`);
    await using server = await NatsServer.start({ config, jetstream: false });
    const engine = { servers: server.url, creds };
    await using _one = await agents(server.url, ["alpha"], { engine });
    await using host = new Host({ engine });
    assert((await host.run(lockProgram, { mode: "process" })).ok);
    assertStringIncludes(await refusal({ servers: server.url }), "it wants credentials");
  });
});

test("a hostile client, and a hostile agent, are refused, and the others live on", async () => {
  await using server = await NatsServer.start({ jetstream: false });
  await using both = await agents(server.url, ["alpha"]);
  const [alpha] = both.all;
  const stranger = await connectTo(engineFrom({ servers: server.url }));
  try {
    const text = (value: unknown) =>
      new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
    const start = `holdfast.do.start.${alpha?.status.agent}`;
    const id = "x".repeat(22);
    const wishes = ["", "{", "[]", "null", '"x"', { version: VERSION }, {
      version: VERSION,
      guest: "a.b.>",
      silence: 1000,
    }, {
      version: VERSION,
      guest: id,
      silence: -1,
    }];
    for (const wish of wishes) {
      const answer = await stranger.request(start, text(wish), 2000);
      assertStringIncludes(new TextDecoder().decode(answer), "breaks the protocol");
    }
    const wish = { version: VERSION, guest: id, silence: 1000 };
    for (
      const message of [
        [],
        [99, 0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 1, 2],
        [3, 0, 1, 0, 0, 0, 123],
        [3, 0, 9, 0, 0, 0, 123],
        [
          1,
          0,
          1,
          0,
          0,
          0,
          255,
          255,
          255,
          255,
        ],
        setup({ permissions: { run: ["a,b"] } }),
        setup({ options: { v8Flags: ["x"] } }),
        setup({ module: "no url" }),
      ]
    ) {
      assertStringIncludes(new TextDecoder().decode(await stranger.request(start, text(wish), 2000)), '"guests":');
      stranger.publish(`holdfast.do.guest.${id}`, new Uint8Array(message));
      while ((alpha?.status.guests ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // An agent that says what is none, and one that takes a guest and then says nonsense.
    for (const status of ["", "[]", { agent: "a.b" }]) stranger.publish("holdfast.say.agents", text(status));
    const liar = { agent: "y".repeat(22), name: "liar", version: VERSION, cores: 1000, guests: 0, most: 1000 };
    stranger.publish("holdfast.say.agents", text(liar));
    let asked = 0;
    const lies = stranger.subscribe(`holdfast.do.start.${liar.agent}`, ({ data, respond }) => {
      asked++;
      const { guest } = JSON.parse(new TextDecoder().decode(data));
      const heard = stranger.subscribe(`holdfast.do.guest.${guest}`, () => {
        heard();
        stranger.publish(`holdfast.say.guest.${guest}`, new Uint8Array([7, 0, 1, 0, 0, 0, 1]));
      });
      respond(text({ ...liar, time: performance.timeOrigin + performance.now() }));
    });
    await using host = new Host({ engine: { servers: server.url }, fresh: true });
    assert((await host.run(lockProgram, { mode: "process" })).ok);
    const run = async () => {
      stranger.publish("holdfast.say.agents", text(liar));
      await stranger.flush();
      return await host.run(lockProgram, { mode: "process", timeout: 20 }).then(({ ok }) => ok, (error) => error);
    };
    // What it says of itself may come after the next guest was placed. Its guests go to the other one.
    for (let time = 0; time < 20 && asked === 0; time++) assertEquals(await run(), true);
    assert(asked > 0);
    await both.all[0]?.close();
    const refused = await run();
    assertInstanceOf(refused, GuestDiedError);
    assertStringIncludes(refused.message, "liar broke the protocol");
    lies();
  } finally {
    await stranger.close();
  }
});

/** A setup that is wrong in a part, as the first message of a link. */
function setup(part: Record<string, unknown>): number[] {
  const whole = { module: "data:text/javascript,", permissions: {}, options: {}, ...part };
  const bytes = new TextEncoder().encode(JSON.stringify({ setup: whole, external: "none", files: [] }));
  return [3, 0, 1, 0, 0, 0, ...bytes];
}
