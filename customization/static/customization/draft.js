// The draft of New Model: what was typed survives a reload in this tab, until the model is created or the draft discarded.
(() => {
  const KEY = "new-model-draft";
  const SENT = "new-model-sent"; // the name that Create was pressed for, until it is refused or somebody types on
  const FIELDS = ["name", "description", "base", "hp_base", "training_uri", "validation_uri"];
  const FILES = ["training", "validation"];
  const form = document.querySelector("[data-draft]");
  const whose = form?.dataset.draft;

  // Nobody finds what somebody else has typed in this tab.
  function kept() {
    const draft = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    return draft.whose === whose ? draft : {};
  }

  function forget() {
    sessionStorage.removeItem(KEY);
    sessionStorage.removeItem(SENT);
  }

  // While a file goes up its id is in no field yet.
  const underWay = (name) => document.getElementById(`data-${name}`)?.dataset.underWay ?? null;

  function save() {
    const data = new FormData(form);
    const pairs = data.getAll("hp_name").map((name, place) => [name, data.getAll("hp_value")[place]]);
    const fields = Object.fromEntries(FIELDS.map((name) => [name, data.get(name) ?? ""]));
    const files = Object.fromEntries(FILES.map((name) => [name, data.get(name) ?? underWay(name)]));
    sessionStorage.setItem(KEY, JSON.stringify({ whose, ...fields, ...files, pairs }));
  }

  function typed(draft) {
    const body = new URLSearchParams({ show: "1" });
    for (const name of [...FIELDS, ...FILES]) if (draft[name]) body.set(name, draft[name]);
    for (const [name, value] of draft.pairs ?? []) { body.append("hp_name", name); body.append("hp_value", value); }
    return body;
  }

  // By POST: a long description does not fit into an address. If it fails the draft stays for the next visit.
  async function restore() {
    const body = typed(kept());
    if ([...body].length === 1) return;
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": token } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    form.replaceChildren(...page.getElementById("new-model").childNodes);
    htmx.process(form);
  }

  // An address (a clone) and a refusal show what counts now; else the draft does.
  async function bringBack() {
    if (!location.search && !form.querySelector("#errors")) {
      await restore();
      return;
    }
    sessionStorage.removeItem(SENT);
    save();
    // A reload must not bring back what stood in the address, nor send a refused form once more: it asks for the page.
    history.replaceState(null, "", location.pathname);
  }

  // A second click would only be told that the name is taken. Who stops the page, or stays, can press it again.
  function disable(button) {
    button.disabled = true;
    setTimeout(() => { button.disabled = false; }, 10_000);
  }

  function submitted(event) {
    save();
    if (event.submitter?.name === "show") event.preventDefault(); // Enter in a field: all is shown already
    if (event.defaultPrevented || !event.submitter?.matches("[data-submit]")) return;
    sessionStorage.setItem(SENT, kept().name);
    disable(event.submitter);
  }

  // What is said of both files together, and the cost, change when a file comes, goes or has been checked.
  function watchFiles() {
    const files = () => Array.from(form.querySelectorAll("[data-dataset]"), (panel) => `${panel.dataset.dataset} ${panel.dataset.state}`).join();
    let told = files();
    return () => {
      if (told === files()) return;
      told = files();
      // Not from the form itself: htmx would ask whether it is filled in, and it need not be yet.
      htmx.ajax("POST", "/custom/new/parts", { source: "#together", target: "#together", select: "#together", swap: "outerHTML" });
    };
  }

  async function start() {
    form.inert = true; // nothing is typed, and so nothing saved, before the draft is back
    try {
      await bringBack();
    } finally {
      form.inert = false;
    }
    const refresh = watchFiles();
    form.addEventListener("input", () => { sessionStorage.removeItem(SENT); save(); });
    form.addEventListener("submit", submitted);
    form.addEventListener("click", (event) => { if (event.target.matches("[data-discard]")) forget(); });
    for (const kind of ["htmx:afterSettle", "filechange"]) document.addEventListener(kind, () => { save(); refresh(); });
  }

  // A model of this name may have been there before: only who pressed Create for it, and was not refused, is done.
  const made = document.querySelector("[data-made]")?.dataset.made;
  if (form) start();
  else if (made && made === sessionStorage.getItem(SENT)) forget();
})();
