import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Ticks } from "../../lib/programs/ticks.ts";
import { runs } from "../contracts/soak.ts";

/** A clock and one timer that rings when the loop comes to it. */
class Loop {
  time = 0;
  #ring: { at: number; callback: () => void } | undefined;

  now = () => this.time;

  after = (milliseconds: number, callback: () => void) => {
    const ring = { at: this.time + milliseconds, callback };
    this.#ring = ring;
    return () => void (this.#ring === ring && (this.#ring = undefined));
  };

  /** Is busy for so long, then has a turn. */
  work(milliseconds: number): void {
    this.time += milliseconds;
    const ring = this.#ring;
    if (ring === undefined || ring.at > this.time) return;
    this.#ring = undefined;
    ring.callback();
  }

  get isSilent(): boolean {
    return this.#ring === undefined;
  }
}

Deno.test("Ticks counts every tick that was due, each late until the turn that comes after it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(60), { maxLength: 20 }), (period, works) => {
      const loop = new Loop();
      const ticks = new Ticks({ period, now: loop.now, after: loop.after });
      const turns = works.map((work) => {
        loop.work(work);
        return loop.time;
      });
      const end = loop.time;
      const { count, median, worst } = ticks.stop();
      assertEquals(loop.isSilent, true);
      // By its definition: the first turn at or after each due time.
      const late: number[] = [];
      for (let due = period; due <= end; due += period) late.push(turns.find((turn) => turn >= due)! - due);
      late.sort((one, other) => one - other);
      assertEquals(count, late.length);
      if (count === 0) return assertEquals([median, worst], [NaN, NaN]);
      const middle = [late[(count - 1) >> 1]!, late[count >> 1]!];
      assertEquals([median, worst], [(middle[0]! + middle[1]!) / 2, late.at(-1)]);
    }),
    { numRuns: runs(300) },
  );
});
