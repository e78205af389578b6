// What HTML and htmx can't say by themselves. Every page works without this file.
(() => {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

  function toast(text) {
    const note = document.createElement("div");
    note.className = "toast toast-error";
    note.textContent = text;
    document.getElementById("toasts").append(note);
  }

  // After a login or logout in another tab the forms of this page are out of date (modelhub/stale.py marks the answer).
  function whyNot(answer) {
    if (answer.getResponseHeader("X-Modelhub-Stale")) return "This page is out of date: reload it.";
    if (answer.status === 403) return "You do not have the permission for that.";
    return `That did not work (HTTP ${answer.status}). This page still shows what was before: reload it, then try again.`;
  }

  // A toast leaves by itself, but not while somebody reads or uses it.
  function expireToasts() {
    for (const note of document.querySelectorAll("#toasts .toast:not([data-timed])")) {
      note.dataset.timed = "";
      const leave = () => (note.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : note.remove());
      setTimeout(leave, 10000);
    }
  }

  async function copy(button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.dataset.copied = "";
    button.dataset.label ??= button.getAttribute("aria-label"); // it names what is copied
    button.setAttribute("aria-label", "Copied");
    setTimeout(() => {
      delete button.dataset.copied;
      button.setAttribute("aria-label", button.dataset.label);
    }, 1500);
  }

  function countTicked() {
    const bar = document.getElementById("bulk");
    if (!bar) return;
    const boxes = [...document.querySelectorAll("input[name=ids]")];
    const ticked = boxes.filter((box) => box.checked).length;
    bar.dataset.ticked = ticked;
    bar.querySelector("[data-count]").textContent = `${ticked} selected`;
    const all = document.querySelector("[data-tick-all]");
    if (all) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  }

  // "All that match" must not linger for the next press. The bar hides with its focused button: the result takes over.
  function untickAll() {
    for (const box of document.querySelectorAll("input[name=ids], #bulk input[name=scope]")) box.checked = false;
    countTicked();
    document.getElementById("bulk-result").focus({ preventScroll: true });
  }

  // The second press of a double click would undo the first: a switch changes its meaning under the pointer.
  document.addEventListener("click", (event) => {
    if (event.detail > 1 && event.target.closest("button[hx-post], form[hx-post] button")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.copy) copy(button);
    if (button && "themeToggle" in button.dataset) {
      root.dataset.theme = isDark() ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.theme);
    }
    if (button?.dataset.opens && !("command" in button)) document.getElementById(button.dataset.opens).showModal(); // browsers of before 2026
    if (button && "dismiss" in button.dataset) button.closest(".toast, .notice").remove();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) {
      for (const box of document.querySelectorAll("input[name=ids]")) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-tick-all], input[name=ids]")) countTicked();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if (event.key === "Escape") {
      const menu = event.target.closest?.("details.menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // Who logs out leaves nothing of theirs in this tab: no draft of New Model for the next person.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-logout]")) sessionStorage.clear();
  });

  // What is rented goes on costing between two answers of the server.
  function tickMeters() {
    for (const meter of document.querySelectorAll("[data-rate]")) {
      meter.dataset.seen ??= Date.now(); // performance.now() may stand still while the computer sleeps; the bill does not
      const hours = (Date.now() - meter.dataset.seen) / 3.6e6;
      const dollars = Number(meter.dataset.soFar) + Number(meter.dataset.rate) * hours;
      meter.textContent = dollars.toLocaleString("en-US", { style: "currency", currency: "USD" });
    }
  }
  setInterval(tickMeters, matchMedia("(prefers-reduced-motion: reduce)").matches ? 60_000 : 1000);

  // A question the server asks opens by itself, and closes once it is answered.
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.detail.target;
    if ("asks" in (dialog.dataset ?? {}) && !dialog.open) dialog.showModal();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const dialog = event.target.closest("dialog[data-asks]");
    const swapped = event.detail.xhr.getResponseHeader("HX-Retarget");
    if (dialog && swapped && swapped !== `#${dialog.id}`) dialog.close();
  });

  // Nobody looks at a hidden tab: don't ask; ask at once when it is looked at again.
  const pollers = "[data-poll]";
  document.addEventListener("htmx:confirm", (event) => {
    if (document.hidden && event.target.matches(pollers)) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) for (const poller of document.querySelectorAll(pollers)) htmx.trigger(poller, "poll-now");
  });

  // A row that is swapped under somebody's hands keeps its tick; an open filter stays open.
  let openMenu = null;
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    // Somebody is choosing in an open filter: its counts wait, and so does what the page says that it has seen, or the
    // polls after the choice would find nothing new.
    const choosing = document.querySelector("#facets details[open]");
    if (choosing && ["facets", "poller"].includes(event.detail.target.id)) event.detail.shouldSwap = false;
    const ticked = event.detail.target.querySelector?.("input[name=ids]:checked");
    if (ticked) event.detail.fragment.querySelector(`input[name=ids][value="${ticked.value}"]`)?.setAttribute("checked", "");
  });
  document.addEventListener("htmx:beforeSwap", () => {
    openMenu = document.querySelector("details.menu[open]")?.id ?? null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (openMenu) document.getElementById(openMenu)?.setAttribute("open", "");
    countTicked();
    expireToasts();
  });

  document.addEventListener("htmx:sendError", (event) => {
    if (!event.target.matches(pollers)) toast("modelhub did not answer. Check your connection and try again.");
    expireToasts();
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.target.matches(pollers)) return;
    toast(whyNot(event.detail.xhr));
    expireToasts();
  });
  // A poller that leaves the page takes its question with it: the answer would find nothing to change.
  document.addEventListener("htmx:beforeCleanupElement", (event) => {
    if (event.target.matches?.(pollers)) htmx.trigger(event.target, "htmx:abort");
  });

  // After somebody changed something: a used toast goes, and the counts above the table need not wait.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig?.verb !== "post") return;
    event.target.closest(".toast")?.remove();
    if (event.target.id === "bulk" && event.detail.successful) untickAll();
    for (const poller of document.querySelectorAll(`${pollers}:not(#money)`)) htmx.trigger(poller, "poll-now"); // who changes money brings the clock
  });
  countTicked();
})();
