// Files go from the browser straight to S3: parts in parallel, each retried by itself, paused, resumed after a reload.
// The server only signs addresses and counts what S3 holds. Without this file an s3:// address does the same.
(() => {
  const PARALLEL = 4;
  const TRIES = 6;
  const csrf = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

  async function ask(url, body) {
    const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() } };
    const answer = await fetch(url, options);
    if (answer.redirected) throw new Error("Your session has ended. Log in again; the upload can be resumed.");
    if (answer.headers.get("Content-Type")?.includes("json")) {
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.error ?? `HTTP ${answer.status}`);
      return found;
    }
    if (!answer.ok) throw new Error(`modelhub answered HTTP ${answer.status}.`);
    return answer.text();
  }

  const wait = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));
  const words = (bytes) => (bytes < 1 << 20 ? `${(bytes / 1024).toFixed(0)} KB` : bytes < 1 << 30 ? `${(bytes / (1 << 20)).toFixed(1)} MB` : `${(bytes / (1 << 30)).toFixed(2)} GB`);
  const clock = (seconds) => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);

  class Upload {
    constructor(box, file) {
      Object.assign(this, { box, file, held: new Set(), live: new Map(), sent: 0, running: false, started: 0, base: 0 });
      this.says = box.querySelector("[data-says]");
      this.bar = box.querySelector("progress");
      this.pauseButton = box.querySelector("[data-pause]");
    }

    async open() {
      const { box, file } = this;
      const resume = box.dataset.resume;
      if (resume) {
        if (file.name !== box.dataset.filename || file.size !== Number(box.dataset.size)) throw new Error(`That is another file. Choose ${box.dataset.filename} with ${words(Number(box.dataset.size))}, or use another file.`);
        this.plan = await ask(resume);
        this.held = new Set(this.plan.held);
      } else {
        const base = Number(document.getElementById("id_base").value);
        if (!base) throw new Error("Choose a base model first: it decides what the file must look like.");
        this.plan = await ask(box.dataset.begin, { filename: file.name, size: file.size, purpose: box.dataset.purpose, base });
        remember(box.dataset.purpose, this.plan.id);
      }
      this.at = `/custom/datasets/${this.plan.id}`;
      this.box.querySelector("[data-upload]").hidden = false;
      window.addEventListener("beforeunload", this.warn);
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

    async run() {
      this.running = true;
      this.started = performance.now();
      this.base = this.done();
      this.pauseButton.textContent = "Pause";
      this.queue = [];
      for (let number = 1; number <= this.plan.parts; number += 1) if (!this.held.has(number)) this.queue.push(number);
      this.urls = {};
      this.stop = new AbortController();
      await Promise.all(Array.from({ length: PARALLEL }, () => this.work()));
      if (!this.running) return;
      this.says.textContent = "Putting the parts together…";
      const panel = await ask(`${this.at}/finish`, {});
      this.running = false;
      window.removeEventListener("beforeunload", this.warn);
      swap(this.box, panel);
    }

    async work() {
      while (this.running && this.queue.length) {
        const number = this.queue.shift();
        await this.send(number);
      }
    }

    async address(number) {
      if (!this.urls[number]) {
        const wanted = [number, ...this.queue.slice(0, 15)];
        Object.assign(this.urls, (await ask(`${this.at}/sign`, { parts: wanted })).urls);
      }
      const url = this.urls[number];
      delete this.urls[number]; // good for one try: a retry may come after the 15 minutes
      return url;
    }

    async send(number) {
      for (let attempt = 1; this.running; attempt += 1) {
        try {
          await this.put(await this.address(number), number);
          this.held.add(number);
          return;
        } catch (error) {
          if (!this.running) return;
          if (attempt >= TRIES) {
            this.pause();
            throw new Error(`Part ${number} could not be sent: ${error.message} Resume when the connection is back.`);
          }
          this.says.textContent = `Part ${number} was lost; trying again…`;
          await wait(Math.min(15000, 500 * 2 ** attempt));
        } finally {
          this.live.delete(number);
          this.tell();
        }
      }
    }

    put(url, number) {
      return new Promise((done, fail) => {
        const request = new XMLHttpRequest();
        const start = (number - 1) * this.plan.part_size;
        request.open("PUT", url);
        request.upload.onprogress = (event) => { this.live.set(number, event.loaded); this.tell(); };
        request.onload = () => (request.status === 200 ? done() : fail(new Error(`S3 answered HTTP ${request.status}.`)));
        request.onerror = () => fail(new Error("the connection broke."));
        request.ontimeout = () => fail(new Error("it took too long."));
        this.stop.signal.addEventListener("abort", () => { request.abort(); fail(new Error("paused.")); });
        request.send(this.file.slice(start, start + this.sizeOf(number)));
      });
    }

    pause() {
      this.running = false;
      this.stop?.abort();
      this.live.clear();
      this.pauseButton.textContent = "Resume";
      this.tell();
    }

    async cancel() {
      if (this.running) this.pause();
      swap(this.box, await ask(`${this.at}/cancel`, {}));
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
    try {
      await upload.open();
      uploads.set(box, upload);
      await upload.run();
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
      if (event.target.matches("[data-pause]")) upload.running ? upload.pause() : await upload.run();
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
    const fields = Object.fromEntries(["name", "description", "base", "training_uri", "validation_uri"].map((name) => [name, data.get(name) ?? ""]));
    const files = Object.fromEntries(["training", "validation"].map((name) => [name, data.get(name) ?? underWay(name)]));
    sessionStorage.setItem(KEY, JSON.stringify({ ...fields, ...files, pairs }));
  }
  function restore() {
    const draft = kept();
    if (location.search || form.querySelector("#errors") || !Object.keys(draft).length) return;
    const query = new URLSearchParams();
    for (const name of ["name", "description", "base", "training", "validation", "training_uri", "validation_uri"]) if (draft[name]) query.set(name, draft[name]);
    for (const [name, value] of draft.pairs ?? []) { query.append("hp_name", name); query.append("hp_value", value); }
    if ([...query].length) location.replace(`?${query}`);
  }
  if (form) {
    restore();
    if (location.search) {
      save(); // from now on the draft is what counts: a reload must not bring back what stood in the address
      history.replaceState(null, "", location.pathname);
    }
    form.addEventListener("input", save);
    form.addEventListener("submit", () => {
      save();
      form.querySelector("[data-submit]").disabled = true; // a second click would only be told that the name is taken
    });
    document.querySelector("[data-discard]").addEventListener("click", () => sessionStorage.removeItem(KEY));
    document.addEventListener("htmx:afterSettle", save);
    document.addEventListener("htmx:afterSettle", (event) => {
      // A file has just become valid: now the cost is known.
      const panel = event.target.closest?.("[data-state=valid]") ?? document.querySelector("[data-state=valid]:not([data-counted])");
      if (panel && !("counted" in panel.dataset)) {
        panel.dataset.counted = "";
        htmx.ajax("GET", `/custom/new/parts?${new URLSearchParams(new FormData(form))}`, { target: "#cost", select: "#cost", swap: "outerHTML" });
      }
    });
  } else if (document.querySelector("[data-made]")?.dataset.made === kept().name) {
    sessionStorage.removeItem(KEY); // the draft has become this model
  }
})();
