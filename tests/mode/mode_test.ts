import { now } from "../../lib/mode/clock.ts";
import { directMode, processMode, threadMode } from "../../lib/mode/mod.ts";
import { testModeContract } from "../contracts/mode_contract.ts";

testModeContract({ elsewhere: false, create: () => directMode({ now }) });

testModeContract({
  elsewhere: true,
  create: ({ fresh = false, timeout } = {}) => threadMode({ fresh, timeout }),
});

testModeContract({
  elsewhere: true,
  create: ({ fresh = false, timeout } = {}) => processMode({ fresh, timeout, permissions: {} }),
});
