/**
 * Isolation on a plain file server: a service worker adds the headers, and the page is loaded once more.
 *
 * - The page is usable without: what needs shared memory says so.
 */

const TRIED = "holdfast: isolation tried";

/** How long the service worker may take to begin, in milliseconds. */
const PATIENCE = 5000;

/** Whether to go on with this document; where not, it is about to be loaded again. */
export async function isolate(): Promise<boolean> {
  if (crossOriginIsolated || !("serviceWorker" in navigator)) return true;
  try {
    if (sessionStorage.getItem(TRIED) !== null) return true;
    sessionStorage.setItem(TRIED, "yes");
    await navigator.serviceWorker.register("./sw.js");
    // One that never begins its work keeps nobody from the page.
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE));
    if (await Promise.race([navigator.serviceWorker.ready, late]) === undefined) return true;
    location.reload();
    return false;
  } catch {
    return true; // There is none here, or it may not be used: the page says what is missing.
  }
}
