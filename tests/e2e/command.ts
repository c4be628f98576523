/**
 * A command that a test starts, watches and signals, and the processes that it leaves behind.
 *
 * Each command carries a mark in its environment, which its guests inherit: so they are found wherever they end up.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { kill } from "../contracts/children.ts";
import { within } from "../contracts/deadline.ts";

/** How a command ended. */
export interface Ended {
  /** Its exit code, as a shell shows it. */
  readonly code: number;
  /** All that it printed. */
  readonly stdout: string;
  /** All that it complained about. */
  readonly stderr: string;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const MARK = "HOLDFAST_TEST_COMMAND";
/** Seconds that a command may take where nothing else is said. */
const PATIENCE = 30;
/** Seconds that what a command leaves behind may take to end, where other tests run beside it. */
const SOON = 20;

const GUESTS = `--allow-run=${Deno.execPath()}`;
/** Where optional packages stand. */
const LOCKED = ["--frozen", `--lock=${root}scripts/packages.lock`];
/** The permissions of the tasks. */
const PERMISSIONS = {
  sim: ["--allow-read", "--allow-write", GUESTS],
  list: [],
  run: ["--allow-read", "--allow-write", "--allow-import", GUESTS],
  explore: ["--allow-read", "--allow-write", "--allow-import", GUESTS],
  replay: ["--allow-read", "--allow-write", "--allow-import", GUESTS],
  agent: [...LOCKED, "--allow-net", "--allow-read", "--allow-write", "--allow-sys=hostname", GUESTS],
  status: [...LOCKED, "--allow-net", "--allow-read"],
  bench: ["--allow-read", "--allow-env", "--allow-sys", GUESTS],
  ok: ["--allow-read", "--allow-env", GUESTS],
  test: ["--allow-read", "--allow-env", GUESTS],
} as const satisfies Record<string, readonly string[]>;

/** A script with a task of its own. */
export type Script = keyof typeof PERMISSIONS;

/** Starts a script with the permissions of its task. */
export function startScript(name: Script, ...args: readonly string[]): Command {
  return new Command(scriptArguments(name, args));
}

/** Starts a script in a shell, which does `first` to itself: `trap "" XFSZ`, or `exec > /dev/full`. */
export function startInShell(first: string, name: Script, ...args: readonly string[]): Command {
  return new Command(["-c", `${first}; exec "$0" "$@"`, Deno.execPath(), ...scriptArguments(name, args)], "bash");
}

/** The scripts of which one process can do several commands. */
export type Several = "list" | "run" | "explore" | "replay" | "sim";

/** Runs a script to its end with each of several lists of arguments, all in one process with the permissions of its task. */
export async function several(name: Several, lists: readonly (readonly string[])[]): Promise<Ended[]> {
  const all = [`${root}tests/e2e/several_commands.ts`, name, JSON.stringify(lists)];
  await using command = new Command([...rightsOf(name), ...all]);
  const { stdout, stderr } = await command.end(120);
  // What one of them printed, and its exit code.
  const parts = stdout.split(/<<exit (\d+)>>\n/);
  const complaints = stderr.split(/<<exit \d+>>\n/);
  assertEquals([parts.length, complaints.length], [2 * lists.length + 1, lists.length + 1], stderr);
  return lists.map((_, index) => ({
    code: Number(parts[2 * index + 1]),
    stdout: parts[2 * index] ?? "",
    stderr: complaints[index] ?? "",
  }));
}

/** Has a script refuse lists of arguments with 2, printing nothing, and gives the sentences; the first of its own process. */
export async function refusals(name: Several, lists: readonly (readonly string[])[]): Promise<string[]> {
  await using alone = startScript(name, ...lists[0] ?? []);
  const ended = [await alone.end(), ...await several(name, lists.slice(1))];
  return ended.map(({ code, stdout, stderr }) => {
    assertEquals({ code, stdout }, { code: 2, stdout: "" }, stderr);
    assertMatch(stderr, /^Cannot .* wanted( once)?\n$/);
    return stderr;
  });
}

function scriptArguments(name: Script, args: readonly string[]): string[] {
  return [...rightsOf(name), `${root}scripts/${name}.ts`, ...args];
}

function rightsOf(name: Script): string[] {
  const rights: readonly string[] = PERMISSIONS[name];
  const lock = rights.includes("--frozen") ? [] : ["--no-lock"];
  return ["run", "--quiet", ...lock, "--no-prompt", ...rights];
}

/** Starts `scripts/sim.ts` with the permissions of the task. */
export function startSim(...args: readonly string[]): Command {
  return startScript("sim", ...args);
}

/** Starts `scripts/run.ts` with the permissions of the task. */
export function startRun(...args: readonly string[]): Command {
  return startScript("run", ...args);
}

/** Runs `scripts/run.ts` to its end. */
export async function runProgram(...args: readonly string[]): Promise<Ended> {
  await using command = startRun(...args);
  return await command.end();
}

/** Runs `scripts/sim.ts` to its end. */
export async function sim(...args: readonly string[]): Promise<Ended> {
  await using command = startSim(...args);
  return await command.end();
}

/** See the module. */
export class Command implements AsyncDisposable {
  readonly #mark = crypto.randomUUID();
  readonly #child: Deno.ChildProcess;
  readonly #stderr: Promise<string>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #stdout = "";
  #complaints = "";

