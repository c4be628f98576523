import { testPoolContract } from "../contracts/pool_contract.ts";

for (const mode of ["direct", "thread", "process"] as const) testPoolContract(mode);
