/**
 * The page's colors for a canvas, which does not know what `var(--text)` or `light-dark()` means.
 */

/** What gives the color of a name such as `text`, as it is inside an element at the moment. */
export function colorsOf(place: Element): (name: string) => string {
  const probe = document.createElement("span");
  const known = new Map<string, string>();
  return (name) => {
    let color = known.get(name);
    if (color === undefined) {
      probe.style.color = `var(--${name})`;
      place.append(probe);
      color = getComputedStyle(probe).color;
      probe.remove();
      known.set(name, color);
    }
    return color;
  };
}
