/**
 * A scenario whose requests and responses are the platform's, with bodies of each kind.
 *
 * @module
 */

import type { World } from "../../lib/scenario/mod.ts";

/** Bodies by kind. */
const BODY: Record<string, () => BodyInit | undefined> = {
  none: () => undefined,
  plain: () => "saved",
  json: () => JSON.stringify({ id: 1 }),
  query: () => new URLSearchParams({ a: "b" }),
  stream: () => new Blob(["text"]).stream(),
  blob: () => new Blob(["text"]),
  form: () => new FormData(),
};

/** Sends the platform's requests, and is answered by its responses; ends with an expectation that does not hold. */
export default async function exchange({ serve, expect }: World, body: { sent: string; given: string }): Promise<void> {
  const { sent, given } = body;
  serve(() => {
    if (given === "plain") return "saved";
    if (given === "json") return Response.json({ id: 1 }, { status: 201 });
    return new Response(BODY[given]?.(), { status: 201 }).clone();
  });
  const made = BODY[sent]?.();
  const request = new Request("http://h/a", { method: "PUT", ...made === undefined ? {} : { body: made } });
  const clone = request.clone();
  for (const each of [clone.clone(), request, new Request(clone)]) {
    const answer = await fetch(each);
    expect(answer instanceof Response && each instanceof Request, "classes");
    if (given === "json") expect((await answer.json()).id === 1, "a body");
  }
  expect(Response.json(1).headers.get("content-type") === "application/json", "a type");
  expect(Response.json(1, { headers: { "Content-Type": "a/b" } }).headers.get("content-type") === "a/b", "a type");
  expect(Response.error().type === "error" && new (class extends Response {})("a").ok, "statics");
  expect(false, "all is as is");
}
