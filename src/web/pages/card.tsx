import type { ComponentChildren, VNode } from "preact";

interface CardProps {
  readonly title: string;
  /** What it can be linked to by. */
  readonly id?: string;
  /** Beside the title. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** One thing that a page says. */
export function Card({ title, id, aside, children }: CardProps): VNode {
  return (
    <section class="card" {...(id !== undefined && { id })}>
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** The head of a page: what it is, and of when. */
export function Lead({
  title,
  children,
}: {
  readonly title: ComponentChildren;
  readonly children?: ComponentChildren;
}): VNode {
  return (
    <div class="lead">
      <h1>{title}</h1>
      {children !== undefined && <p class="soft">{children}</p>}
    </div>
  );
}

interface Named {
  /** Each with its name. */
  readonly values: readonly (readonly [string, ComponentChildren])[];
}

/** Figures to be seen at a glance. */
export function Figures({ values }: Named): VNode {
  return <Definitions class="figures" values={values} />;
}

/** What is known of one thing, by name. */
export function Pairs({ values }: Named): VNode {
  return <Definitions class="pairs" values={values} />;
}

function Definitions({ class: name, values }: Named & { readonly class: string }): VNode {
  return (
    <dl class={name}>
      {values.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
