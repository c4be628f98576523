/**
 * Plain data as text: equal data has equal texts, whatever the order of its keys.
 */

/** Whether two pieces of plain data are equal; the order of keys does not matter. */
export function sameData(one: unknown, other: unknown): boolean {
  return dataText(one) === dataText(other);
}

/** Plain data as a text that is the same for equal data. */
export function dataText(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) => {
    if (typeof value === "bigint") return { "bigint": String(value) };
    if (typeof value === "number" && !Number.isFinite(value)) return { "number": `${value}` };
    if (Object.is(value, -0)) return { "number": "-0" };
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => one < other ? -1 : 1));
  }) ?? "undefined";
}
