import { testPoolMisbehaviour } from "../contracts/pool_misbehaviour.ts";

for (const mode of ["direct", "thread", "process"] as const) testPoolMisbehaviour(mode);
