/**
 * The worker of workerpool's pools, the same for threads and processes.
 */

import { WORKERPOOL } from "../packages.ts";
import { add } from "./peer_task.ts";

const { default: workerpool } = await import(WORKERPOOL);
workerpool.worker({ add });
