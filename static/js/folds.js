// Keeps for a member which branches are folded, by the rail or by the button; the page stays where it is.
const keep = async (fold, folded) => {
  const body = new FormData(document.getElementById("act"));
  body.delete("next");
  body.set("value", folded ? "1" : "0");
  const address = `/comments/${fold.parentElement.id.slice(1)}/fold/`;
  const answer = await fetch(address, { method: "POST", body, keepalive: true }).catch(() => null);
  if (!answer?.ok) document.getElementById("polite").textContent = "This fold could not be kept.";
  const button = fold.querySelector(`button[formaction="${address}"]`);
  if (button) [button.value, button.textContent] = folded ? ["0", "Unfold"] : ["1", "Fold for me"];
};

document.addEventListener("click", (event) => {
  const fold = event.target.closest("[data-folds] .branch");
  if (!fold) return;
  const button = event.target.closest('button[formaction$="/fold/"]');
  if (button) {
    event.preventDefault();
    fold.open = button.value === "0";
    if (!fold.open) fold.firstElementChild.focus({ preventScroll: true });
    keep(fold, !fold.open);
  } else if (event.target.closest(".branch > summary")) {
    keep(fold, fold.open); // it moves after the click
  }
});
