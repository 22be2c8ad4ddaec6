// Offers names for what follows an @ in a text, of people in the thread first: the arrows choose, Enter or Tab takes,
// Escape closes. Nothing is chosen by itself, so that Enter still begins a line.
const AT = /(?:^|[^\p{L}\p{N}@/.+-])@([\p{L}\p{N}][\p{L}\p{M}\p{N}_.'-]{0,29})$/u;
const list = document.createElement("ul");
list.id = "names";
list.className = "names";
list.role = "listbox";
list.ariaLabel = "Names";
let box, timer, asked = 0;

const typed = () => box.value.slice(0, box.selectionStart).match(AT)?.[1];
const chosen = () => list.querySelector("[aria-selected=true]");

document.addEventListener("input", (event) => {
  if (!event.target.matches("form[data-draft] textarea[name=body]")) return;
  box = event.target;
  clearTimeout(timer);
  const letters = typed();
  if (letters) timer = setTimeout(ask, 150, letters);
  else close();
});

async function ask(q) {
  const number = ++asked;
  const address = `/members/names/?${new URLSearchParams({ q, post: box.form.dataset.thread })}`;
  const answer = await fetch(address).catch(() => null);
  const names = answer?.ok && answer.headers.get("Content-Type").startsWith("application/json") ? (await answer.json()).names : [];
  if (number !== asked || typed() !== q) return;
  if (!names.length || `${names}` === q) return close();
  list.replaceChildren(...names.map((name, index) => {
    const option = document.createElement("li");
    option.role = "option";
    option.id = `name-${index}`;
    option.ariaSelected = "false";
    option.textContent = name;
    return option;
  }));
  box.after(list);
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  document.getElementById("polite").textContent = `${names.length} name${names.length > 1 ? "s" : ""}. The down arrow chooses.`;
}

function close() {
  asked += 1;
  clearTimeout(timer);
  list.remove();
  box?.removeAttribute("aria-activedescendant");
  box?.removeAttribute("aria-controls");
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option.ariaSelected = "true";
  box.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function take(option) {
  const end = box.selectionStart;
  box.setRangeText(`${option.textContent} `, end - typed().length, end, "end");
  close();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// Before others hear of the key: Escape closes the names first and the form with the next.
document.addEventListener("keydown", (event) => {
  if (!list.isConnected || event.target !== box) return;
  const now = chosen();
  if (event.key === "ArrowDown") choose(now?.nextElementSibling ?? list.firstElementChild);
  else if (event.key === "ArrowUp") choose(now?.previousElementSibling ?? list.lastElementChild);
  else if (event.key === "Escape") close();
  else if (now && (event.key === "Enter" || event.key === "Tab")) take(now);
  else return;
  event.preventDefault();
}, true);

list.addEventListener("mousedown", (event) => {
  event.preventDefault();
  if (event.target.role === "option") take(event.target);
});
document.addEventListener("focusout", (event) => { if (event.target === box) close(); });
