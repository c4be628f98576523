/**
 * A value that belongs to the course of a call, where the platform carries nothing over an await.
 *
 * - It is certain before the first await of a call, and behind it as long as one call alone is under way. Elsewhere nobody knows
 *   whose course it is: there is none.
 */

import type { CourseLocal } from "./platform.ts";

interface Course<T> {
  readonly value: T;
}

/** The value of the calls under way, where a platform does not follow a call across what it awaits. */
export class OneCourse<T> implements CourseLocal<T> {
  /** The call whose part before its first await runs, if one does. */
  #here: Course<T> | undefined;
  /** The calls that are not over. */
  readonly #underWay = new Set<Course<T>>();

  /** Runs a function as a course of this value. */
  run<R>(value: T, act: () => R): R {
    const course = { value };
    const outer = this.#here;
    const over = () => void this.#underWay.delete(course);
    this.#here = course;
    this.#underWay.add(course);
    let result: R | undefined;
    try {
      return result = act();
    } finally {
      this.#here = outer;
      if (result instanceof Promise) void result.then(over, over);
      else over();
    }
  }

  /** The value of the present course; none where several calls are under way and await. */
  getStore(): T | undefined {
    if (this.#here !== undefined) return this.#here.value;
    const [only, ...more] = this.#underWay;
    return more.length === 0 ? only?.value : undefined;
  }
}
