import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Command, type Ended } from "./command.ts";

async function page(...args: readonly string[]): Promise<Ended> {
  await using command = new Command(["task", "--quiet", "page", ...args]);
  return await command.end();
}

/** What a server answers a request for the page whose `Host` is that name. */
async function ask(port: number, host: string): Promise<string> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await socket.write(new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`));
  return await new Response(socket.readable).text();
}

Deno.test("deno task page serves until Ctrl-C, for its own name alone, and says whose port is taken", async () => {
  await using command = new Command(["task", "--quiet", "page", "--port", "0", "--json"]);
  const { url, files } = JSON.parse(await command.printed("\n"));
  const port = Number(new URL(url).port);
  assertStringIncludes(await ask(port, `127.0.0.1:${port}`), "<title>Holdfast</title>");
  assertStringIncludes(await ask(port, `evil.example:${port}`), `403 Forbidden`);
  // What the first view needs: all but the library, what views load later, and the programs.
  const all: { path: string; gzip: number }[] = files;
  const shell = all.filter(({ path }) => /^(index\.html|app\.(js|css)|catalog\.json|part-.*|icon\.svg)$/.test(path));
  assertEquals(shell.reduce((sum, { gzip }) => sum + gzip, 0) < 150_000, true);
  const { code, stderr } = await page("--port", String(port));
  assertEquals({ code, stderr }, {
    code: 2,
    stderr: `Cannot use --port ${port}: another program listens there, a free port is wanted\n`,
  });
  command.signal("SIGINT");
  assertEquals((await command.end()).code, 130);
});

Deno.test("deno task page refuses what makes no sense in one sentence", async () => {
  for (const args of [["--port", "x"], ["--port", "70000"], ["--out", "x", "--open"], ["--ou", "x"], ["site"]]) {
    const { code, stdout, stderr } = await page(...args);
    assertEquals({ code, stdout }, { code: 2, stdout: "" }, stderr);
    assertMatch(stderr, /^Cannot .* wanted\n$/);
  }
});
