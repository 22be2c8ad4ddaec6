// Carries out the buttons of the act form in place: the parts of the page that changed come back by their ids, or the
// whole of it where a button is data-whole; the focus stays on the button, and what happened is said.
const say = (words) => { document.getElementById("polite").textContent = words; };

document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (event.target.id !== "act" || !button) return;
  event.preventDefault();
  if (button.ariaBusy) return;
  button.ariaBusy = "true";
  const whole = "whole" in button.dataset;
  const body = new FormData(event.target, button);
  const headers = whole ? {} : { "HX-Request": "true" };
  const answer = await fetch(button.formAction, { method: "POST", body, headers }).catch(() => null);
  button.ariaBusy = null;
  const text = answer ? await answer.text() : "";
  if (!answer?.ok) return refuse(button, answer, text);
  document.querySelector("#refused")?.remove();
  const found = new DOMParser().parseFromString(text, "text/html");
  // What was chosen may change the address, such as an order that is now kept.
  const { pathname, search } = new URL(answer.url);
  if (answer.redirected && pathname === location.pathname) history.replaceState(history.state, "", pathname + search);
  if (answer.redirected) {
    const told = found.querySelector("#main > .said[role=status]");
    replace(document.getElementById("main"), found.getElementById("main"), button);
    if (told) say(told.textContent);
  } else for (const part of found.querySelectorAll("[hx-swap-oob]")) {
    if (part.id === "polite") say(part.textContent);
    else replace(document.getElementById(part.id), part, button);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest(".more-acts[open]");
  if (!menu) return;
  menu.open = false;
  menu.firstElementChild.focus();
});

function refuse(button, answer, text) {
  const plain = answer?.headers.get("Content-Type")?.startsWith("text/plain");
  const page = plain ? null : new DOMParser().parseFromString(text, "text/html").querySelector("#main .prose p");
  const words = plain ? text
    : page ? page.textContent
    : answer ? "That was not accepted. Load the page anew and try again."
    : "The site cannot be reached, so nothing was changed. Try again.";
  const place = document.getElementById("refused") ?? document.createElement("p");
  place.id = "refused";
  place.className = "said";
  place.textContent = words;
  (button.closest(".actions, .post-actions") ?? button.parentElement).after(place);
  say(words);
}

function replace(old, now, button) {
  if (!old || !now) return;
  const had = old.contains(document.activeElement);
  const open = button.closest(".more-acts")?.open;
  const stood = button.getBoundingClientRect().top;
  now.removeAttribute("hx-swap-oob");
  old.replaceWith(now);
  window.htmx?.process(now);
  if (!had) return;
  // Up and down share an address: the second of two buttons stays the second.
  const selector = `button[formaction="${CSS.escape(button.getAttribute("formaction"))}"]`;
  const before = [...old.querySelectorAll(selector)].indexOf(button);
  const again = now.querySelectorAll(selector)[Math.max(before, 0)];
  const menu = again?.closest(".more-acts");
  if (menu && open) menu.open = true;
  again?.focus({ preventScroll: true });
  // What happened is told above all of it: the row that one reads does not move away under it.
  const above = document.getElementById("main").getBoundingClientRect().top < 0;
  if (again && above) scrollBy(0, again.getBoundingClientRect().top - stood);
  if (again && again === document.activeElement) return;
  const folded = button.closest(".comment")?.id;
  const place = folded && now.querySelector(`#${folded} details:not([open]) > summary`);
  if (place) return place.focus({ preventScroll: true });
  now.tabIndex = -1;
  now.focus({ preventScroll: true });
}
