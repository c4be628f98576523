/**
 * Which part of a film is to be seen: zoomed and moved, never beyond its ends.
 */

/** A part, in places of the scale. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** The least part that is shown, of a film of that length. */
function least(length: number): number {
  return length / 20_000;
}

/** All of it; a film without a length shows a step. */
export function whole(length: number): View {
  return { from: 0, to: length > 0 ? length : 1 };
}

/** Shows more of it, or less where the factor is below 1; what is at the place stays where it is. */
export function zoomed(
  { from, to }: View,
  { factor, place, length }: { readonly factor: number; readonly place: number; readonly length: number },
): View {
  const all = whole(length);
  const size = Math.min(all.to, Math.max(least(all.to), (to - from) * factor));
  const at = Math.min(to, Math.max(from, place));
  const start = at - (at - from) / (to - from) * size;
  return moved({ from: start, to: start + size }, 0, length);
}

/** Shows what lies beside it. */
export function moved({ from, to }: View, by: number, length: number): View {
  const size = to - from;
  const start = Math.max(0, Math.min(whole(length).to - size, from + by));
  return { from: start, to: start + size };
}
