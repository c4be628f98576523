/**
 * What clients and agents say to each other besides frames: JSON, and the subjects that it travels on.
 *
 * - Clients send below `holdfast.do`, agents below `holdfast.say`, and answers go to inboxes below `holdfast.inbox`: these
 *   are what an account permits.
 * - What comes is data of strangers: each field is checked before it is used.
 */

import { checkGuestOptions, checkPermissions, type GuestSetup } from "../mode/mod.ts";
import type { External, FarPlace } from "../platform/mod.ts";

/** The subjects. */
export const SUBJECTS = {
  /** Asks all agents who they are. */
  who: "holdfast.do.who",
  /** On which agents say who they are. */
  agents: "holdfast.say.agents",
  /** Asks an agent for a guest. */
  start: (agent: string): string => `holdfast.do.start.${agent}`,
  /** From the client of a guest. */
  toGuest: (guest: string): string => `holdfast.do.guest.${guest}`,
  /** From the agent of a guest. */
  fromGuest: (guest: string): string => `holdfast.say.guest.${guest}`,
} as const;

/** What an agent says of itself. */
export interface AgentStatus {
  /** Its own name, which nobody else has. */
  readonly agent: string;
  /** What it is called: its host. */
  readonly name: string;
  /** The version of its Holdfast. */
  readonly version: string;
  /** The cores of its host. */
  readonly cores: number;
  /** How many guests it has. */
  readonly guests: number;
  /** How many it takes at most. */
  readonly most: number;
}

/** A client's wish for a guest. */
export interface StartRequest {
  /** The version of the client's Holdfast. */
  readonly version: string;
  /** The name that the guest's subjects have. */
  readonly guest: string;
  /** How long silence may last, in milliseconds. */
  readonly silence: number;
}

/** An agent's answer. */
export interface StartReply extends AgentStatus {
  /** Its clock, in milliseconds since the epoch. */
  readonly time: number;
  /** Why it does not take the guest, if it does not. */
  readonly refused?: string | undefined;
}

/** A file that a module is made of. */
export interface ModuleFile {
  /** Its URL on the client's host. */
  readonly url: string;
  /** SHA-256 of it, in hexadecimal digits. */
  readonly digest: string;
}

/** What a guest is started with, as it travels. */
export interface SetupMessage {
  /** The setup. */
  readonly setup: GuestSetup;
  /** How it reaches what its module imports from elsewhere. */
  readonly external: External;
  /** The local files of its module; none where it is none of the client's files. */
  readonly files: readonly ModuleFile[];
}

/** How a guest ended, as it travels. */
export interface EndMessage {
  /** The exit code. */
  readonly code: number;
  /** The signal that ended it, if one did. */
  readonly signal: string | null;
  /** Why it counts as ended, if nobody saw its end. */
  readonly lost?: string;
}

/** How an agent gets a module: it has it, or wants it. */
export type ModuleAnswer = Exclude<FarPlace["module"], "sent"> | "wanted";

const ANSWERS: readonly ModuleAnswer[] = ["built-in", "url", "shared", "wanted"];
const EXTERNALS: readonly External[] = ["none", "cached", "unlocked"];
const MOST_FILES = 20_000;
const LONGEST_NAME = 200;
const LONGEST_TEXT = 2000;
const SILENCE = { least: 100, most: 600_000 };

/** A value as bytes. */
export function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The fields of what came; none where it is no record. */
function fieldsOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}

/** What an agent says of itself, if that is what it is. */
export function statusFrom(bytes: Uint8Array): AgentStatus | undefined {
  const { agent, name, version, cores, guests, most } = fieldsOf(bytes);
  if (!isId(agent) || !isText(name, LONGEST_NAME) || !isText(version, LONGEST_NAME)) return undefined;
  if (!isCount(cores) || !isCount(guests) || !isCount(most)) return undefined;
  return { agent, name: plainText(name), version: plainText(version), cores, guests, most };
}

/** A client's wish, if that is what it is. */
export function requestFrom(bytes: Uint8Array): StartRequest | undefined {
  const { version, guest, silence } = fieldsOf(bytes);
  if (!isText(version, LONGEST_NAME) || !isId(guest)) return undefined;
  if (typeof silence !== "number" || !(silence >= SILENCE.least && silence <= SILENCE.most)) return undefined;
  return { version: plainText(version), guest, silence };
}

/** An agent's answer, if that is what it is. */
export function replyFrom(bytes: Uint8Array): StartReply | undefined {
  const status = statusFrom(bytes);
  const { time, refused } = fieldsOf(bytes);
  if (status === undefined || typeof time !== "number" || !Number.isFinite(time)) return undefined;
  if (refused !== undefined && !isText(refused, LONGEST_TEXT)) return undefined;
  return { ...status, time, refused: refused === undefined ? undefined : plainText(refused) };
}

/**
 * What a guest is started with.
 *
 * @throws {RangeError} where it is something else, or nothing that a host would accept.
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
  checkPermissions(permissions as GuestSetup["permissions"]);
  checkGuestOptions(options as GuestSetup["options"]);
  return {
    setup: { module, permissions: permissions as GuestSetup["permissions"], options: options as GuestSetup["options"] },
    external: known,
    files,
  };
}

function refuse(what: string): never {
  throw new RangeError(`Cannot start a guest: ${what} is none of the protocol's`);
}

/** How an agent gets a module, if that is what it says. */
export function answerFrom(bytes: Uint8Array): ModuleAnswer | undefined {
  const { module } = fieldsOf(bytes);
  return ANSWERS.find((answer) => answer === module);
}

/** How a guest ended. */
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

/** Whether it may be a part of a subject. */
function isId(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z0-9]{8,64}$/.test(value);
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === "string" && value !== "" && value.length <= longest;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** A text of strangers without what would break a line. */
function plainText(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ");
}
