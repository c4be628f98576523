import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Fifo } from "../../lib/pool/fifo.ts";
import { Pace } from "../../lib/pool/pace.ts";
import { runs } from "../contracts/soak.ts";

const numRuns = runs(100);

Deno.test("Pace gives a few milliseconds of work at hand, and nothing beside a long call", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-4, max: 50, noNaN: true }), fc.integer({ min: 1, max: 5000 }), (each, count) => {
      const pace = new Pace();
      assertEquals([pace.window, pace.measure(5)], [1, false]);
      pace.begin(100);
      for (let n = 0; n < count; n++) pace.answered();
      assertEquals([pace.measure(100 + each * count), pace.measure(1e6)], [true, false]);
      const { window } = pace;
      if (each > 10.01) assertEquals(window, 1);
      else if (each < 9.99) assert(window >= 2 && window <= 4096 && (window === 2 || window * each <= 4.01));
      pace.reset();
      assertEquals(pace.window, 1);
    }),
    { numRuns },
  );
});

Deno.test("Fifo gives items in their order, whenever they come and go", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("add", "first", "shift", "all"), { maxLength: 200 }),
      fc.nat(3),
      (actions, bulk) => {
        const items = new Fifo<object>();
        const model: object[] = [];
        for (const action of actions) {
          for (let n = 0; n < 1 + bulk * 1500; n++) {
            if (action === "add") {
              const item = {};
              items.add(item);
              model.push(item);
            } else if (action === "shift") assert(items.shift() === model.shift());
            else if (n === 0 && action === "first") {
              const item = {};
              items.addFirst(item);
              model.unshift(item);
            } else if (n === 0) assert(items.takeAll().every((item, at) => item === model[at]) && model.splice(0));
          }
          assert(items.count === model.length && items.first === model[0] && items.last === model.at(-1));
        }
      },
    ),
    { numRuns: Math.ceil(numRuns / 4) },
  );
});
