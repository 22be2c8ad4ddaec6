// Tells in a line of its own what others say while a thread is read: nothing moves before the reader asks for it.
// It asks seldom, more seldom while nothing comes or the site is away, and never from a tab that is hidden or left.
const line = document.querySelector("[data-live]");
const every = (line?.dataset.every ?? 30) * 1000;
const title = document.title;
let etag = "", wait = every, timer = 0, over = !line, touched = Date.now();

const plan = (pause = wait * (0.85 + Math.random() * 0.3)) => {
  clearTimeout(timer);
  timer = over || document.hidden || Date.now() - touched > 1_800_000 ? 0 : setTimeout(ask, pause);
};

const tell = (link) => {
  line.replaceChildren(...(link ? [link] : []));
  document.title = link ? `(${link.dataset.arrived.split(" ").length}) ${title}` : title;
};

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

async function ask() {
  const headers = etag ? { "If-None-Match": etag } : {};
  const answer = await fetch(line.dataset.live, { headers, cache: "no-store" }).catch(() => null);
  const status = answer?.status ?? 500;
  over ||= status === 404;
  if (status < 300) {
    etag = answer.headers.get("ETag") ?? "";
    tell(parsed(await answer.text()).querySelector("a"));
  }
  wait = status === 200 ? every : Math.min(wait * (status < 400 ? 1.15 : 2), 600_000);
  plan();
}

async function show(link) {
  const ids = link.dataset.arrived.split(" ").map((id) => `c${id}`);
  const answer = await fetch(location.pathname + location.search, { cache: "no-store" }).catch(() => null);
  const page = answer?.ok && parsed(await answer.text());
  const old = document.querySelector(".talkback"), now = page && page.querySelector(".talkback");
  const first = now && [...now.querySelectorAll(".comment")].find((comment) => ids.includes(comment.id));
  if (!old || !first) return location.assign(link.href);
  swap(old, now);
  line.dataset.live = page.querySelector("[data-live]").dataset.live;
  tell();
  etag = "";
  plan((wait = every));
  for (let fold = first; (fold = fold.parentElement.closest("details")); ) fold.open = true;
  first.querySelector(".permalink").focus();
}

// What is looked at stays in its place, what is folded stays folded, and what is being written goes along.
function swap(old, now) {
  const comment = (element) => `[id="${element.closest(".comment")?.id}"]`;
  const seen = [...old.querySelectorAll(".comment article")].find((words) => words.getBoundingClientRect().bottom > 0);
  const top = seen?.getBoundingClientRect().top;
  for (const fold of old.querySelectorAll("details.branch:not([open])")) {
    now.querySelector(`${comment(fold)} > details`)?.removeAttribute("open");
  }
  const write = old.querySelector(".write");
  if (write) (now.querySelector(`${comment(write)} article`) ?? now.querySelector(".speak") ?? now.lastElementChild).after(write);
  now.querySelector("[data-keys]")?.removeAttribute("hidden");
  old.replaceWith(now);
  window.htmx?.process(now);
  const again = seen && document.querySelector(`${comment(seen)} article`);
  if (again) scrollBy({ top: again.getBoundingClientRect().top - top, behavior: "instant" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-arrived]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link);
});

if (line) {
  const here = () => { touched = Date.now(); if (!timer) plan(); };
  for (const sign of ["pointerdown", "keydown", "scroll"]) addEventListener(sign, here, { passive: true });
  document.addEventListener("visibilitychange", () => plan(every / 3));
  plan();
}
