import { now } from "../../../lib/host/clock.ts";
import { directMode, processMode, threadMode } from "../../../lib/host/mod.ts";
import { testModeContract } from "../../contracts/mode_contract.ts";

testModeContract({ elsewhere: false, create: () => directMode({ now }) });

testModeContract({
  elsewhere: true,
  create: ({ fresh = false, timeout } = {}) => threadMode({ fresh, timeout }),
});

testModeContract({
  elsewhere: true,
  create: ({ fresh = false, timeout } = {}) => processMode({ fresh, timeout, permissions: {} }),
});
