/**
 * Adopts what the host lends to a realm: errors, arrays and objects that its functions return or throw pass
 * `instanceof` here, as they do on the platform. Inside the realm.
 *
 * - What is lent reads no clock and waits for nothing.
 * - In the caller's own realm nothing is foreign, and everything stays as it is.
 */

import { DOMException } from "./events.ts";

type Names = Readonly<Record<string, unknown>>;
type Act = (...args: readonly unknown[]) => unknown;
type Kind = (new (...args: readonly unknown[]) => object) & { readonly prototype: object };

const OWN: Readonly<Record<string, { readonly prototype: object }>> = {
  AggregateError,
  Array,
  ArrayBuffer,
  Date,
  Error,
  EvalError,
  Map,
  Object,
  RangeError,
  ReferenceError,
  RegExp,
  Set,
  SyntaxError,
  TypeError,
  Uint8Array,
  URIError,
};
/** The names of classes whose objects may come from another realm. */
export const ADOPTED: readonly string[] = [...Object.keys(OWN), "DOMException"];

const NO_STATICS: readonly PropertyKey[] = ["length", "name", "prototype", "arguments", "caller"];

/** Turns what the host lends into objects of this realm. */
export class Adopting {
  // By a prototype of the host, its counterpart here.
  readonly #prototypes = new Map<object, object>();
  readonly #exception: object | undefined;

  /** `foreign` contains the host's own classes of {@linkcode ADOPTED}; undefined if the host's realm is this one. */
  constructor(foreign: Names | undefined) {
    for (const [name, { prototype }] of Object.entries(OWN)) {
      const host = foreign?.[name] as Kind | undefined;
      if (host !== undefined && host.prototype !== prototype) this.#prototypes.set(host.prototype, prototype);
    }
    this.#exception = (foreign?.["DOMException"] as Kind | undefined)?.prototype;
  }

  /** Whether the host's objects belong to another realm. */
  get isForeign(): boolean {
    return this.#prototypes.size > 0;
  }

  /** Adopts a value that the host created. */
  value(value: unknown): unknown {
    if (!this.isForeign || typeof value !== "object" || value === null) return value;
    const prototype: object | null = Reflect.getPrototypeOf(value);
    if (prototype === null) return value;
    if (prototype === this.#exception) {
      const { message, name } = value as Error;
      return new DOMException(message, name);
    }
    const own = this.#prototypes.get(prototype);
    if (own === undefined) return isIterator(value) ? this.#iterated(value) : value;
    Reflect.setPrototypeOf(value, own);
    if (own === Array.prototype || own === Object.prototype) {
      for (const key of Object.keys(value)) Reflect.set(value, key, this.value(Reflect.get(value, key)));
    }
    return value;
  }

  *#iterated(values: Iterable<unknown>): Generator<unknown> {
    for (const value of values) yield this.value(value);
  }

  /** Adopts a function of the host, with its properties. */
  act<F>(act: F, self?: unknown): F {
    if (!this.isForeign || typeof act !== "function") return act;
    const value = (given: unknown) => this.value(given);
    const adopted = function (this: unknown, ...args: readonly unknown[]): unknown {
      try {
        return value(Reflect.apply(act, self ?? this, args));
      } catch (error) {
        throw value(error);
      }
    };
    const { prototype: _, ...held } = Object.getOwnPropertyDescriptors(act) as Record<string, PropertyDescriptor>;
    return Object.defineProperties(adopted, held) as F;
  }

  /** Adopts a class of the host; its objects inherit from `parent`, a class of this realm, if given. */
  kind(Host: unknown, parent?: { readonly prototype: object }): unknown {
    if (!this.isForeign || typeof Host !== "function") return Host;
    const made = (...args: Parameters<typeof Reflect.construct>) => this.act(Reflect.construct, Reflect)(...args);
    const Own = function (...args: readonly unknown[]): unknown {
      if (new.target === undefined) {
        throw new TypeError(`Class constructor ${Host.name} cannot be invoked without 'new'`);
      }
      return made(Host, args, new.target);
    };
    const of = (from: object, self?: unknown): PropertyDescriptorMap => {
      const keys = Reflect.ownKeys(from).filter((key) => key !== "constructor" && !NO_STATICS.includes(key));
      return Object.fromEntries(keys.map((key) => [key, this.#property(from, key, self)]));
    };
    const { prototype } = Host as unknown as Kind;
    const own = Object.create(parent?.prototype ?? prototype, of(prototype));
    Object.defineProperty(own, "constructor", { value: Own, writable: true, configurable: true });
    Object.defineProperty(Own, "prototype", { value: own, writable: false });
    Object.defineProperty(Own, "name", { value: Host.name, configurable: true });
    Object.defineProperties(Own, of(Host, Host));
    if (parent !== undefined) Object.setPrototypeOf(Own, parent);
    this.#prototypes.set(prototype, own);
    return Own;
  }

  #property(from: object, key: PropertyKey, self: unknown): PropertyDescriptor {
    const property = Reflect.getOwnPropertyDescriptor(from, key) ?? {};
    const { get, set } = property;
    if (get === undefined && set === undefined) return { ...property, value: this.act(property.value, self) };
    return { ...property, ...get && { get: this.act(get) }, ...set && { set: this.act(set) } };
  }

  /**
   * Adopts a module of the host: its functions, its classes (whose names begin with a capital), and its objects of
   * such.
   */
  module(host: Names, isInner = false): Names {
    return Object.fromEntries(
      Object.entries(host).map(([name, value]) => {
        if (typeof value === "function") return [name, /^[A-Z]/.test(name) ? this.kind(value) : this.act(value as Act)];
        const isNames = typeof value === "object" && value !== null && !isInner;
        return [name, isNames ? this.module(value as Names, true) : value];
      }),
    );
  }
}

function isIterator(value: object): value is Iterable<unknown> {
  return "next" in value && typeof value.next === "function" && Symbol.iterator in value;
}
