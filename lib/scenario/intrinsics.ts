/**
 * The objects that runs share: those of the language, and those of the world. A run's changes to them are detected and
 * undone.
 *
 * - The keys of each object, the values of its properties, its prototype and its extensibility are compared; an
 *   accessor is compared by its getter.
 * - Invariant: after `restore`, each object is as it was, or `restore` has reported that it is spoiled.
 */

/** The result of `restore`. */
export interface Changed {
  /** The name of a changed key. */
  readonly name: string;
  /** Whether it cannot be restored. */
  readonly isSpoiled: boolean;
}

interface Kept {
  readonly object: object;
  readonly prototype: object | null;
  readonly isExtensible: boolean;
  /** The number of its keys. */
  readonly size: number;
  /** The key to leave alone. */
  readonly except: string | undefined;
  readonly properties: ReadonlyMap<PropertyKey, PropertyDescriptor>;
  /** The keys of data properties, with their values, and those of accessors. */
  readonly keys: readonly PropertyKey[];
  readonly values: readonly unknown[];
  readonly accessors: readonly PropertyKey[];
}

/** The original state of objects that one run after another uses. */
export class Intrinsics {
  readonly #kept: readonly Kept[];

  /** Records the objects; the key `except` of the first is left alone. */
  constructor(objects: Iterable<object>, { except }: { readonly except?: string } = {}) {
    this.#kept = [...objects].map((object, place) => keptOf(object, place === 0 ? except : undefined));
  }

  /** Undoes all changes; returns undefined if there are none. */
  restore(): Changed | undefined {
    let changed: Changed | undefined;
    for (const kept of this.#kept) {
      if (!isChanged(kept)) continue;
      const name = putBack(kept);
      changed = { name: changed?.name ?? name, isSpoiled: (changed?.isSpoiled ?? false) || isChanged(kept) };
    }
    return changed;
  }
}

/**
 * The objects that are reachable from a realm's global object: what it contains, their prototypes, and the nameless
 * prototypes of what syntax creates.
 */
export function languageOf(global: object, unnamed: readonly object[]): ReadonlySet<object> {
  const objects = new Set<object>([global]);
  for (const object of objects) {
    for (const key of Reflect.ownKeys(object)) {
      const value: unknown = Reflect.getOwnPropertyDescriptor(object, key)?.value;
      // Methods are compared by identity; their properties do not matter.
      if (isObject(value) && (object === global || key === "prototype")) objects.add(value);
    }
  }
  for (const object of unnamed) objects.add(object);
  return objects;
}

/** The objects that are reachable from these values: their prototypes, and what they contain except methods. */
export function worldOf(
  values: Iterable<unknown>,
  { except = new Set() }: { readonly except?: ReadonlySet<object> } = {},
): ReadonlySet<object> {
  const objects = new Set<object>([...values].filter(isObject));
  for (const object of objects) {
    const prototype = Reflect.getPrototypeOf(object);
    if (prototype !== null && !except.has(prototype)) objects.add(prototype);
    for (const key of Reflect.ownKeys(object)) {
      const value: unknown = Reflect.getOwnPropertyDescriptor(object, key)?.value;
      if (isObject(value) && (key === "prototype" || typeof value !== "function")) objects.add(value);
    }
  }
  return objects;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

function keptOf(object: object, except: string | undefined): Kept {
  const all = Reflect.ownKeys(object);
  const properties = new Map(
    all.filter((key) => key !== except).map((key) => [key, Reflect.getOwnPropertyDescriptor(object, key) ?? {}]),
  );
  const held = [...properties].filter(([, property]) => "value" in property);
  return {
    object,
    prototype: Reflect.getPrototypeOf(object),
    isExtensible: Reflect.isExtensible(object),
    size: all.length,
    except,
    properties,
    keys: held.map(([key]) => key),
    values: held.map(([, { value }]) => value),
    accessors: [...properties].flatMap(([key, property]) => "value" in property ? [] : [key]),
  };
}

function isChanged({ object, prototype, isExtensible, size, properties, keys, values, accessors }: Kept): boolean {
  if (Reflect.ownKeys(object).length !== size || Reflect.getPrototypeOf(object) !== prototype) return true;
  if (Reflect.isExtensible(object) !== isExtensible) return true;
  for (let at = 0; at < keys.length; at++) {
    if (!Object.is((object as Record<PropertyKey, unknown>)[keys[at] ?? ""], values[at])) return true;
  }
  return accessors.some((key) => Reflect.getOwnPropertyDescriptor(object, key)?.get !== properties.get(key)?.get);
}

function putBack({ object, prototype, properties, except }: Kept): string {
  let changed: PropertyKey | undefined;
  for (const key of Reflect.ownKeys(object)) {
    if (properties.has(key) || key === except) continue;
    changed ??= key;
    Reflect.deleteProperty(object, key);
  }
  for (const [key, before] of properties) {
    const now = Reflect.getOwnPropertyDescriptor(object, key);
    if (now !== undefined && Object.is(now.value, before.value) && now.get === before.get) continue;
    changed ??= key;
    Reflect.defineProperty(object, key, before);
  }
  Reflect.setPrototypeOf(object, prototype);
  return String(changed ?? Object.prototype.toString.call(object));
}
