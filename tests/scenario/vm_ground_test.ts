import { assertEquals } from "@std/assert";
import { groundOf } from "../../lib/scenario/vm_ground.ts";

Deno.test("by turns a drain in Deno has run the microtasks when it returns, so what never ends can be ended", async () => {
  const ground = groundOf("turn");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Within a microtask, a drain leaves them to the event loop.
  setTimeout(() => {
    let text = "";
    try {
      ground.drain(() => void Promise.resolve().then(() => text += "a").then(() => text += "b"), { timeout: 10_000 });
      assertEquals(text, "ab");
      resolve();
    } catch (error) {
      reject(error);
    }
  }, 0);
  await promise;
});
