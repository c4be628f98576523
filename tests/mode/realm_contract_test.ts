import { MODES } from "../../lib/mode/mod.ts";
import { testRealmContract } from "../contracts/realm_contract.ts";
import { socketMode } from "../contracts/socket_mode.ts";

for (const [name, create] of Object.entries({ ...MODES, socket: socketMode })) {
  testRealmContract({ create: (code) => create(code), elsewhere: name !== "direct" });
}
