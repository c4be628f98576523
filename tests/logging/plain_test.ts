import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { plain } from "../../lib/logging/mod.ts";
import { plainText } from "../../lib/logging/plain.ts";
import { runs } from "../contracts/soak.ts";

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
});

Deno.test("plain() makes data that JSON and a clone keep as it is, whatever the value is", () => {
  fc.assert(
    fc.property(anything, (value) => {
      const data = plain(value);
      assertEquals(JSON.parse(JSON.stringify(data)), data);
      assertEquals(structuredClone(data), data);
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("plain() leaves alone what JSON can say", () => {
  fc.assert(
    fc.property(fc.json().map((text) => JSON.parse(text)), (value) => assertEquals(plain(value), value)),
    { numRuns: runs(100) },
  );
});

Deno.test("plain() says what it cannot keep", () => {
  const cycle: Record<string, unknown> = { one: 1 };
  cycle.self = cycle;
  cycle.list = [cycle];
  assertEquals(plain(cycle), { one: 1, self: "[cycle]", list: ["[cycle]"] });
  const twice = { a: 1 };
  assertEquals(plain([twice, twice]), [{ a: 1 }, { a: 1 }]);
  const throwing = {
    get bad() {
      throw new RangeError("no");
    },
    good: 1,
  };
  assertEquals(plain(throwing), { bad: "[unreadable: RangeError: no]", good: 1 });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assertEquals(plain({ proxy }), {
    proxy: "[unreadable: TypeError: Cannot perform 'getPrototypeOf' on a proxy that has been revoked]",
  });
  let deep: unknown = "end";
  for (let level = 0; level < 100_000; level++) deep = [deep];
  assertEquals(JSON.stringify(plain(deep)), `${"[".repeat(32)}"[deeper]"${"]".repeat(32)}`);
  assertEquals(plain([() => 1, Symbol("s"), undefined, -0, Infinity, 5n]), [
    "[function ]",
    "Symbol(s)",
    "undefined",
    "-0",
    "Infinity",
    "5n",
  ]);
  assertEquals(plain([new Uint8Array([1, 2]), new DataView(new ArrayBuffer(1)), /a/g, new Date(0), new Date(NaN)]), [
    [1, 2],
    [0],
    "/a/g",
    "1970-01-01T00:00:00.000Z",
    "Invalid Date",
  ]);
});

Deno.test("plainText() tells an error and its causes, without stacks", () => {
  const error = new TypeError("outer", { cause: new RangeError("inner", { cause: { code: 5 } }) });
  assertEquals(plainText(error), 'TypeError: outer (because of RangeError: inner (because of {"code":5}))');
  const loop = new Error("loop");
  loop.cause = loop;
  assertEquals(plainText(loop), "Error: loop (because of [cycle])");
});
