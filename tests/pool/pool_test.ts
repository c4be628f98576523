import { MODE_NAMES } from "../../lib/host/mod.ts";
import { testPoolContract } from "../contracts/pool_contract.ts";

for (const mode of MODE_NAMES) testPoolContract(mode);
