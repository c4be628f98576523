import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Updates } from "../../../../scripts/page/work/updates.ts";

Deno.test("Updates.flush() leaves none behind, and the order stays", () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.nat(), fc.constant("flush")), { maxLength: 200 }), (acts) => {
    const batches: (readonly unknown[])[] = [];
    const updates = new Updates((some) => batches.push(some));
    for (const act of acts) {
      if (act === "flush") updates.flush();
      else updates.add(act);
    }
    updates.flush();
    assertEquals(batches.flat(), acts.filter((act) => act !== "flush"));
    assertEquals(batches.every(({ length }) => length > 0), true);
  }));
});
