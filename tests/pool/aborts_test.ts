import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { onAbort } from "../../lib/pool/aborts.ts";
import { runs } from "../contracts/soak.ts";

Deno.test("onAbort() tells those once who wait still, and listens only while somebody does", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(9))), (actions) => {
      const stop = new AbortController();
      let listeners = 0;
      const { signal } = stop;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners++;
        add(...args);
      };
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listeners--;
        remove(...args);
      };
      const told: number[] = [];
      const waiting = new Map<number, () => void>();
      for (const [comes, who] of actions) {
        if (comes && !waiting.has(who)) waiting.set(who, onAbort(signal, () => void told.push(who)));
        else if (!comes) {
          // Forgetting twice is harmless.
          waiting.get(who)?.();
          waiting.get(who)?.();
          waiting.delete(who);
        }
        assertEquals(listeners > 0, waiting.size > 0);
      }
      stop.abort();
      assertEquals(told, [...waiting.keys()]);
    }),
    { numRuns: runs(100) },
  );
});
