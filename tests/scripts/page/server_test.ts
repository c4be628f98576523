import { assertEquals, assertStringIncludes } from "@std/assert";
import { answer } from "../../../scripts/page/server.ts";

const files = new Map([["index.html", new TextEncoder().encode("<p>page</p>")]]);

function ask(path: string, { host = "127.0.0.1:8734", method = "GET" } = {}): Response {
  return answer(new Request(`http://127.0.0.1:8734${path}`, { method, headers: { host } }), files, 8734);
}

Deno.test("answer() refuses a Host that is another name than the server's own", async () => {
  assertEquals(ask("/").status, 200);
  assertEquals(ask("/", { host: "localhost:8734" }).status, 200);
  for (const host of ["evil.example:8734", "evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", ""]) {
    const refused = ask("/", { host });
    assertEquals(refused.status, 403, host);
    assertStringIncludes(await refused.text(), "127.0.0.1:8734 is wanted");
  }
});

Deno.test("answer() gives files of the page alone, each isolated and with a policy that runs no text as code", async () => {
  assertEquals(await ask("/?x=1").text(), "<p>page</p>");
  assertEquals(await ask("/", { method: "HEAD" }).text(), "");
  assertEquals(["/etc/passwd", "/../deno.json", "/index.html/", "/..%2fdeno.json"].map((path) => ask(path).status), [
    404,
    404,
    404,
    404,
  ]);
  assertEquals(ask("/", { method: "POST" }).status, 405);
  for (const path of ["/", "/none"]) {
    const { headers } = ask(path);
    assertEquals(headers.get("cross-origin-opener-policy"), "same-origin");
    assertEquals(headers.get("cross-origin-embedder-policy"), "require-corp");
    assertEquals(/'unsafe-(eval|inline)'|https?:|\*/.test(headers.get("content-security-policy") ?? "*"), false);
  }
});
