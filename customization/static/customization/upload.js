// The boxes of New Model that take a file: choosing, dropping, pausing, resuming, cancelling. sending.js sends it.
// While one has a file under way it says which (data-under-way), and "filechange" tells of every change: draft.js listens.
(() => {
  const uploads = new WeakMap();
  const tell = (box) => box.dispatchEvent(new Event("filechange", { bubbles: true }));

  function swap(box, html) {
    if (!box.isConnected) return; // another file took its place meanwhile
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.firstElementChild;
    box.replaceWith(fresh);
    htmx.process(fresh);
    tell(fresh);
  }

  function complain(box, message) {
    const note = box.querySelector("[data-error]");
    note.textContent = message;
    note.hidden = false;
  }

  const hush = (box) => { box.querySelector("[data-error]").hidden = true; };

  // Whatever is answered with a panel is over.
  async function settle(box, work) {
    hush(box);
    try {
      const panel = await work();
      if (panel) swap(box, panel);
    } catch (error) {
      complain(box, error.message);
    }
  }

  async function begin(box, file) {
    const before = uploads.get(box);
    if (before && !before.isDead) {
      complain(box, `${before.file.name} is under way. Cancel it before you choose another file.`);
      return;
    }
    const upload = new Upload(box, file);
    uploads.set(box, upload);
    box.dataset.underWay = ""; // it has no number yet
    await settle(box, () => upload.open());
    if (!upload.plan) {
      uploads.delete(box);
      delete box.dataset.underWay;
      return;
    }
    box.dataset.underWay = upload.plan.id;
    tell(box);
    await settle(box, () => upload.go());
  }

  document.addEventListener("change", (event) => {
    const box = event.target.closest("[data-drop]");
    if (!box || !event.target.matches("[data-file]") || !event.target.files[0]) return;
    const [file] = event.target.files;
    event.target.value = ""; // or choosing the same file once more, after a complaint, would be no change
    begin(box, file);
  });
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => {
      const box = event.target.closest?.("[data-drop]");
      if (!box) return;
      event.preventDefault();
      if (kind === "drop" && event.dataTransfer.files[0]) begin(box, event.dataTransfer.files[0]);
    });
  }
  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-drop]");
    const upload = box && uploads.get(box);
    if (!upload) return;
    if (event.target.matches("[data-pause]")) {
      if (upload.running) upload.pause();
      else settle(box, () => upload.go());
    }
    // htmx tells the server, whose answer takes the box's place; if that fails the upload can still be resumed.
    if (event.target.matches("[data-halt]") && upload.running) upload.pause();
    if (event.target.matches("[data-cancel]")) settle(box, () => upload.cancel());
  });

  // What is on its way would be lost with the page, and the server knows of no file yet. First of all who listen.
  document.addEventListener("submit", (event) => {
    const boxes = event.submitter?.matches("[data-submit]") ? event.target.querySelectorAll("[data-under-way]") : [];
    for (const box of boxes) {
      event.preventDefault();
      complain(box, `${uploads.get(box).file.name} is still on its way. Create the model when it is there, or cancel the upload.`);
      box.scrollIntoView({ block: "nearest" });
    }
  }, true);
})();
