/**
 * The objects through which the functions of leaf systems read and write values.
 *
 * - Systems whose ports or states have the same names and kinds share the class and the accessors of their views, and
 *   share them with no other system: so the JavaScript engine treats these views as objects of one shape, and a step
 *   costs the same in a small diagram and in a large one. (If two views of a class had different accessors for a name,
 *   each would have its own shape.)
 * - The properties of a view are its own and enumerable, and the view is sealed. A property that may not be written has
 *   no setter.
 */

import { DiagramError } from "../errors.ts";
import type { Ports, PortType } from "./port.ts";
import type { Values } from "./values.ts";

/** Values by name. */
export type ValueView = Readonly<Record<string, unknown>>;

/** Makes a view of the signals, or inputs, from `at` on. */
export type MakeView = (values: Values, at: number) => ValueView;

/**
 * What a view shows: the inputs for an event, or for an output that reads some of them; states, next states, or
 * parameters.
 */
export type Shown =
  | { readonly kind: "input" | "connected" | "state" | "next" | "parameter" }
  | { readonly kind: "feedthrough"; readonly output: string; readonly reads: readonly string[] };

/** How many kinds of views are remembered, so that a program that keeps inventing names does not fill the memory. */
const MOST = 10_000;

const remembered = new Map<string, MakeView>();

const NOTHING: ValueView = Object.freeze({});
const none: MakeView = () => NOTHING;

/** The function that makes views of these ports or states. */
export function viewsOf(ports: Ports, shown: Shown): MakeView {
  const list = Object.entries(ports);
  if (list.length === 0) return none;
  const isRead = (name: string) => shown.kind !== "feedthrough" || shown.reads.includes(name);
  const key = JSON.stringify([
    list.every(([name]) => isRead(name)) ? shown.kind.replace("feedthrough", "input") : shown,
    ...list.map(([name, type]) => [name, type.kind, type.kind === "abstract" && type.inPlace]),
  ]);
  const known = remembered.get(key);
  if (known !== undefined) return known;
  // Users choose the names, and a name must not set a prototype.
  const accessors: PropertyDescriptorMap = Object.create(null);
  list.forEach(([name, type], place) => {
    const accessor = shown.kind !== "feedthrough"
      ? View[shown.kind](type, place)
      : isRead(name)
      ? View.input(type, place)
      : View.refused(place, shown);
    accessors[name] = { ...accessor, enumerable: true };
  });
  const Kind = class extends View {};
  const make = (values: Values, at: number) => Object.seal(Object.defineProperties(new Kind(values, at), accessors));
  if (remembered.size < MOST) remembered.set(key, make as unknown as MakeView);
  return make as unknown as MakeView;
}

/** The values and the first signal or input that a view shows, and the accessors by position. */
class View {
  readonly #values: Values;
  readonly #at: number;

  constructor(values: Values, at: number) {
    this.#values = values;
    this.#at = at;
  }

  static input(type: PortType, place: number): PropertyDescriptor {
    switch (type.kind) {
      case "scalar":
        return {
          get(this: View) {
            const values = this.#values;
            const input = this.#at + place;
            let signal = values.sources[input] as number;
            if ((values.fresh[signal] as number) < values.epoch) signal = values.pull(input);
            return values.numbers[signal];
          },
        };
      case "vector":
        return {
          get(this: View) {
            return this.#values.vector(View.#source(this, place));
          },
        };
      case "abstract":
        return {
          get(this: View) {
            const values = this.#values;
            return values.lend(View.#source(this, place), () => View.#inputName(this, place));
          },
        };
    }
  }

  static refused(place: number, { output, reads }: { output: string; reads: readonly string[] }): PropertyDescriptor {
    return {
      get(this: View) {
        const name = View.#inputName(this, place);
        throw new DiagramError(
          `Cannot read ${name} in output ${output}: it lists (${reads.join(", ")}) as feedthrough, ` +
            `${name.slice(name.lastIndexOf(".") + 1)} is wanted among them`,
        );
      },
    };
  }

  static connected(_: PortType, place: number): PropertyDescriptor {
    return {
      get(this: View) {
        return this.#values.isConnected(this.#at + place);
      },
    };
  }

  static state(type: PortType, place: number): PropertyDescriptor {
    switch (type.kind) {
      case "scalar":
        return {
          get(this: View) {
            return this.#values.numbers[this.#at + place];
          },
        };
      case "vector":
        return {
          get(this: View) {
            return this.#values.vector(this.#at + place);
          },
        };
      case "abstract":
        if (type.inPlace) {
          return {
            get(this: View) {
              return this.#values.things[this.#at + place];
            },
          };
        }
        return {
          get(this: View) {
            const [values, signal] = [this.#values, this.#at + place];
            return values.lend(signal, () => values.nameOf(signal));
          },
        };
    }
  }

  static parameter(type: PortType, place: number): PropertyDescriptor {
    return View.state(type.kind === "abstract" ? { ...type, inPlace: false } : type, place);
  }

  static next(type: PortType, place: number): PropertyDescriptor {
    switch (type.kind) {
      case "scalar":
        return {
          get(this: View) {
            return this.#values.nextNumber(this.#at + place);
          },
          set(this: View, value: unknown) {
            this.#values.setNextNumber(this.#at + place, value);
          },
        };
      case "vector":
        return {
          get(this: View) {
            return this.#values.nextVector(this.#at + place);
          },
          set(this: View, value: unknown) {
            this.#values.setNextVector(this.#at + place, value);
          },
        };
      case "abstract":
        return {
          get(this: View) {
            return this.#values.nextThing(this.#at + place);
          },
          set(this: View, value: unknown) {
            this.#values.setNextThing(this.#at + place, value);
          },
        };
    }
  }

  /** The signal that feeds an input, evaluated if necessary. */
  static #source(view: View, place: number): number {
    const values = view.#values;
    const signal = values.sources[view.#at + place] as number;
    return (values.fresh[signal] as number) < values.epoch ? values.pull(view.#at + place) : signal;
  }

  static #inputName(view: View, place: number): string {
    const input = view.#at + place;
    return view.#values.inputOwners[input]?.inputName(input) ?? "";
  }
}
