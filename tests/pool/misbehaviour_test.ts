import { MODE_NAMES } from "../../lib/host/mod.ts";
import { testPoolMisbehaviour } from "../contracts/pool_misbehaviour.ts";

for (const mode of MODE_NAMES) testPoolMisbehaviour(mode);
