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
  document.title = page.title;
  document.querySelector("footer")?.replaceWith(page.querySelector("footer") ?? "");
  if (next.dataset.againMs) now.dataset.againMs = next.dataset.againMs;
  else delete now.dataset.againMs;
  if (now.innerHTML === next.innerHTML) return;
  const [opened, moved, refocus] = [openDetails(now), scrolled(now), focusIn(now)];
  now.replaceChildren(...next.childNodes);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  for (const region of regions(now)) region.scrollTo(...(moved.get(nameOf(region)) ?? [0, 0]));
  refocus();
}

const openDetails = (root) => [...root.querySelectorAll("details[open][id]")].map(({ id }) => id);
const regions = (root) => [...root.querySelectorAll("[role=region]")];
const scrolled = (root) =>
  new Map(regions(root).map((region) => [nameOf(region), [region.scrollLeft, region.scrollTop]]));

// Rows come and whole parts go: an element is told by what it is, and by where it stands only among those that are the same.
const nameOf = (element) =>
  [
    element.localName,
    element.getAttribute("href") ?? element.getAttribute("aria-label") ?? element.textContent,
  ].join(" ");

function focusIn(root) {
  const { activeElement } = document;
  if (!root.contains(activeElement) || activeElement === root) return () => undefined;
  const name = nameOf(activeElement);
  const alike = () =>
    [...root.querySelectorAll("a, summary, [tabindex]")].filter((element) => nameOf(element) === name);
  const place = alike().indexOf(activeElement);
  return () => {
    const found = alike();
    // Where it is gone, whoever goes on by keyboard starts from the content, not from the top.
    (found[Math.min(place, found.length - 1)] ?? root).focus({ preventScroll: true });
  };
}
