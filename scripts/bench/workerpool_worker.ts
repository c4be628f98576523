/**
 * The worker of workerpool's pools: one for its threads, and the same for its processes.
 */

import { WORKERPOOL } from "../packages.ts";
import { add } from "./peer_task.ts";

const { default: workerpool } = await import(WORKERPOOL);
workerpool.worker({ add });
