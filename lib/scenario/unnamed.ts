/**
 * What of the language no name leads to: the prototypes that syntax gives to what it makes.
 *
 * - Its text is also run in other realms: it uses nothing but the language.
 */

/** The prototypes of iterators and generators, what makes functions of each kind, and what these inherit from. */
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
