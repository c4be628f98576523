/**
 * The worker of workerpool's pools: one for its threads, and the same for its processes.
 */

import workerpool from "workerpool";
import { add } from "./peer_task.ts";

workerpool.worker({ add });
