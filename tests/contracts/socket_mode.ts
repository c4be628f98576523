/**
 * A fourth mode that only differs in how children are launched: they communicate over a TCP socket on loopback.
 *
 * - A shell makes the socket the child's stdin and stdout, because Deno reads sockets only through its event loop.
 * - The child belongs to this process: its end, its signals and its watchdog are those of process mode.
 *
 * @module
 */

import { guestCode } from "../../lib/host/guest_code.ts";
import { guestArguments, type GuestCode, type Launch, type Mode, processMode } from "../../lib/mode/mod.ts";
import type { Child } from "../../lib/platform/mod.ts";

const NAME = "socket";

/** Creates the mode. */
export function socketMode(code: GuestCode = guestCode): Mode {
  return processMode(code, { name: NAME, launcher: { transport: NAME, launch: launchBySocket(code) } });
}

function launchBySocket(code: GuestCode): Launch {
  return (setup, external) => {
    const { env = {}, cwd } = setup.options;
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const redirected = `exec 3<>/dev/tcp/127.0.0.1/${(listener.addr as Deno.NetAddr).port} && exec "$@" <&3 >&3 3>&-`;
    const guest = guestArguments(setup, { code, external, host: Deno.pid, mode: NAME });
    const child = new Deno.Command("bash", {
      args: ["-c", redirected, "bash", Deno.execPath(), ...guest],
      env: { ...env },
      ...cwd === undefined ? {} : { cwd },
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    return connected(child, listener);
  };
}

/** The child, once it has connected. */
async function connected(child: Deno.ChildProcess, listener: Deno.Listener): Promise<Child> {
  const { status } = child;
  const early = status.then(({ code }): never => {
    throw new Error(`it ended with code ${code} before it connected`);
  });
  try {
    const connection = await Promise.race([listener.accept(), early]) as Deno.TcpConn;
    connection.setNoDelay();
    return {
      readable: connection.readable,
      writable: new WritableStream({
        async write(bytes) {
          for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
        },
        // Ends the child's stdin; its last output can still be read.
        close: () => connection.closeWrite(),
      }),
      status,
      kill(signal) {
        try {
          child.kill(signal);
        } catch {
          // It has already ended.
        }
      },
    };
  } finally {
    listener.close();
  }
}
