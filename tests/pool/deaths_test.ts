import { MODE_NAMES } from "../../lib/host/mod.ts";
import { testPoolDeaths } from "../contracts/pool_deaths.ts";

for (const mode of MODE_NAMES) testPoolDeaths(mode);
