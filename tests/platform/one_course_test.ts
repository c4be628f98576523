import { assertEquals, assertThrows } from "@std/assert";
import { OneCourse } from "../../lib/platform/one_course.ts";

Deno.test("OneCourse.getStore() is certain before the first await, however many calls are under way", () => {
  const course = new OneCourse<string>();
  const seen: unknown[] = [course.getStore()];
  void course.run("first", () => new Promise(() => {}));
  course.run("second", () => {
    seen.push(course.getStore());
    course.run("inner", () => void seen.push(course.getStore()));
    seen.push(course.getStore());
  });
  assertEquals(seen, [undefined, "second", "inner", "second"]);
});

Deno.test("OneCourse.getStore() is known behind an await as long as one call alone is under way", async () => {
  const course = new OneCourse<string>();
  const first = Promise.withResolvers<void>();
  const seen: unknown[] = [];
  const one = course.run("first", async () => {
    await Promise.resolve();
    seen.push(course.getStore());
    await first.promise;
    seen.push(course.getStore());
  });
  await Promise.resolve();
  const other = course.run("second", async () => {
    await Promise.resolve();
    seen.push(course.getStore());
  });
  await other;
  first.resolve();
  await one;
  // While both are under way, the second's own await leads to nobody.
  assertEquals(seen, ["first", undefined, "first"]);
  assertEquals(course.getStore(), undefined);
});

Deno.test("OneCourse.run() forgets a call that throws or rejects", async () => {
  const course = new OneCourse<number>();
  const fail = () => {
    throw new Error("failed");
  };
  assertThrows(() => course.run(1, fail), Error, "failed");
  const rejected = course.run(2, () => Promise.reject(new Error("rejected")));
  assertEquals(course.getStore(), 2);
  await rejected.catch(() => {});
  assertEquals(course.getStore(), undefined);
});
