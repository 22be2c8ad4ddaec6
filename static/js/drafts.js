// Keeps what is typed as a draft on the server: two seconds after the last key, when the page or the form is left, and
// when somebody asks for it, who is told also where there was nothing to keep.
// data-draft says how far that is: "typed" is not kept yet, "sent" is on its way or there.
const PAUSE = 2000;
const say = (words) => { document.getElementById("polite").textContent = words; };
const waiting = () => document.querySelectorAll("form[data-draft=typed]");
let timer;

async function keep(form, { keepalive = false, asked = false } = {}) {
  clearTimeout(timer);
  if (form.dataset.draft !== "typed" && !asked) return true;
  form.dataset.draft = "sent";
  const body = new URLSearchParams(new FormData(form));
  body.set("keep", asked ? "asked" : "1");
  const sent = { method: "POST", body, keepalive: keepalive && `${body}`.length < 60_000, headers: { "HX-Request": "true" } };
  const answer = await fetch(form.getAttribute("action"), sent).catch(() => null);
  const ours = answer?.headers.get("Content-Type")?.startsWith("application/json");
  const said = ours ? (await answer.json()).said : "Not kept as a draft: the site did not answer.";
  if (!answer?.ok && form.dataset.draft === "sent") form.dataset.draft = "typed";
  else if (said && form.dataset.draft === "sent") form.dataset.kept = "yes";
  const line = form.querySelector("[data-kept-at]");
  if (said && (asked || !line.textContent)) say(said);
  line.textContent = said;
  return Boolean(answer?.ok);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (!form) return;
  form.dataset.draft = "typed";
  delete form.dataset.kept;
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE, form);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("form[data-draft] button[name=keep]");
  if (!button) return;
  event.preventDefault();
  keep(button.form, { asked: true });
});

document.addEventListener("leaving", (event) => { event.detail.kept = keep(event.target); });

// What is being posted is no draft; what could not be posted is one again.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-draft=typed]")) return;
  clearTimeout(timer);
  event.target.dataset.draft = "posting";
});
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, (event) => {
  const form = event.target.closest?.("form[data-draft=posting]");
  if (form) form.dataset.draft = "typed";
});

const all = () => { for (const form of waiting()) keep(form, { keepalive: true }); };
addEventListener("pagehide", all);
addEventListener("online", all);
document.addEventListener("visibilitychange", () => { if (document.hidden) all(); });
