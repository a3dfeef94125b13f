// A page of something at work asks for itself again, and shows what is new in its place: what is open stays open, and what has the
// focus keeps it. Without JavaScript the browser loads the whole page again instead.
const main = document.querySelector("main[data-again-ms]");

if (main) {
  const pause = Number(main.dataset.againMs);
  const again = async () => {
    if (document.visibilityState === "visible") {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => undefined);
      // A page of an error is shown too; no answer at all is waited out.
      if (answer) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
    if (document.querySelector("main[data-again-ms]")) setTimeout(again, pause);
  };
  setTimeout(again, pause);
}

function show(page) {
  const [now, next] = [document.querySelector("main"), page.querySelector("main")];
  if (!next || now.innerHTML === next.innerHTML) return;
  const [opened, focused] = [openDetails(now), focusable(now).indexOf(document.activeElement)];
  now.replaceChildren(...next.childNodes);
  if (!("againMs" in next.dataset)) delete now.dataset.againMs;
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  if (focused !== -1) focusable(now)[focused]?.focus({ preventScroll: true });
  document.title = page.title;
}

const openDetails = (root) => [...root.querySelectorAll("details[open][id]")].map(({ id }) => id);
const focusable = (root) => [...root.querySelectorAll("a, summary, [tabindex]")];
