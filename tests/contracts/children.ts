/**
 * The live child processes of this process, and killing them.
 *
 * @module
 */

/** Their process IDs, as the system lists them. */
export async function children(): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const status = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    const [state, parent] = status.slice(status.lastIndexOf(")") + 2).split(" ");
    if (Number(parent) === Deno.pid && state !== "Z") found.push(Number(name));
  }
  return found;
}

/** Kills a process that may have ended meanwhile. */
export function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    // ESRCH: it has ended, and its parent has reaped it.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
