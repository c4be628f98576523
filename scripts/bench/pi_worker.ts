/**
 * A bare worker that counts samples of `pi`, one part per message.
 */

import { countInside } from "../../mod.ts";
import { serveMessages } from "./worker_scope.ts";

serveMessages(countInside);
