/**
 * Isolation on a plain file server: a service worker adds the headers, and the page is loaded once more.
 *
 * - The page is usable without: what needs shared memory says so.
 */

const TRIED = "holdfast: isolation tried";

/** Whether to go on with this document; where not, it is about to be loaded again. */
export async function isolate(): Promise<boolean> {
  if (crossOriginIsolated || !("serviceWorker" in navigator)) return true;
  try {
    if (sessionStorage.getItem(TRIED) !== null) return true;
    sessionStorage.setItem(TRIED, "yes");
    await navigator.serviceWorker.register("./sw.js");
    await navigator.serviceWorker.ready;
    location.reload();
    return false;
  } catch {
    return true; // There is none here, or it may not be used: the page says what is missing.
  }
}
