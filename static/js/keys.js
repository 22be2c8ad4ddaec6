// Keys for a thread, a layer on its links. They work while the focus is in the thread, and never while one types.
const END = {
  j: "This is the last comment of the page.",
  k: "This is the first comment of the page.",
  p: "This comment answers the post.",
  n: "Nothing more is new.",
  "[": "This is the first branch of the page.",
  "]": "This is the last branch of the page.",
};
const WAYS = {
  Parent: "p",
  "Next sibling": "s",
  "Next top-level": "]",
  "Next new": "n",
  "next new": "n",
};
const say = (words) => { document.getElementById("polite").textContent = words; };
const shown = (comment) => !comment.parentElement.closest("details:not([open])");

function go(comment) {
  for (let fold = comment.parentElement.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const place = comment.querySelector(":scope > .branch:not([open]) > summary") ?? comment.querySelector("h3");
  if (place.localName === "h3") place.tabIndex = -1;
  place.focus({ preventScroll: true });
  comment.scrollIntoView();
  say("");
}

function follow(comment, key) {
  const link = [...comment.querySelectorAll(".ways a, .marks a")].find(
    (one) => WAYS[one.textContent] === key && one.closest(".comment") === comment,
  );
  if (!link) return null;
  const here = link.hash && link.pathname === location.pathname;
  return (here && document.getElementById(link.hash.slice(1))) || link.click() || comment;
}

function found(thread, comment, key) {
  const all = [...thread.querySelectorAll(".comment")].filter(shown);
  if (!comment) return all.find((one) => one.getBoundingClientRect().bottom > 0);
  const at = all.indexOf(comment);
  if (key === "j") return all[at + 1];
  if (key === "k") return all[at - 1];
  if (key !== "[") return follow(comment, key);
  const tops = [...thread.children].filter((one) => one.matches(".comment"));
  const top = tops.find((one) => one.contains(comment));
  return top === comment ? tops[tops.indexOf(top) - 1] : top;
}

document.addEventListener("keydown", (event) => {
  const thread = event.target.closest(".thread");
  const held = event.ctrlKey || event.altKey || event.metaKey;
  if (!thread || (held && !event.getModifierState("AltGraph"))) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "?") document.getElementById("keys")?.showModal();
  else if (!(event.key in END)) return;
  else {
    const comment = event.target.closest(".comment");
    const to = found(thread, comment, event.key);
    if (!to) say(END[event.key]);
    else if (to !== comment) go(to);
  }
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) document.getElementById("keys").showModal();
});
