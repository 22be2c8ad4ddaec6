// Offers to quote the words that are selected in a comment or in the article; the Quote link takes them as well.
const LONGEST = 3500; // as written in an address, of which servers take 4,094 characters
const QUOTE = ".actions a[href*='/reply/?quote='], .post-actions a[href*='quote']";
const button = document.createElement("button");
button.type = "button";
button.className = "button second quote-words";
button.textContent = "Quote";
let waiting;

const element = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);

// The selected words, the text they stand in, and the link that quotes it; null where there is nothing to quote.
function selected() {
  const selection = getSelection();
  const words = selection.isCollapsed ? "" : selection.toString().trim();
  if (!words) return null;
  const range = selection.getRangeAt(0);
  const body = element(range.startContainer).closest(".comment .body, .article");
  if (!body || (!body.contains(range.endContainer) && range.endOffset)) return null;
  const near = body.matches(".article") ? body.parentElement : body.closest("article");
  const link = near.querySelector(QUOTE);
  return link && { words, range, body, link };
}

// Makes a link lead to the form with the selected words, or with the whole again.
function aim(link) {
  const now = selected();
  const of = link.pathname.replace(/quote\/$/, "comment/");
  if (now?.link === link && encodeURIComponent(now.words).length <= LONGEST) {
    link.search = `?quote=${encodeURIComponent(now.words)}`;
  } else if (of.endsWith("/reply/")) link.search = "?quote=1";
  else return link.setAttribute("href", of.replace(/comment\/$/, "quote/"));
  link.pathname = of;
}

function offer() {
  const now = selected();
  if (!now) return button.remove();
  now.body.after(button);
  const lines = now.range.getClientRects();
  const last = [...lines].filter((line) => line.width).pop() ?? now.range.getBoundingClientRect();
  const base = button.offsetParent.getBoundingClientRect();
  const left = Math.min(last.right, document.documentElement.clientWidth - button.offsetWidth - 8) - base.left;
  button.style.left = `${left}px`;
  button.style.top = `${last.bottom - base.top + 4}px`;
}

document.addEventListener("selectionchange", () => {
  clearTimeout(waiting);
  waiting = setTimeout(offer, 150);
});
// A press on a link takes the selection away before the click comes.
document.addEventListener("mousedown", (event) => {
  if (event.target === button) return event.preventDefault();
  const link = event.target.closest(QUOTE);
  if (link) aim(link);
}, true);
document.addEventListener("click", (event) => {
  const link = event.target.closest(QUOTE);
  if (link && !event.detail) aim(link);
}, true);
button.addEventListener("click", () => selected()?.link.click());
