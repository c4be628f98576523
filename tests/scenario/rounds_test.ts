import { assertEquals } from "@std/assert";
import { exploreScenario } from "../../lib/scenario/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";

const scenarios = import.meta.resolve("../guests/scenarios.ts");

Deno.test("a run is not taken for endless where another thread takes the processor", async () => {
  await using esbuild = await testEsbuild();
  const worker = new Worker("data:text/javascript,for (postMessage(0);;);", { type: "module" });
  await new Promise((resolve) => worker.onmessage = resolve);
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  let times = 0;
  const input = {
    // At first the run waits for ever: that it takes too long ends it.
    get value(): unknown {
      return times++ < 3 ? Atomics.wait(nobody, 0, 0) : times;
    },
  };
  try {
    const { result } = await exploreScenario(scenarios, { esbuild, name: "asks", input, timeout: 200 });
    assertEquals([result.verdict, times > 3], ["proved", true]);
  } finally {
    worker.terminate();
  }
});
