// How one file goes from the browser straight to S3: parts in parallel, each retried by itself, paused and gone on with.
// The server only signs addresses and counts what S3 holds. Without scripts an s3:// address does the same.
(() => {
  const PARALLEL = 4;
  const TRIES = 6;
  const STALLED = 60_000; // milliseconds in which nothing of a part moves: the connection is dead, though nobody says so
  const csrf = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

  // Trying again can't help: the session is over, the upload ended, it is not ours.
  const FINAL = [401, 403, 404, 409];
  const failure = (message, status) => Object.assign(new Error(message), { status });

  // A JSON answer as data, a panel as its HTML.
  async function ask(url, body, signal) {
    const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), signal, headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() } };
    const answer = await fetch(url, options);
    if (answer.redirected) throw failure("Your session has ended. Log in again; the upload can be resumed.", 401);
    const found = await (answer.headers.get("Content-Type")?.includes("json") ? answer.json() : answer.text());
    if (!answer.ok) throw failure(found.error ?? `modelhub answered HTTP ${answer.status}.`, answer.status);
    return found;
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

  window.Upload = class {
    constructor(box, file) {
      Object.assign(this, { box, file, held: new Set(), live: new Map(), run: null, started: 0, base: 0 });
      this.says = box.querySelector("[data-says]");
      this.bar = box.querySelector("progress");
      this.pauseButton = box.querySelector("[data-pause]");
    }

    // Returns the panel when there is nothing left to send: it arrived, or was cancelled, while nobody looked.
    async open() {
      const { resume } = this.box.dataset;
      const plan = resume ? await this.askAgain(resume) : await this.askAnew();
      if (typeof plan === "string") return plan;
      this.plan = plan;
      this.held = new Set(plan.held);
      this.at = `/custom/datasets/${plan.id}`;
      this.box.querySelector("[data-upload]").hidden = false;
      return "";
    }

    async askAgain(resume) {
      const { file, box: { dataset: { filename, size, mark } } } = this;
      if (file.name !== filename || file.size !== Number(size)) throw new Error(`That is another file. Choose ${filename} with ${words(Number(size))}, or use another file.`);
      if (mark && mark !== await markOf(file)) throw new Error(`${file.name} is not the file whose upload began here, or it has changed since. Choose that one, or use another file.`);
      try {
        return await ask(resume);
      } catch (error) {
        if (error.status === 409) error.message += " Press “Use another file” first.";
        throw error;
      }
    }

    async askAnew() {
      const { file, box: { dataset: { begin, purpose } } } = this;
      const base = Number(document.getElementById("id_base").value);
      if (!base) throw new Error("Choose a base model first: it decides what the file must look like.");
      return ask(begin, { filename: file.name, size: file.size, purpose, base, mark: await markOf(file) });
    }

    get running() {
      return this.run !== null;
    }

    warn = (event) => event.preventDefault();

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

    // Returns the panel when it is over, and nothing when it was paused. Each run, from start to pause, has a signal of
    // its own: what is left of an earlier one finds its own aborted.
    async go() {
      if (this.running || !this.box.isConnected) return "";
      const run = new AbortController();
      this.begin(run);
      try {
        await Promise.all(Array.from({ length: PARALLEL }, () => this.work(run.signal)));
        if (run.signal.aborted) return "";
        this.says.textContent = "Putting the parts together…";
        const panel = await ask(`${this.at}/finish`, {}, run.signal);
        this.stop();
        return panel;
      } catch (error) {
        if (run.signal.aborted) return ""; // paused or taken back: no complaint of what was cut off
        this.pause();
        return this.lookAgain(error);
      }
    }

    begin(run) {
      this.run = run;
      this.started = performance.now();
      this.base = this.done();
      this.pauseButton.textContent = "Pause";
      this.queue = [];
      for (let number = 1; number <= this.plan.parts; number += 1) if (!this.held.has(number)) this.queue.push(number);
      this.urls = {};
      window.addEventListener("beforeunload", this.warn);
    }

    // What we believed is not so: what is held is for S3 to say, or trying again would be refused again, for ever.
    async lookAgain(error) {
      if (error.status !== 409) throw error;
      const found = await ask(`${this.at}/parts`).catch((refusal) => {
        this.isDead = refusal.status === 409; // nothing of it is left: another file may take its place
        if (this.isDead) refusal.message += ` Press “${this.box.dataset.resume ? "Use another file" : "Cancel"}” to choose one.`;
        throw refusal;
      });
      if (typeof found === "string") return found;
      this.held = new Set(found.held);
      this.tell();
      throw error;
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
          if (FINAL.includes(error.status)) throw error;
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
        request.onload = () => {
          if (request.status === 200) done();
          else if (request.status === 404) fail(failure("S3 has ended this upload. Resume it to see what is there.", 409)); // finished or thrown away elsewhere
          else fail(new Error(`S3 answered HTTP ${request.status}.`));
        };
        request.onerror = () => fail(new Error("the connection broke."));
        signal.addEventListener("abort", () => { request.abort(); fail(new Error("paused.")); }, { once: true });
        moved();
        request.send(this.file.slice(start, start + this.sizeOf(number)));
      });
    }

    pause() {
      this.stop();
      this.live.clear();
      this.pauseButton.textContent = "Resume";
      this.tell();
    }

    stop() {
      this.run?.abort();
      this.run = null;
      window.removeEventListener("beforeunload", this.warn);
    }

    cancel() {
      if (this.running) this.pause();
      return ask(`${this.at}/cancel`, {});
    }
  };
})();
