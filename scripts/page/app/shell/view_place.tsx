/**
 * Where a view stands: it is loaded when it is opened, and where it fails it says so while the others go on.
 */

import { Component, type ComponentChildren, type ComponentType, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Message } from "../parts/message.tsx";
import type { ViewName } from "../link.ts";
import { views } from "../views.ts";

/** What a view's code came to. */
type Loaded = { readonly view: ComponentType } | { readonly error: Error } | undefined;

const loaded = new Map<ViewName, ComponentType>();

/** The view that is open. */
export function ViewPlace({ view }: { readonly view: ViewName }): JSX.Element {
  return (
    <section id="view" class="view" role="tabpanel" aria-labelledby={`tab-${view}`}>
      <Guarded key={view} title={views[view].title}>
        <Loading view={view} />
      </Guarded>
    </section>
  );
}

function Loading({ view }: { readonly view: ViewName }): JSX.Element {
  const known = loaded.get(view);
  const [state, setState] = useState<Loaded>(known === undefined ? undefined : { view: known });
  useEffect(() => {
    if (state !== undefined) return;
    views[view].load().then(({ default: component }) => {
      loaded.set(view, component);
      setState({ view: component });
    }, (error: unknown) => setState({ error: error instanceof Error ? error : new Error(String(error)) }));
  }, [view]);
  if (state === undefined) return <p class="loading" role="status">Loading...</p>;
  if ("error" in state) throw state.error;
  const { view: View } = state;
  return <View />;
}

/** Shows what went wrong inside, in its place. */
class Guarded extends Component<{ readonly title: string; readonly children: ComponentChildren }> {
  override state: { readonly error?: Error } = {};

  /** What a view's failure makes of the state. */
  static override getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ComponentChildren {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <Message kind="error" title={`${this.props.title} cannot be shown`}>
        <p>{error.message}</p>
        <Button onClick={() => this.setState({ error: undefined })}>Try again</Button>
      </Message>
    );
  }
}
