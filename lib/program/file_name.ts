/**
 * The name of a module's file for people: the end of its URL, spelled as the file is.
 */

/** See the module; a URL that spells it wrongly is left as it is. */
export function fileName(url: string): string {
  const name = url.slice(url.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
