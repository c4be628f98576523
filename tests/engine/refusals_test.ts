import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { connectTo } from "../../lib/engine/nats.ts";
import { engineFrom } from "../../lib/engine/engine_options.ts";
import { type EngineOptions, VERSION } from "../../lib/engine/mod.ts";
import { EngineError, GuestDiedError } from "../../lib/errors.ts";
import { Host } from "../../lib/host/mod.ts";
import { lockProgram } from "../../lib/programs/mod.ts";
import { agents, NatsServer, natsTests } from "../contracts/nats.ts";
import { createUser } from "../contracts/nkeys.ts";

const test = natsTests(import.meta.url);
const ACCOUNTS = {
  agent: { publish: ["holdfast.say.>", "holdfast.inbox.>"], subscribe: ["holdfast.do.>", "holdfast.inbox.>"] },
  client: { publish: ["holdfast.do.>"], subscribe: ["holdfast.say.>", "holdfast.inbox.>"] },
  stranger: { publish: ["other.>"], subscribe: ["other.>"] },
};

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
  await using server = await NatsServer.start({ jetstream: false });
  const message = await refusal({ servers: server.url });
  assertEquals(
    message,
    `Cannot find an agent on ${server.url}: nobody answered on holdfast.do.who within 2 s, ` +
      "one by deno task agent --engine is wanted",
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

test("wrong, missing and unreadable credentials, and subjects that an account forbids, are refused in one sentence", async () => {
  const users = await Promise.all(Object.keys(ACCOUNTS).map((name) => createUser(name)));
  const stranger = await createUser("nobody");
  const config = `authorization { users: [\n${
    Object.values(ACCOUNTS).map((permissions, index) => {
      return `{ nkey: ${users[index]?.key}, permissions: ${JSON.stringify(permissions)} }`;
    }).join("\n")
  }\n] }`;
  await using server = await NatsServer.start({ config, jetstream: false });
  const servers = server.url;
  const [agent, client, other] = users.map(({ file }) => file);
  try {
    await using _agent = await agents(servers, ["alpha"], { engine: { servers, creds: agent } });
    await using host = new Host({ engine: { servers, creds: client } });
    assert((await host.run(lockProgram, { mode: "process" })).ok);

    assertStringIncludes(await refusal({ servers }), "it wants credentials, a file with them is wanted");
    assertStringIncludes(await refusal({ servers, creds: stranger.file }), "it refuses the credentials in");
    assertStringIncludes(await refusal({ servers, creds: "/nowhere/x" }), "Cannot read the credentials in /nowhere/x");
    assertStringIncludes(await refusal({ servers, creds: "/etc/hostname" }), "no credentials file");
    assertStringIncludes(await refusal({ servers, creds: other }), "the account may not");
    // A client's login is none of an agent's.
    const refused = await agents(servers, ["false"], { engine: { servers, creds: client } }).then(
      () => undefined,
      (error) => error,
    );
    assertInstanceOf(refused, EngineError);
    assertStringIncludes(refused.message, "the account may not");
  } finally {
    await Promise.all([...users, stranger].map(({ file }) => Deno.remove(file)));
  }
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
      assertStringIncludes(new TextDecoder().decode(answer), "none of the protocol's");
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
    const lies = stranger.subscribe(`holdfast.do.start.${liar.agent}`, ({ data, respond }) => {
      const { guest } = JSON.parse(new TextDecoder().decode(data));
      const heard = stranger.subscribe(`holdfast.do.guest.${guest}`, () => {
        heard();
        stranger.publish(`holdfast.say.guest.${guest}`, new Uint8Array([7, 0, 1, 0, 0, 0, 1]));
      });
      respond(text({ ...liar, time: performance.timeOrigin + performance.now() }));
    });
    await using host = new Host({ engine: { servers: server.url }, fresh: true });
    assert((await host.run(lockProgram, { mode: "process" })).ok);
    let ran: unknown = true;
    // What it says of itself may come after the next guest was placed.
    for (let time = 0; time < 20 && ran === true; time++) {
      stranger.publish("holdfast.say.agents", text(liar));
      await stranger.flush();
      ran = await host.run(lockProgram, { mode: "process", timeout: 20 }).then(({ ok }) => ok, (error) => error);
    }
    assertInstanceOf(ran, GuestDiedError);
    assertStringIncludes(ran.message, "liar said something that is none of the protocol's");
    lies();
    await using calm = new Host({ engine: { servers: server.url } });
    assert((await calm.run(lockProgram, { mode: "process" })).ok);
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
