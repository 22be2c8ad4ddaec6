// Opens the forms of comments where they belong, and puts what is posted at its place; the forms themselves are sent by
// htmx (data-hx-post), which swaps what the server answers: problems, a preview, or (201) the comment that was made.
const LINKS = ".actions a[href*='/reply/'], .actions a[href$='/edit/'], .speak a[href$='/comment/'], .post-actions a[href*='/comment/?']";
const say = (words) => { document.getElementById("polite").textContent = words; };
let opener;

document.addEventListener("click", (event) => {
  const link = event.target.closest(LINKS);
  if (event.target.closest("[data-close]")) close();
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(link);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && event.target.closest(".talk .write")) close();
});

async function open(link) {
  if (!(await close())) return;
  opener = link;
  const holder = document.createElement("p");
  holder.className = "write";
  link.closest("article, .speak").after(holder);
  const sent = htmx.ajax("GET", link.getAttribute("href"), { source: holder, target: holder });
  await sent.catch(() => {
    holder.className = "write said";
    holder.textContent = "The form could not be opened: the network did not answer. Try again.";
    say(holder.textContent);
  });
}

// Closes the open form and gives the focus back to its link, unless its words could not be kept.
async function close() {
  const write = document.querySelector(".talk .write");
  const form = write?.querySelector("[data-draft]");
  const leaving = new CustomEvent("leaving", { bubbles: true, detail: {} });
  form?.dispatchEvent(leaving);
  if ((await leaving.detail.kept) === false) {
    warn(form, "Your words could not be kept as a draft just now, so this stays open.");
    return false;
  }
  write?.remove();
  if (form && opener?.isConnected) opener.focus({ preventScroll: true });
  return true;
}

function warn(form, words) {
  form.querySelector(".problem")?.remove();
  const place = document.createElement("p");
  place.className = "said problem";
  place.role = "alert";
  place.textContent = words;
  form.querySelector(".buttons").before(place);
}

const lost = (event) => {
  const form = event.target.closest?.("form[data-draft]");
  const kept = form?.dataset.kept ? " and as a draft" : "";
  if (form) warn(form, `Not posted: the network did not answer. Your words are kept here${kept}. Post again.`);
};
document.addEventListener("htmx:sendError", lost);
document.addEventListener("htmx:timeout", lost);

document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = event.detail;
  const write = detail.target.closest?.(".write");
  if (!write) return;
  if (detail.xhr.status === 201) return place(detail, write);
  detail.shouldSwap = detail.serverResponse.includes('class="write"');
  if (detail.shouldSwap) detail.isError = false;
  else if (!write.querySelector("form")) location.assign(opener.href);
  // A page that gives the words back: after a sign-in in another window, the form is of the old one.
  else if (detail.xhr.status === 403) write.querySelector("form[data-draft]").submit();
  else if (detail.xhr.status >= 400) {
    const why = `Not posted: the site could not take it just now (${detail.xhr.status}). Your words are kept here. Post again.`;
    warn(write.querySelector("form[data-draft]"), why);
  }
});

// A new comment goes to the end or the front of the list it belongs to; new words go into the comment they are of.
function place(detail, write) {
  const told = JSON.parse(detail.xhr.getResponseHeader("HX-Trigger"));
  const comment = write.closest("li.comment");
  detail.shouldSwap = true;
  if (told.edited) {
    Object.assign(detail, { target: comment.querySelector("article"), selectOverride: "article" });
  } else {
    let list = document.querySelector("ol.thread.flat")
      ?? (comment ? comment.querySelector(":scope > .replies, :scope > .branch > .replies") : document.querySelector(".talk ol.thread"));
    if (!list) {
      list = document.createElement("ol");
      list.className = comment ? "replies" : "thread";
      if (comment) comment.append(list);
      else document.querySelector(".talkback > .empty").replaceWith(list);
    }
    const more = list.querySelector(":scope > .onward");
    Object.assign(detail, { target: more ?? list, selectOverride: "li.comment", swapOverride: more ? "beforebegin" : told.first ? "afterbegin" : "beforeend" });
    const count = document.getElementById("comments");
    if (count && told.count) count.textContent = told.count;
  }
  write.remove();
}

document.addEventListener("htmx:afterSwap", (event) => {
  const { xhr } = event.detail;
  const found = event.target;
  if (xhr.status === 201) {
    const told = JSON.parse(xhr.getResponseHeader("HX-Trigger"));
    const article = document.getElementById(xhr.responseText.match(/<li[^>]* id="(c\d+)"/)[1]).querySelector("article");
    if (told.held) {
      const note = document.createElement("p");
      note.className = "said";
      note.textContent = told.said;
      article.after(note);
    }
    article.tabIndex = -1;
    article.focus();
    say(told.said);
  } else if (found.matches(".write")) {
    const shown = found.querySelector(".problems, .preview");
    const box = found.querySelector("textarea[name=body]");
    if (shown) shown.focus();
    else if (found.closest(".talk")) {
      box.focus({ preventScroll: true });
      box.setSelectionRange(box.value.length, box.value.length);
      found.scrollIntoView({ block: "nearest" });
    }
  }
});
