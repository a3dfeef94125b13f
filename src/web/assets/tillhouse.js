// A page of something at work asks for itself again, and shows what is new in its place: what is open stays open, what was moved
// sideways stays so, and what has the focus keeps it. Without JavaScript the browser loads the whole page again instead.
const main = document.querySelector("main[data-again-ms]");

if (main) {
  const again = async () => {
    // What is not there now, or says that it is busy, is asked again: what was shown stays until then.
    const page = document.visibilityState === "visible" ? await read().catch(() => undefined) : undefined;
    if (page) show(page);
    const { againMs } = document.querySelector("main").dataset;
    if (againMs) setTimeout(again, Number(againMs));
  };
  setTimeout(again, Number(main.dataset.againMs));
}

async function read() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  const text = await answer.text();
  return answer.ok ? new DOMParser().parseFromString(text, "text/html") : undefined;
}

function show(page) {
  const [now, next] = [document.querySelector("main"), page.querySelector("main")];
  if (!next) return;
  document.querySelector("footer")?.replaceWith(page.querySelector("footer") ?? "");
  document.title = page.title;
  if (next.dataset.againMs) now.dataset.againMs = next.dataset.againMs;
  else delete now.dataset.againMs;
  if (now.innerHTML === next.innerHTML) return;
  const opened = [...now.querySelectorAll("details[open][id]")].map(({ id }) => id);
  const focused = focusable(now).indexOf(document.activeElement);
  const places = scrolled(now).map(({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop]);
  now.replaceChildren(...next.childNodes);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  for (const [index, region] of scrolled(now).entries()) region.scrollTo(...(places[index] ?? [0, 0]));
  if (focused !== -1) focusable(now)[focused]?.focus({ preventScroll: true });
}

const focusable = (root) => [...root.querySelectorAll("a, summary, [tabindex]")];
const scrolled = (root) => [...root.querySelectorAll("[role=region][tabindex]")];
