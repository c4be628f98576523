/**
 * The objects of the language that have no name: the prototypes of what syntax creates.
 *
 * - The text of this function is also run in other realms, so it uses only the language.
 */

/**
 * The prototypes of iterators and generators, the constructors of each kind of function, and what these inherit from.
 */
export function unnamed(): readonly object[] {
  const { getPrototypeOf } = Object;
  const inherited: readonly object[] = [
    [][Symbol.iterator](),
    ""[Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    /a/[Symbol.matchAll](""),
    Iterator.from([].values()).map(String),
    function* () {}.prototype,
    async function* () {}.prototype,
    Uint8Array.prototype,
    async function () {},
    function* () {},
    async function* () {},
  ].map((one) => getPrototypeOf(one));
  return [...inherited, ...inherited.map((one) => getPrototypeOf(one)), getPrototypeOf(Uint8Array)]
    .filter((one) => one !== Object.prototype);
}
