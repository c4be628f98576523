/**
 * A value that follows a call, on a platform that does not carry values across awaits.
 *
 * - It is certain before a call's first await, and after that as long as only one call is in progress. Otherwise it is
 *   unknown, and there is no value.
 */

import type { CourseLocal } from "./platform.ts";

interface Course<T> {
  readonly value: T;
}

/** The values of calls in progress, on a platform that does not follow a call across awaits. */
export class OneCourse<T> implements CourseLocal<T> {
  /** The call whose part before its first await is running, if any. */
  #here: Course<T> | undefined;
  /** The calls in progress. */
  readonly #underWay = new Set<Course<T>>();

  /** Runs a function as a call with this value. */
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

  /** The value of the current call; `undefined` if several calls are in progress and awaiting. */
  getStore(): T | undefined {
    if (this.#here !== undefined) return this.#here.value;
    const [only, ...more] = this.#underWay;
    return more.length === 0 ? only?.value : undefined;
  }
}
