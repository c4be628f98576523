import { testPoolDeaths } from "../contracts/pool_deaths.ts";

for (const mode of ["direct", "thread", "process"] as const) testPoolDeaths(mode);
