/**
 * The messages between clients and agents besides frames, as JSON, and their subjects.
 *
 * - Clients send below `holdfast.do`, agents below `holdfast.say`, and answers go to inboxes below `holdfast.inbox`:
 *   accounts permit these prefixes.
 * - A received message is untrusted data: each field is checked before it is used.
 */

import { checkGuestOptions, checkPermissions, type GuestSetup } from "../mode/mod.ts";
import type { External, FarPlace } from "../platform/mod.ts";

/** The subjects. */
export const SUBJECTS = {
  /** Asks all agents to announce themselves. */
  who: "holdfast.do.who",
  /** The subject on which agents announce themselves. */
  agents: "holdfast.say.agents",
  /** Asks an agent for a guest. */
  start: (agent: string): string => `holdfast.do.start.${agent}`,
  /** Messages from the client of a guest. */
  toGuest: (guest: string): string => `holdfast.do.guest.${guest}`,
  /** Messages from the agent of a guest. */
  fromGuest: (guest: string): string => `holdfast.say.guest.${guest}`,
} as const;

/** The status that an agent announces. */
export interface AgentStatus {
  /** Its unique id. */
  readonly agent: string;
  /** Its name: the host's. */
  readonly name: string;
  /** The version of its Holdfast. */
  readonly version: string;
  /** The number of cores of its host. */
  readonly cores: number;
  /** How many guests it has. */
  readonly guests: number;
  /** The most guests that it takes. */
  readonly most: number;
}

/** A client's request for a guest. */
export interface StartRequest {
  /** The version of the client's Holdfast. */
  readonly version: string;
  /** The name of the guest in its subjects. */
  readonly guest: string;
  /** How long silence may last, in milliseconds. */
  readonly silence: number;
}

/** An agent's answer. */
export interface StartReply extends AgentStatus {
  /** The time of its clock, in milliseconds since the epoch. */
  readonly time: number;
  /** The reason why it refuses the guest, if it does. */
  readonly refused?: string | undefined;
}

/** A file of a module. */
export interface ModuleFile {
  /** Its URL on the client's host. */
  readonly url: string;
  /** Its SHA-256, in hexadecimal. */
  readonly digest: string;
}

/** The message with which a client starts a guest. */
export interface SetupMessage {
  /** The setup. */
  readonly setup: GuestSetup;
  /** How the guest gets what its module imports from elsewhere. */
  readonly external: External;
  /** The local files of its module; none if the module is not a file of the client. */
  readonly files: readonly ModuleFile[];
}

/** The message that says how a guest ended. */
export interface EndMessage {
  /** The exit code. */
  readonly code: number;
  /** The signal that ended it, if one did. */
  readonly signal: string | null;
  /** Why it counts as ended, if its end was not observed. */
  readonly lost?: string;
}

/** How an agent gets a module: where it finds it, or that it wants the bundle. */
export type ModuleAnswer = Exclude<FarPlace["module"], "sent"> | "wanted";

const ANSWERS: readonly ModuleAnswer[] = ["built-in", "url", "shared", "wanted"];
const EXTERNALS: readonly External[] = ["none", "cached", "unlocked"];
const MOST_FILES = 20_000;
const LONGEST_NAME = 200;
const LONGEST_TEXT = 2000;
const SILENCE = { least: 100, most: 600_000 };

/** A value as bytes of JSON. */
export function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The fields of a received message; none if it is not an object. */
function fieldsOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}

/** Reads a status; undefined if it is invalid. */
export function statusFrom(bytes: Uint8Array): AgentStatus | undefined {
  const { agent, name, version, cores, guests, most } = fieldsOf(bytes);
  if (!isId(agent) || !isText(name, LONGEST_NAME) || !isText(version, LONGEST_NAME)) return undefined;
  if (!isCount(cores) || !isCount(guests) || !isCount(most)) return undefined;
  return { agent, name: plainText(name), version: plainText(version), cores, guests, most };
}

/** Reads a request; undefined if it is invalid. */
export function requestFrom(bytes: Uint8Array): StartRequest | undefined {
  const { version, guest, silence } = fieldsOf(bytes);
  if (!isText(version, LONGEST_NAME) || !isId(guest)) return undefined;
  if (typeof silence !== "number" || !(silence >= SILENCE.least && silence <= SILENCE.most)) return undefined;
  return { version: plainText(version), guest, silence };
}

/** Reads an agent's answer; undefined if it is invalid. */
export function replyFrom(bytes: Uint8Array): StartReply | undefined {
  const status = statusFrom(bytes);
  const { time, refused } = fieldsOf(bytes);
  if (status === undefined || typeof time !== "number" || !Number.isFinite(time)) return undefined;
  if (refused !== undefined && !isText(refused, LONGEST_TEXT)) return undefined;
  return { ...status, time, refused: refused === undefined ? undefined : plainText(refused) };
}

/**
 * Reads the message that starts a guest.
 *
 * @throws {RangeError} if it is invalid, or a host would refuse its setup.
 */
export function setupFrom(bytes: Uint8Array): SetupMessage {
  const { setup, external, files } = fieldsOf(bytes);
  const { module, permissions, options } = (typeof setup === "object" && setup !== null ? setup : {}) as Partial<
    GuestSetup
  >;
  const known = EXTERNALS.find((name) => name === external);
  const isRecord = (value: unknown) => typeof value === "object" && value !== null;
  if (typeof module !== "string" || !URL.canParse(module) || known === undefined) refuse("its setup");
  if (!isRecord(permissions) || !isRecord(options)) refuse("its setup");
  if (!Array.isArray(files) || files.length > MOST_FILES || !files.every(isModuleFile)) refuse("its list of files");
  checkPermissions(permissions);
  checkGuestOptions(options);
  return {
    setup: { module, permissions, options },
    external: known,
    files,
  };
}

function refuse(what: string): never {
  throw new RangeError(`Cannot start a guest: ${what} breaks the protocol`);
}

/** Reads how an agent gets a module; undefined if it is invalid. */
export function answerFrom(bytes: Uint8Array): ModuleAnswer | undefined {
  const { module } = fieldsOf(bytes);
  return ANSWERS.find((answer) => answer === module);
}

/** Reads how a guest ended; undefined if it is invalid. */
export function endFrom(bytes: Uint8Array): EndMessage | undefined {
  const { code, signal, lost } = fieldsOf(bytes);
  if (!Number.isSafeInteger(code)) return undefined;
  if (signal !== null && !(typeof signal === "string" && /^SIG[A-Z0-9]{1,12}$/.test(signal))) return undefined;
  if (lost !== undefined && !isText(lost, LONGEST_TEXT)) return undefined;
  return { code: code as number, signal, ...lost === undefined ? {} : { lost: plainText(lost) } };
}

function isModuleFile(file: unknown): file is ModuleFile {
  const { url, digest } = (typeof file === "object" && file !== null ? file : {}) as Partial<ModuleFile>;
  return typeof url === "string" && url.startsWith("file:///") && URL.canParse(url) &&
    typeof digest === "string" && /^[0-9a-f]{64}$/.test(digest);
}

/** Whether a value may be a part of a subject. */
function isId(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z0-9]{8,64}$/.test(value);
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === "string" && value !== "" && value.length <= longest;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** An untrusted text without line breaks. */
function plainText(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ");
}