  /** Starts a program, `deno` by default, with these arguments in the project's folder. */
  constructor(args: readonly string[], program = Deno.execPath()) {
    this.#child = new Deno.Command(program, {
      args: [...args],
      cwd: root,
      env: { [MARK]: this.#mark },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stderr = this.#readComplaints();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Waits until it has printed that, and gives all that it has printed. */
  async printed(text: string, seconds = PATIENCE): Promise<string> {
    await within(
      seconds,
      (async () => {
        while (!this.#stdout.includes(text)) {
          if (!await this.#readOn()) throw new Error(`no ${text} in ${this.#stdout}`);
        }
      })(),
    );
    return this.#stdout;
  }

  /** Waits until that stands on stderr. */
  async complained(text: string, seconds = PATIENCE): Promise<void> {
    await within(
      seconds,
      (async () => {
        while (!this.#complaints.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
      })(),
    );
  }

  /** Sends a signal to it alone. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Reads no more of what it prints. */
  async closeStdout(): Promise<void> {
    await this.#lines.cancel();
  }

  /** The processes that it has started, and those that these have, which have not ended. */
  async guests(): Promise<number[]> {
    return (await this.#family()).filter((pid) => pid !== this.#child.pid);
  }

  /** Waits for its end. */
  async end(seconds = PATIENCE): Promise<Ended> {
    const reading = (async () => {
      while (await this.#readOn());
    })();
    const { code } = await within(seconds, this.#child.status);
    await within(SOON, reading);
    return { code, stdout: this.#stdout, stderr: await within(SOON, this.#stderr) };
  }

  /** Waits until that many of those are there. */
  async has(guests: number): Promise<void> {
    await this.#until(async () => (await this.guests()).length === guests);
  }

  /** Waits until all that it has started are gone. */
  async alone(): Promise<void> {
    await this.#until(async () => (await this.guests()).length === 0);
  }

  /** Waits until it and all that it has started are gone. */
  async gone(): Promise<void> {
    await this.#until(async () => (await this.#family()).length === 0);
  }

  /** Kills whatever is left of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of await this.#family()) kill(pid);
    await this.#child.status;
    await this.#lines.cancel();
    await this.#stderr;
  }

  async #until(done: () => Promise<boolean>): Promise<void> {
    await within(
      SOON,
      (async () => {
        while (!await done()) await new Promise((resolve) => setTimeout(resolve, 10));
      })(),
    );
  }

  async #readComplaints(): Promise<string> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) this.#complaints += text;
    return this.#complaints;
  }

  async #readOn(): Promise<boolean> {
    const { value = "", done } = await this.#lines.read();
    this.#stdout += value;
    return !done;
  }

  /** A process that has ended, and waits for its parent to hear of it, has no environment. */
  async #family(): Promise<number[]> {
    const found: number[] = [];
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
      if (environment.includes(`${MARK}=${this.#mark}`)) found.push(Number(name));
    }
    return found;
  }
}

/** What stands on stderr besides the progress of long runs. */
export function complaints(stderr: string): string {
  const simulated = /^\w+ mode, \d+ systems?: t = [\d.e+-]+ of [\d.e+-]+ s\n/gm;
  const run = /^[\w-]+ in \w+ mode: ([\d.]+ s(, .*)?|\d+ runs|\d+ of \d+)\n/gm;
  const explored = /^(\S+(?: \([\w-]+\))?: \d+ schedules|\d+ of \d+ explored)\n/gm;
  return [simulated, run, explored].reduce((text, progress) => text.replaceAll(progress, ""), stderr);
}

/** A signal may be ignored from the start, as in a script's background jobs: then its default disposition says nothing. */
export function ignores(signal: Deno.Signal): boolean {
  const [, mask = "0"] = /^SigIgn:\s*(\w+)$/m.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
  return (BigInt(`0x${mask}`) >> BigInt(constants.signals[signal as keyof typeof constants.signals] - 1) & 1n) === 1n;
}

/** Gives the body a folder of its own. */
export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "holdfast-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
