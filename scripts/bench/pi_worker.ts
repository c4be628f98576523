/**
 * A worker with nothing around it that counts samples of `pi`, a part for each message.
 */

import { countInside } from "../../mod.ts";
import { serveMessages } from "./worker_scope.ts";

serveMessages(countInside);
