/**
 * Faults that a scenario requests: an io that fails, is aborted or comes late, or a clock that jumps. Inside the realm.
 *
 * - A fault replaces a possible completion, and is picked like one. There are none unless requested.
 * - Invariant: no run has more faults than requested.
 */

/** The faults an io may have. */
export interface IoFaults {
  readonly fails?: boolean | (() => unknown);
  readonly aborts?: boolean;
  readonly late?: number;
}

/** The faults a run may have. */
export interface RunFaults extends IoFaults {
  readonly clock?: number;
  readonly dies?: boolean;
  readonly most?: number;
}

/** The part of an outside that faults use. */
interface Faulted {
  readonly assumptions: Set<string>;
  faultsOfIo: IoFaults;
  mostFaults: number;
  mayDie: boolean;
  jump: number;
}

/** The kinds of faults, from 1; kind 0 is an ordinary completion. */
export const FAILS = 1;
export const ABORTS = 2;
export const LATE = 3;
export const JUMPS = 4;
export const ENDS = 5;

/** The faults of a run. */
export class Faults {
  readonly #outside: Faulted;

  constructor(outside: Faulted) {
    this.#outside = outside;
  }

  /** Sets the faults that a scenario requests from here on. */
  ask(asked: RunFaults): void {
    check("ask for faults", asked, ["fails", "aborts", "late", "clock", "dies", "most"]);
    const { clock = 0, dies = false, most = 1, ...ofIo } = asked;
    if (!Number.isFinite(clock)) throw refused("ask for faults", `clock is ${clock}`, "a number of milliseconds");
    if (!(Number.isSafeInteger(most) && most >= 0)) {
      throw refused("ask for faults", `most is ${most}`, "a whole number of at least 0");
    }
    this.#outside.faultsOfIo = ofIo;
    if (typeof dies !== "boolean") throw refused("ask for faults", `dies is a ${typeof dies}`, "true");
    this.#outside.jump = clock;
    this.#outside.mayDie = dies;
    this.#outside.mostFaults = most;
    const texts = [
      ...told(ofIo).map((text) => `an io ${text}`),
      ...dies ? ["a worker dies"] : [],
      ...clock === 0 ? [] : [`the clock jumps ${clock} ms`],
    ];
    if (texts.length > 0) this.#outside.assumptions.add(`faults are: ${texts.join(", ")}; at most ${most} in a run`);
  }

  /** Checks and notes the faults of a single io. */
  own(label: string, asked: IoFaults): IoFaults {
    check(`do io ${label}`, asked, ["fails", "aborts", "late"]);
    const texts = told(asked);
    if (texts.length > 0) {
      this.#outside.assumptions.add(
        `faults of ${label} are: it ${texts.join(", ")}; at most ${this.#outside.mostFaults} in a run`,
      );
    }
    return asked;
  }
}

function told({ fails = false, aborts = false, late = 0 }: IoFaults): readonly string[] {
  return [
    ...fails === false ? [] : ["fails"],
    ...aborts ? ["is aborted"] : [],
    ...late === 0 ? [] : [`comes ${late} ms late`],
  ];
}

function check(act: string, asked: IoFaults, names: readonly string[]): void {
  if (typeof asked !== "object" || asked === null) {
    throw refused(
      act,
      `its faults are of type ${asked === null ? "null" : typeof asked}`,
      "an object such as { fails: true }",
    );
  }
  const { fails, aborts, late = 0 } = asked;
  const unknown = Object.keys(asked).find((key) => !names.includes(key));
  if (unknown !== undefined) throw refused(act, `there is no fault ${unknown}`, `one of ${names.join(", ")}`);
  if (!["undefined", "boolean", "function"].includes(typeof fails)) {
    throw refused(act, `fails is a ${typeof fails}`, "true, or a function that gives the error");
  }
  if (!["undefined", "boolean"].includes(typeof aborts)) throw refused(act, `aborts is a ${typeof aborts}`, "true");
  if (!(Number.isFinite(late) && late >= 0)) {
    throw refused(act, `late is ${String(late)}`, "a number of milliseconds, at least 0");
  }
}

function refused(act: string, is: string, wanted: string): TypeError {
  return new TypeError(`Cannot ${act}: ${is}, ${wanted} is wanted`);
}
