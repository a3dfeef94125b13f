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

/** Figures to be seen at a glance. */
export function Figures({
  figures,
}: {
  readonly figures: readonly (readonly [string, ComponentChildren])[];
}): VNode {
  return (
    <dl class="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What is known of one thing, by name. */
export function Pairs({
  pairs,
}: {
  readonly pairs: readonly (readonly [string, ComponentChildren])[];
}): VNode {
  return (
    <dl class="pairs">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
