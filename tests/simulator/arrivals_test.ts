import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Arrival, ArrivalLog } from "../../lib/simulator/mod.ts";

/** Arrivals of one system that could have happened: each event releases requests of before it, in order. */
const possible: fc.Arbitrary<Arrival[]> = fc.array(fc.nat(3), { maxLength: 12 }).map((counts) => {
  const arrivals: Arrival[] = [];
  let [event, request] = [0, 0];
  for (const count of counts) {
    const processed = Array.from({ length: count }, () => request++);
    event = Math.max(event + 1, request);
    if (count > 0) arrivals.push({ event, processed });
  }
  return arrivals;
});

Deno.test("ArrivalLog gives back what it was made from", () => {
  fc.assert(fc.property(fc.dictionary(fc.stringMatching(/^[a-z]+$/), possible), (byPath) => {
    const data = Object.fromEntries(Object.entries(byPath).filter(([, list]) => list.length > 0));
    const log = ArrivalLog.from(data);
    assertEquals(log.data(), data);
    for (const [path, list] of Object.entries(data)) {
      for (const arrival of list) assertEquals(log.at(path, arrival.event), arrival);
      assertEquals(log.at(path, 1000), undefined);
    }
  }));
});

Deno.test("ArrivalLog.from() refuses requests that are not from before their event, or not in order", () => {
  const wrong: Arrival[][] = [
    [{ event: 1, processed: [] }],
    [{ event: 1, processed: [1] }],
    [{ event: 0, processed: [0] }],
    [{ event: 5, processed: [2, 1] }],
    [{ event: 5, processed: [2, 2] }],
    [{ event: 2, processed: [1] }, { event: 3, processed: [0] }],
    [{ event: 2, processed: [1] }, { event: 3, processed: [1, 2] }],
  ];
  for (const list of wrong) {
    assertThrows(
      () => ArrivalLog.from({ busy: list }),
      RangeError,
      "requests in ascending order from before that event are wanted",
    );
  }
});
