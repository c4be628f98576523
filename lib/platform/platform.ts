/**
 * What Deno, Node, Bun and browsers do differently, as one small interface: threads, children, standard streams, files.
 *
 * - Nothing here depends on the use of threads and children.
 * - Everything is accessed when used, never when a module loads: the library can be imported anywhere.
 */

/** What can be moved to another realm. Node's types declare the class of ports, but no type of that name. */
export type Transferable = ArrayBuffer | InstanceType<typeof globalThis.MessagePort>;

/** The signals by which a child may be ended. */
export type ProcessSignal = "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGHUP" | "SIGQUIT";

/** The listener of a thread. */
export interface ThreadListener {
  /** Receives each message. */
  message(data: unknown): void;
  /**
   * Called once, after all messages, when the thread has ended for any reason. `threw` is the text of its error, if it
   * threw.
   */
  ended(threw: string | undefined): void;
}

/** A thread, as its starter sees it. */
export interface Thread {
  /** Sends it a message; throws if the value cannot be cloned. */
  send(message: unknown, transfer?: readonly Transferable[]): void;
  /** Ends it at once, whatever it is doing; absent if a busy thread cannot be ended. */
  kill?(): void;
}

/** This thread, as it sees itself. */
export interface OwnThread {
  /** Sends a message to its starter. */
  send(message: unknown, transfer?: readonly Transferable[]): void;
  /** Sets the listener, which first receives the messages that came earlier. */
  listen(message: (data: unknown) => void): void;
  /** Ends it. */
  close(): void;
}

/** How a child process is started. */
export interface ChildOptions {
  /** The arguments for this runtime's executable. */
  readonly args: readonly string[];
  /** Environment variables in addition to this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its working directory; that of this process by default. */
  readonly cwd?: string;
  /** Where its stderr goes: to this process's stderr (the default), or to `Child.printed`. */
  readonly printed?: "inherit" | "piped";
}

/** How a child ended. */
export interface ChildStatus {
  /** The exit code. */
  readonly code: number;
  /** The signal that ended it, if any. */
  readonly signal: string | null;
  /** Why it counts as ended although its end was not observed: a clause such as "its agent is silent". */
  readonly lost?: string;
}

/** Where a child runs, if on another host. */
export interface FarPlace {
  /** The name of the agent that started it. */
  readonly agent: string;
  /** How its module got there: `built-in`, by its `url`, as a `shared` file, or `sent` along as a bundle. */
  readonly module: "built-in" | "url" | "shared" | "sent";
}

/** A child process with two byte streams. */
export interface Child {
  /** Where it runs; on this host by default. */
  readonly place?: FarPlace;
  /** Its stdout. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Its stdin. */
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
  /** Its stderr, unless that goes to this process's. */
  readonly printed?: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** How it ended. */
  readonly status: Promise<ChildStatus>;
  /** Sends it a signal; does nothing if it has ended. */
  kill(signal: ProcessSignal): void;
}

/** The result of a child that ran to its end. */
export interface RunEnd {
  /** The exit code. */
  readonly code: number;
  /** Its stdout. */
  readonly stdout: Uint8Array<ArrayBuffer>;
  /** Its stderr. */
  readonly stderr: string;
}

/** A folder for files that are removed when this process ends. */
export interface Scratch {
  /** Its path. */
  readonly folder: string;
  /** Stores a file with this name; returns its URL. */
  keep(name: string, bytes: Uint8Array): string;
  /** Removes the file with this name. */
  drop(name: string): void;
  /** Removes the folder. */
  remove(): void;
}

/** The standard streams of a child, reserved for its protocol. */
export interface OwnStreams {
  /** Waits for bytes and returns how many were read; `null` at the end. */
  read(into: Uint8Array): number | null;
  /** Writes part of the bytes; returns how many. */
  write(bytes: Uint8Array): number;
}

/** A file that is appended to. */
export interface AppendFile {
  /** Writes part of the bytes; returns how many. */
  write(bytes: Uint8Array): number;
  /** Closes it. */
  close(): void;
}

/** A value that follows a call, even across awaits. */
export interface CourseLocal<T> {
  /** Runs a function as a call with this value. */
  run<R>(value: T, act: () => R): R;
  /** The value of the current call. */
  getStore(): T | undefined;
}

/**
 * What Deno, Node, Bun and browsers do differently, as one small interface: threads, children, standard streams, files.
 */
export interface Platform {
  /** The runtime's name. */
  readonly name: string;
  /** The ID of this process. */
  readonly pid: number;
  /** Why this program cannot start copies of its runtime, if so. */
  readonly childless: string | undefined;
  /** Why this program cannot start threads that share memory with it, if so. */
  readonly threadless: string | undefined;

  /** Starts a thread that runs a module; only that thread can see `name`. */
  startThread(url: string, options: { readonly name: string; readonly listener: ThreadListener }): Thread;
  /** This thread; resolves once its end is certain to be noticed. */
  ownThread(): Promise<OwnThread>;
  /** Calls back with unhandled errors and rejections of this realm, instead of ending it. */
  onUncaught(callback: (thrown: unknown) => void): void;

  /** Starts a child process: this runtime's executable with other arguments. */
  startChild(options: ChildOptions): Child;
  /** Runs this runtime's executable with other arguments until it ends; resolves with its exit code and output. */
  runChild(options: ChildOptions): Promise<RunEnd>;
  /**
   * Takes the standard streams of this process: for all other code, printing goes to stderr and stdin is at its end.
   */
  takeStreams(): OwnStreams;
  /** Redirects everything that this realm prints to stderr. */
  printToStderr(): void;
  /** Writes a text to stderr. */
  writeToStderr(text: string): void;
  /** Calls back when this process is about to end by itself. */
  onExit(callback: () => void): void;
  /** Ends this process. */
  exit(code: number): never;

  /** Calls back after one turn of the event loop. */
  soon(callback: () => void): void;
  /** Creates a value that follows a call. */
  courseLocal<T>(): CourseLocal<T>;

  /** The resident memory of this process, in bytes; `undefined` if unknown. */
  residentBytes(): number | undefined;
  /** What a path counts as in a runtime without files; `undefined` if there are files. */
  readonly fileless: string | undefined;
  /** Whether this process may read or write at a path, or everywhere; never prompts. */
  may(act: "read" | "write", path?: string): boolean;
  /** Whether a path is a readable file; never throws. */
  isFile(path: string): boolean;
  /** Why a folder cannot be used, if so. */
  folderFault(path: string): string | undefined;
  /** The contents of a file. */
  read(path: string | URL): Promise<Uint8Array<ArrayBuffer>>;
  /** Creates a folder for files that are removed when this process ends. */
  scratch(): Scratch;
  /** Opens a file for appending. */
  append(path: string, options: { readonly empty: boolean }): AppendFile;
  /** The path of a file's URL. */
  pathOf(url: URL): string;
  /** A value as text for people. */
  inspect(value: unknown, options: { readonly breakLength: number; readonly depth: number }): string;
}
