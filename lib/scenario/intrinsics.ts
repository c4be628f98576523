/**
 * What scenarios share within a realm: the objects of the language. What a run changes of them is found out and undone.
 *
 * - Compared are the keys of each object, and the values of its properties; an accessor counts by its getter.
 */

interface Kept {
  readonly object: object;
  /** How many keys it has. */
  readonly size: number;
  /** What is left alone. */
  readonly except: string | undefined;
  readonly properties: ReadonlyMap<PropertyKey, PropertyDescriptor>;
  /** Those that hold a value, and those that compute it. */
  readonly keys: readonly PropertyKey[];
  readonly values: readonly unknown[];
  readonly accessors: readonly PropertyKey[];
}

/** The objects of the language of one realm, as they were. */
export class Intrinsics {
  readonly #kept: readonly Kept[];

  /** Takes them down, from a realm's global object on; one of its keys is left alone. */
  constructor(global: object, { except }: { readonly except: string }) {
    const objects = new Set<object>([global]);
    for (const object of objects) {
      for (const key of Reflect.ownKeys(object)) {
        const value: unknown = Reflect.getOwnPropertyDescriptor(object, key)?.value;
        const isObject = (typeof value === "object" || typeof value === "function") && value !== null;
        // Methods are compared by themselves; what they hold is of no interest.
        if (isObject && (object === global || key === "prototype")) objects.add(value);
      }
    }
    this.#kept = [...objects].map((object) => keptOf(object, object === global ? except : undefined));
  }

  /** Puts back what has changed, and says its name; undefined where nothing has. */
  restore(): string | undefined {
    let changed: string | undefined;
    for (const kept of this.#kept) if (isChanged(kept)) changed ??= putBack(kept);
    return changed;
  }
}

function keptOf(object: object, except: string | undefined): Kept {
  const all = Reflect.ownKeys(object);
  const properties = new Map(
    all.filter((key) => key !== except).map((key) => [key, Reflect.getOwnPropertyDescriptor(object, key) ?? {}]),
  );
  const held = [...properties].filter(([, property]) => "value" in property);
  return {
    object,
    size: all.length,
    except,
    properties,
    keys: held.map(([key]) => key),
    values: held.map(([, { value }]) => value),
    accessors: [...properties].flatMap(([key, property]) => "value" in property ? [] : [key]),
  };
}

function isChanged({ object, size, properties, keys, values, accessors }: Kept): boolean {
  if (Reflect.ownKeys(object).length !== size) return true;
  for (let at = 0; at < keys.length; at++) {
    if (!Object.is((object as Record<PropertyKey, unknown>)[keys[at] ?? ""], values[at])) return true;
  }
  return accessors.some((key) => Reflect.getOwnPropertyDescriptor(object, key)?.get !== properties.get(key)?.get);
}

function putBack({ object, properties, except }: Kept): string {
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
  return String(changed);
}
