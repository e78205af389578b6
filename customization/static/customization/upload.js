// Files go from the browser straight to S3: parts in parallel, each retried by itself, paused, resumed after a reload.
// The server only signs addresses and counts what S3 holds. Without this file an s3:// address does the same.
(() => {
  const PARALLEL = 4;
  const TRIES = 6;
  const STALLED = 60_000; // milliseconds in which nothing of a part moves: the connection is dead, though nobody says so
  const csrf = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

  // Trying again can't help: the session is over, the upload ended, it is not ours.
  const FINAL = [401, 403, 404, 409];
  class Final extends Error {}

  async function ask(url, body, signal) {
    const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), signal, headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() } };
    const answer = await fetch(url, options);
    if (answer.redirected) throw new Final("Your session has ended. Log in again; the upload can be resumed.");
    if (answer.headers.get("Content-Type")?.includes("json")) {
      const found = await answer.json();
      if (!answer.ok) throw new (FINAL.includes(answer.status) ? Final : Error)(found.error ?? `HTTP ${answer.status}`);
      return found;
    }
    if (!answer.ok) throw new (FINAL.includes(answer.status) ? Final : Error)(`modelhub answered HTTP ${answer.status}.`);
    return answer.text();
  }

  // Which file it is: its time, and a hash of its beginning and end. The parts of another file of the same name and size
  // must not be put together with those that are there. Without HTTPS browsers hash nothing: then the time must do.
  async function markOf(file) {
    const edge = 64 << 10;
    if (!crypto.subtle) return `${file.lastModified}-`;
    const bytes = await new Blob([file.slice(0, edge), file.slice(Math.max(0, file.size - edge))]).arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return `${file.lastModified}-${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }

  // Ends early when the run it belongs to ends.
  const wait = (milliseconds, signal) => new Promise((go) => {
    const timer = setTimeout(go, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); go(); }, { once: true });
  });
  const words = (bytes) => (bytes < 1 << 20 ? `${(bytes / 1024).toFixed(0)} KB` : bytes < 1 << 30 ? `${(bytes / (1 << 20)).toFixed(1)} MB` : `${(bytes / (1 << 30)).toFixed(2)} GB`);
  const clock = (seconds) => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);

  class Upload {
    constructor(box, file) {
      Object.assign(this, { box, file, held: new Set(), live: new Map(), run: null, isOver: false, started: 0, base: 0 });
      this.says = box.querySelector("[data-says]");
      this.bar = box.querySelector("progress");
      this.pauseButton = box.querySelector("[data-pause]");
    }

    async open() {
      const { box, file } = this;
      const resume = box.dataset.resume;
      if (resume) {
        if (file.name !== box.dataset.filename || file.size !== Number(box.dataset.size)) throw new Error(`That is another file. Choose ${box.dataset.filename} with ${words(Number(box.dataset.size))}, or use another file.`);
        if (box.dataset.mark && box.dataset.mark !== await markOf(file)) throw new Error(`${file.name} is not the file whose upload began here, or it has changed since. Choose that one, or use another file.`);
        this.plan = await ask(resume);
        this.held = new Set(this.plan.held);
      } else {
        const base = Number(document.getElementById("id_base").value);
        if (!base) throw new Error("Choose a base model first: it decides what the file must look like.");
        this.plan = await ask(box.dataset.begin, { filename: file.name, size: file.size, purpose: box.dataset.purpose, base, mark: await markOf(file) });
        remember(box.dataset.purpose, this.plan.id);
      }
      this.at = `/custom/datasets/${this.plan.id}`;
      this.box.querySelector("[data-upload]").hidden = false;
      window.addEventListener("beforeunload", this.warn);
    }

    // Each run, from start to pause, has a signal of its own: what is left of an earlier one finds its own aborted.
    get running() {
      return this.run !== null;
    }

    warn = (event) => { if (this.running) event.preventDefault(); };

    sizeOf(number) {
      return Math.min(this.plan.part_size, this.plan.size - (number - 1) * this.plan.part_size);
    }

    done() {
      let bytes = 0;
      for (const number of this.held) bytes += this.sizeOf(number);
      for (const loaded of this.live.values()) bytes += loaded;
      return bytes;
    }

    tell() {
      const bytes = this.done();
      const seconds = (performance.now() - this.started) / 1000;
      const rate = seconds > 0.5 ? (bytes - this.base) / seconds : 0;
      this.bar.value = (bytes / this.plan.size) * 100;
      const rest = rate > 0 ? `, ${words(rate)}/s, ${clock((this.plan.size - bytes) / rate)} left` : "";
      this.says.textContent = `${this.file.name}: ${words(bytes)} of ${words(this.plan.size)}${this.running ? rest : ", paused"}`;
    }

    async go() {
      if (this.running || this.isOver) return;
      const run = new AbortController();
      this.run = run;
      this.started = performance.now();
      this.base = this.done();
      this.pauseButton.textContent = "Pause";
      this.queue = [];
      for (let number = 1; number <= this.plan.parts; number += 1) if (!this.held.has(number)) this.queue.push(number);
      this.urls = {};
      try {
        await Promise.all(Array.from({ length: PARALLEL }, () => this.work(run.signal)));
        if (run.signal.aborted) return;
        this.says.textContent = "Putting the parts together…";
        const panel = await ask(`${this.at}/finish`, {}, run.signal);
        this.halt();
        swap(this.box, panel);
      } catch (error) {
        if (run.signal.aborted) return; // paused or taken back: no complaint of what was cut off
        this.pause();
        throw error;
      }
    }

    async work(signal) {
      while (!signal.aborted && this.queue.length) await this.send(this.queue.shift(), signal);
    }

    async address(number, signal) {
      if (!this.urls[number]) {
        const wanted = [number, ...this.queue.slice(0, 15)];
        Object.assign(this.urls, (await ask(`${this.at}/sign`, { parts: wanted }, signal)).urls);
      }
      const url = this.urls[number];
      delete this.urls[number]; // good for one try: a retry may come after the 15 minutes
      return url;
    }

    async send(number, signal) {
      for (let attempt = 1; !signal.aborted; attempt += 1) {
        try {
          await this.put(await this.address(number, signal), number, signal);
          this.held.add(number);
          return;
        } catch (error) {
          if (signal.aborted) return;
          if (error instanceof Final) throw error;
          if (attempt >= TRIES) throw new Error(`Part ${number} could not be sent: ${error.message} Resume when the connection is back.`);
          this.live.delete(number);
          this.says.textContent = `Part ${number} was lost; trying again…`;
          await wait(Math.min(15000, 500 * 2 ** attempt), signal);
        } finally {
          // A later run may be sending this very part.
          if (!signal.aborted) {
            this.live.delete(number);
            this.tell();
          }
        }
      }
    }

    put(url, number, signal) {
      return new Promise((done, fail) => {
        const request = new XMLHttpRequest();
        const start = (number - 1) * this.plan.part_size;
        request.open("PUT", url);
        let stalled;
        const moved = () => {
          clearTimeout(stalled);
          stalled = setTimeout(() => { fail(new Error("nothing moved for a minute.")); request.abort(); }, STALLED);
        };
        request.upload.onprogress = (event) => { moved(); this.live.set(number, event.loaded); this.tell(); };
        request.onloadend = () => clearTimeout(stalled);
        request.onload = () => (request.status === 200 ? done() : fail(new Error(`S3 answered HTTP ${request.status}.`)));
        request.onerror = () => fail(new Error("the connection broke."));
        signal.addEventListener("abort", () => { request.abort(); fail(new Error("paused.")); }, { once: true });
        moved();
        request.send(this.file.slice(start, start + this.sizeOf(number)));
      });
    }

    pause() {
      this.run?.abort();
      this.run = null;
      this.live.clear();
      this.pauseButton.textContent = "Resume";
      this.tell();
    }

    // It ends here, for good: nothing more is sent.
    halt() {
      this.isOver = true;
      this.run?.abort();
      this.run = null;
      window.removeEventListener("beforeunload", this.warn);
    }

    async cancel() {
      if (this.running) this.pause();
      swap(this.box, await ask(`${this.at}/cancel`, {}));
      this.halt();
      remember(this.box.dataset.purpose, null);
    }
  }

  function swap(box, html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.firstElementChild;
    box.replaceWith(fresh);
    htmx.process(fresh);
  }

  function complain(box, error) {
    const note = box.querySelector("[data-error]");
    note.textContent = error.message;
    note.hidden = false;
  }

  const uploads = new WeakMap();

  async function begin(box, file) {
    if (uploads.has(box)) return; // one at a time: cancel it first
    box.querySelector("[data-error]").hidden = true;
    const upload = new Upload(box, file);
    uploads.set(box, upload);
    try {
      await upload.open();
    } catch (error) {
      uploads.delete(box);
      complain(box, error);
      return;
    }
    try {
      await upload.go();
    } catch (error) {
      complain(box, error);
    }
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
  document.addEventListener("click", async (event) => {
    const box = event.target.closest("[data-drop]");
    const upload = box && uploads.get(box);
    if (!upload) return;
    try {
      if (event.target.matches("[data-pause]")) {
        box.querySelector("[data-error]").hidden = true;
        upload.running ? upload.pause() : await upload.go();
      }
      if (event.target.matches("[data-halt]")) upload.halt(); // htmx tells the server
      if (event.target.matches("[data-cancel]")) await upload.cancel();
    } catch (error) {
      complain(box, error);
    }
  });

  // The draft: what was typed survives a reload in this tab, until the model is created or the draft discarded.
  const KEY = "new-model-draft";
  const form = document.querySelector("[data-draft]");
  const kept = () => JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  function remember(purpose, id) {
    sessionStorage.setItem(KEY, JSON.stringify({ ...kept(), [purpose]: id }));
  }
  // While a file goes up its id is in no field yet.
  const underWay = (name) => (uploads.has(document.getElementById(`data-${name}`)) ? kept()[name] ?? null : null);
  function save() {
    const data = new FormData(form);
    const pairs = data.getAll("hp_name").map((name, place) => [name, data.getAll("hp_value")[place]]);
    const fields = Object.fromEntries(["name", "description", "base", "hp_base", "training_uri", "validation_uri"].map((name) => [name, data.get(name) ?? ""]));
    const files = Object.fromEntries(["training", "validation"].map((name) => [name, data.get(name) ?? underWay(name)]));
    sessionStorage.setItem(KEY, JSON.stringify({ ...fields, ...files, pairs }));
  }
  // By POST: a long description does not fit into an address. If it fails the draft stays for the next visit.
  async function restore() {
    const draft = kept();
    if (location.search || form.querySelector("#errors") || !Object.keys(draft).length) return;
    const typed = new URLSearchParams({ show: "1" });
    for (const name of ["name", "description", "base", "hp_base", "training", "validation", "training_uri", "validation_uri"]) if (draft[name]) typed.set(name, draft[name]);
    for (const [name, value] of draft.pairs ?? []) { typed.append("hp_name", name); typed.append("hp_value", value); }
    if ([...typed].length === 1) return;
    const answer = await fetch(form.action, { method: "POST", body: typed, headers: { "X-CSRFToken": csrf() } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    form.replaceChildren(...page.getElementById("new-model").childNodes);
    htmx.process(form);
  }
  async function start() {
    form.inert = true; // nothing is typed, and so nothing saved, before the draft is back
    try {
      await restore();
    } finally {
      form.inert = false;
    }
    if (location.search) {
      save(); // from now on the draft is what counts: a reload must not bring back what stood in the address
      history.replaceState(null, "", location.pathname);
    }
    form.addEventListener("input", save);
    form.addEventListener("submit", (event) => {
      save();
      if (event.submitter?.name === "show") event.preventDefault(); // Enter in a field: all is shown already
      if (event.submitter?.matches("[data-submit]")) event.submitter.disabled = true; // a second click would only be told that the name is taken
    });
    form.addEventListener("click", (event) => { if (event.target.matches("[data-discard]")) sessionStorage.removeItem(KEY); });
    document.addEventListener("htmx:afterSettle", save);
    // What is said of both files together, and the cost, change when a file comes, goes or has been checked.
    const files = () => Array.from(form.querySelectorAll("[data-dataset]"), (panel) => `${panel.dataset.dataset} ${panel.dataset.state}`).join();
    let told = files();
    document.addEventListener("htmx:afterSettle", () => {
      if (told === files()) return;
      told = files();
      // Not from the form itself: htmx would ask whether it is filled in, and it need not be yet.
      htmx.ajax("POST", "/custom/new/parts", { source: "#together", target: "#together", select: "#together", swap: "outerHTML" });
    });
  }
  if (form) {
    start();
  } else if (document.querySelector("[data-made]")?.dataset.made === kept().name) {
    sessionStorage.removeItem(KEY); // the draft has become this model
  }
})();
