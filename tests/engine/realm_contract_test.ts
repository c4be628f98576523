import { byAgents } from "../../lib/engine/mod.ts";
import { type GuestCode, type Launcher, type Mode, processMode } from "../../lib/mode/mod.ts";
import { guestChildren } from "../../lib/platform/mod.ts";
import { agents, NatsServer, natsSuite } from "../contracts/nats.ts";
import { testRealmContract } from "../contracts/realm_contract.ts";

/** A server and an agent for each code of guests, which end with the process of the suite. */
const launchers = new Map<GuestCode, Promise<Launcher>>();

async function launcherFor(code: GuestCode): Promise<Launcher> {
  const server = await NatsServer.start({ jetstream: false });
  const { all } = await agents(server.url, ["alpha"], { code });
  addEventListener("unload", () => {
    all.forEach((agent) => agent.kill());
    server.killNow();
  });
  return byAgents({ servers: server.url });
}

/** Process mode by an agent. */
function create(code: GuestCode): Mode {
  const made = launchers.get(code) ?? launcherFor(code);
  launchers.set(code, made);
  return processMode(code, {
    launcher: {
      transport: "nats",
      launch(setup, external) {
        guestChildren.check(setup);
        return made.then((launcher) => launcher.launch(setup, external));
      },
    },
  });
}

natsSuite("guests by agents are realms as those of any mode", {
  file: import.meta.url,
  register: () => testRealmContract({ create, elsewhere: true }),
});
