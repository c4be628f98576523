/**
 * Logins for a test: nkeys, with seeds in files and public keys in a server's configuration, and certificates for a
 * server on loopback, created by `openssl`.
 *
 * @module
 */

import { NATS } from "../../lib/engine/mod.ts";

/** Creates an nkey, and stores its seed in `file`. */
export async function createUser(file: string): Promise<{ readonly key: string; readonly file: string }> {
  const { nkeys } = await import(NATS);
  const user = nkeys.createUser();
  await Deno.writeFile(file, user.getSeed());
  return { key: user.getPublicKey(), file };
}

/** Creates an authority and a server certificate issued by it; resolves with the paths of their files. */
export async function certificates(
  folder: string,
): Promise<{ readonly ca: string; readonly cert: string; readonly key: string }> {
  const [ca, cert, key] = ["ca.pem", "server.pem", "server.key"].map((name) => `${folder}/${name}`) as [
    string,
    string,
    string,
  ];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  await openssl("req", "-x509", ...curve, "-subj", "/CN=authority", "-keyout", `${folder}/ca.key`, "-out", ca);
  const names = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"];
  const signed = ["-CA", ca, "-CAkey", `${folder}/ca.key`];
  await openssl("req", "-x509", ...curve, ...signed, ...names, "-subj", "/CN=server", "-keyout", key, "-out", cert);
  return { ca, cert, key };
}

async function openssl(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args: [...args], stdout: "null", stderr: "piped" })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** An operator's account as a configuration, and the credentials of one of its users, stored in `file`. */
export async function accountWithUser(file: string): Promise<{ readonly config: string; readonly file: string }> {
  const { nkeys } = await import(NATS);
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()];
  const unlimited = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const tokens = {
    operator: token(operator, operator, { type: "operator", version: 2 }),
    account: token(account, operator, { type: "account", version: 2, limits: unlimited }),
    user: token(user, account, { type: "user", version: 2, subs: -1, data: -1, payload: -1 }),
  };
  const part = (name: string, text: string) => `-----BEGIN ${name}-----\n${text}\n------END ${name}------\n`;
  const seed = new TextDecoder().decode(user.getSeed());
  await Deno.writeTextFile(file, part("NATS USER JWT", tokens.user) + part("USER NKEY SEED", seed));
  const preload = `resolver_preload { ${account.getPublicKey()}: ${tokens.account} }`;
  return { config: `operator: ${tokens.operator}\nresolver: MEMORY\n${preload}`, file };
}

interface KeyPair {
  getPublicKey(): string;
  sign(bytes: Uint8Array): Uint8Array;
}

/** A signed statement by one key about another, as NATS servers read it. */
function token(subject: KeyPair, issuer: KeyPair, nats: Readonly<Record<string, unknown>>): string {
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).toBase64(URL_SAFE);
  const claims = { jti: "TEST", iat: 1, iss: issuer.getPublicKey(), sub: subject.getPublicKey(), name: "test", nats };
  const text = `${encode({ typ: "JWT", alg: "ed25519-nkey" })}.${encode(claims)}`;
  return `${text}.${issuer.sign(new TextEncoder().encode(text)).toBase64(URL_SAFE)}`;
}

const URL_SAFE = { alphabet: "base64url", omitPadding: true } as const;
