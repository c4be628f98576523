/**
 * What Deno, Node, Bun and a browser do differently, as one small interface: threads, children, standard streams, files.
 *
 * - Nothing here knows what threads and children are used for.
 * - Everything is reached when it is used, never when a module loads: the library can be imported anywhere.
 */

/** What can be moved to another realm. Node's types have the class of ports alone, and no type of that name. */
export type Transferable = ArrayBuffer | InstanceType<typeof globalThis.MessagePort>;

/** Signals by which a child may be ended. */
export type ProcessSignal = "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGHUP" | "SIGQUIT";

/** Who listens to a thread. */
export interface ThreadListener {
  /** Told each message. */
  message(data: unknown): void;
  /** Told once, when the thread has ended, whatever ended it; after all that it said. `threw` is what it threw, if it did. */
  ended(threw: string | undefined): void;
}

/** A thread, as the one who started it sees it. */
export interface Thread {
  /** Sends it a message; throws where the value cannot be cloned. */
  send(message: unknown, transfer?: readonly Transferable[]): void;
  /** Ends it, whatever it is in the middle of; absent where a thread that is busy goes on. */
  kill?(): void;
}

/** This thread, as it sees itself. */
export interface OwnThread {
  /** Sends a message to whoever started it. */
  send(message: unknown, transfer?: readonly Transferable[]): void;
  /** Says that it listens; what came before is told then. */
  listen(message: (data: unknown) => void): void;
  /** Ends it. */
  close(): void;
}

/** How a child is started. */
export interface ChildOptions {
  /** The arguments of this runtime's executable. */
  readonly args: readonly string[];
  /** Environment variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its working folder; that of this process by default. */
  readonly cwd?: string;
  /** Where what it prints goes: to this process's stderr by default, or to `Child.printed`. */
  readonly printed?: "inherit" | "piped";
}

/** How a child ended. */
export interface ChildStatus {
  /** The exit code. */
  readonly code: number;
  /** The signal that ended it, if one did. */
  readonly signal: string | null;
  /** Why it counts as ended although nobody saw its end: a clause such as "its agent is silent". */
  readonly lost?: string;
}

/** Where a child runs, if that is another host. */
export interface FarPlace {
  /** The name of the agent that started it. */
  readonly agent: string;
  /** How its module came there: `built-in`, by its `url`, as a `shared` file, or `sent` along as one bundle. */
  readonly module: "built-in" | "url" | "shared" | "sent";
}

/** A child process with two streams of bytes. */
export interface Child {
  /** Where it runs; on this host by default. */
  readonly place?: FarPlace;
  /** What it says. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What it hears. */
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
  /** What it prints, where that does not go to this process's stderr. */
  readonly printed?: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** How it ended. */
  readonly status: Promise<ChildStatus>;
  /** Sends it a signal; nothing happens where it has ended. */
  kill(signal: ProcessSignal): void;
}

/** What came of a child that ran to its end. */
export interface RunEnd {
  /** The exit code. */
  readonly code: number;
  /** What it printed. */
  readonly stdout: Uint8Array<ArrayBuffer>;
  /** What it complained about. */
  readonly stderr: string;
}

/** A folder for files that end with this process. */
export interface Scratch {
  /** Its path. */
  readonly folder: string;
  /** Keeps a file of that name, and gives its URL. */
  keep(name: string, bytes: Uint8Array): string;
  /** Removes the file of that name. */
  drop(name: string): void;
  /** Removes all of it. */
  remove(): void;
}

/** The standard streams of a child, for its protocol alone. */
export interface OwnStreams {
  /** Waits for bytes and gives how many; `null` at the end. */
  read(into: Uint8Array): number | null;
  /** Writes a part of the bytes and gives how many. */
  write(bytes: Uint8Array): number;
}

/** A file that grows. */
export interface AppendFile {
  /** Writes a part of the bytes and gives how many. */
  write(bytes: Uint8Array): number;
  /** Closes it. */
  close(): void;
}

/** A value that belongs to the course of a call, also after the call has awaited something. */
export interface CourseLocal<T> {
  /** Runs a function in whose course the value is this one. */
  run<R>(value: T, act: () => R): R;
  /** The value of the present course. */
  getStore(): T | undefined;
}

/**
 * What Deno, Node, Bun and a browser do differently, as one small interface: threads, children, standard streams,
 * files.
 */
export interface Platform {
  /** The runtime's name. */
  readonly name: string;
  /** The number of this process. */
  readonly pid: number;
  /** Why this program cannot start copies of its runtime, if it cannot. */
  readonly childless: string | undefined;
  /** Why this program cannot start threads that share memory with it, if it cannot. */
  readonly threadless: string | undefined;

  /** Starts a thread that runs a module; the name is told to the thread and to nobody else's. */
  startThread(url: string, options: { readonly name: string; readonly listener: ThreadListener }): Thread;
  /** This thread; resolves when its end can no longer pass unseen. */
  ownThread(): Promise<OwnThread>;
  /** Calls back with what is thrown or rejected in this realm and not handled, instead of ending it. */
  onUncaught(callback: (thrown: unknown) => void): void;

  /** Starts a child: this runtime with other arguments. */
  startChild(options: ChildOptions): Child;
  /** Runs this runtime with other arguments to its end; gives the exit code and what it says. */
  runChild(options: ChildOptions): Promise<RunEnd>;
  /** The standard streams of this process, which are nobody else's from then on: printing goes to stderr, stdin is at its end. */
  takeStreams(): OwnStreams;
  /** Sends what this realm prints to stderr. */
  printToStderr(): void;
  /** Writes a text to stderr. */
  complain(text: string): void;
  /** Calls back when this process is about to end by itself. */
  onExit(callback: () => void): void;
  /** Ends this process. */
  exit(code: number): never;

  /** Calls back after one turn of the event loop. */
  soon(callback: () => void): void;
  /** A value that belongs to the course of a call. */
  courseLocal<T>(): CourseLocal<T>;

  /** The resident memory of this process, in bytes; undefined where nobody tells. */
  residentBytes(): number | undefined;
  /** What a path is in a runtime without files; undefined where there are some. */
  readonly fileless: string | undefined;
  /** Whether this process may read or write there, or everywhere: without asking anybody. */
  may(act: "read" | "write", path?: string): boolean;
  /** Whether there is a file of that path that may be read: never throws. */
  isFile(path: string): boolean;
  /** Why a folder cannot be used, if so. */
  folderFault(path: string): string | undefined;
  /** What a file holds. */
  read(path: string | URL): Promise<Uint8Array<ArrayBuffer>>;
  /** Makes a folder of its own for files. */
  scratch(): Scratch;
  /** Opens a file to append to it. */
  append(path: string, options: { readonly empty: boolean }): AppendFile;
  /** The path of a file's URL. */
  pathOf(url: URL): string;
  /** A value as people read it. */
  inspect(value: unknown, options: { readonly breakLength: number; readonly depth: number }): string;
}
