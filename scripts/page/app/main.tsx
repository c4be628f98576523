/**
 * The page: a shell with four views, each of which is loaded when it is first opened.
 *
 * How a view is added, or grows:
 * 1. It is a folder here, with `view.tsx`, whose default export is the view's component. A line in `views.ts` loads it, and
 *    its name stands in `VIEWS` of `link.ts`.
 * 2. What it shows is in the link: read the signals of `state.ts` (`link`, `program`, `variant`, `parameters`), change them by
 *    `go`. What else the view must remember is a line in `FIELDS` of `link.ts`, so that every state has an address.
 * 3. Work is done in a worker: `ask(kind, request, { update, signal })` of `bridge.ts`. A kind is a line in `work/kinds.ts` and
 *    a handler in a file of `work/`, which imports the library from `../holdfast.ts`; the app takes only types from there.
 * 4. It is made of `parts/` (Panel, Toolbar, Button, Select, NumberField, Message, ...) and of the colors and spaces in
 *    `style.css`; what only the view needs stands in a style sheet of its own folder, which `style.css` imports.
 * 5. Big packages are imported by `import("uplot")` where they are used, so that nobody else waits for them.
 *
 * `deno check -c scripts/page/app/deno.json scripts/page/app/main.tsx` checks the types; the gate does so, too.
 */

import { render } from "preact";
import { App } from "./shell/app.tsx";
import { isolate } from "./isolation.ts";

if (await isolate()) render(<App />, document.body);
