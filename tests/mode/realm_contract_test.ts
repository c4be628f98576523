import { directMode } from "../../lib/mode/direct.ts";
import { processMode } from "../../lib/mode/mod.ts";
import { threadMode } from "../../lib/mode/thread.ts";
import { testFrames } from "../contracts/realm_frames.ts";
import { testEnds } from "../contracts/realm_ends.ts";
import { socketMode } from "../contracts/socket_mode.ts";

for (
  const [create, elsewhere] of [[directMode, false], [threadMode, true], [processMode, true], [
    socketMode,
    true,
  ]] as const
) {
  if (Deno.args[0] !== "ends") testFrames({ create: (code) => create(code), elsewhere });
  testEnds({ create: (code) => create(code), elsewhere });
}
