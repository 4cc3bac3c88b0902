// Completions under the search field. Without this script the field is a plain search form.
"use strict";

(() => {
  const WAIT_MS = 120;
  const SHORTEST = 2;

  class Suggestions {
    constructor(field, number) {
      this.input = field.querySelector("input");
      this.address = field.dataset.suggest;
      this.codes = [];
      this.active = -1;
      this.asked = null;
      this.timer = 0;
      this.quietUntil = 0;

      this.list = document.createElement("ul");
      this.list.id = `suggestions-${number}`;
      this.list.className = "suggestions";
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", "Codes that match");
      this.list.hidden = true;
      this.status = document.createElement("p");
      this.status.className = "visually-hidden";
      this.status.setAttribute("role", "status");
      field.append(this.list, this.status);

      this.input.setAttribute("role", "combobox");
      this.input.setAttribute("aria-autocomplete", "list");
      this.input.setAttribute("aria-controls", this.list.id);
      this.input.setAttribute("aria-expanded", "false");

      this.input.addEventListener("input", () => this.wait());
      this.input.addEventListener("keydown", (event) => this.press(event));
      this.input.addEventListener("blur", () => this.close());
      // A press on an option must not take the focus, and with it the list, away.
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.open(Number(option.dataset.index));
      });
    }

    wait() {
      clearTimeout(this.timer);
      // What was chosen was a completion of other words: Enter must not open it any more.
      if (this.active >= 0) this.choose(-1);
      this.timer = setTimeout(() => this.ask(), WAIT_MS);
    }

    async ask() {
      this.asked?.abort();
      const text = this.input.value.trim();
      if (text.length < SHORTEST || Date.now() < this.quietUntil) {
        this.forget();
        return;
      }
      const asked = new AbortController();
      this.asked = asked;
      try {
        const query = new URLSearchParams({ q: text.slice(0, 200) });
        const answer = await fetch(`${this.address}?${query}`, { signal: asked.signal });
        if (answer.status === 429) {
          const seconds = Number(answer.headers.get("Retry-After")) || 1;
          this.quietUntil = Date.now() + seconds * 1000;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        const { suggestions, licence_notices: notices = [] } = await answer.json();
        if (this.asked === asked && document.activeElement === this.input) {
          this.show(suggestions, notices);
        }
      } catch {
        // Searching still works; completions are only a convenience.
        if (this.asked === asked) this.forget();
      }
    }

    show(codes, notices) {
      this.codes = codes;
      this.active = -1;
      const options = codes.map((code, index) => this.option(code, index));
      this.list.replaceChildren(...options, ...notices.map((text) => this.notice(text)));
      this.expand(codes.length > 0);
      this.status.textContent =
        codes.length === 1 ? "1 suggestion" : `${codes.length} suggestions`;
    }

    option(code, index) {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${index}`;
      option.dataset.index = String(index);
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const number = document.createElement("span");
      number.className = "code";
      number.textContent = code.code;
      const name = document.createElement("span");
      name.textContent = code.display;
      option.append(number, " ", name);
      return option;
    }

    notice(text) {
      const line = document.createElement("li");
      line.className = "suggestions-notice";
      line.setAttribute("role", "presentation");
      line.textContent = text;
      return line;
    }

    press(event) {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (this.codes.length === 0) return;
        event.preventDefault();
        this.expand(true);
        this.choose(event.key === "ArrowDown" ? this.active + 1 : this.active - 1);
      } else if (event.key === "Enter" && this.active >= 0 && !this.list.hidden) {
        event.preventDefault();
        this.open(this.active);
      } else if (event.key === "Escape" && !this.list.hidden) {
        event.preventDefault();
        this.close();
      }
    }

    choose(index) {
      // One place beyond either end is the field itself.
      const places = this.codes.length + 1;
      this.active = ((index + 1 + places) % places) - 1;
      this.list.querySelectorAll("[role=option]").forEach((option, at) => {
        option.setAttribute("aria-selected", String(at === this.active));
        if (at === this.active) option.scrollIntoView({ block: "nearest" });
      });
      if (this.active < 0) this.input.removeAttribute("aria-activedescendant");
      else this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    }

    open(index) {
      const { system, code } = this.codes[index];
      window.location.assign(`/${encodeURIComponent(system)}/${encodeURIComponent(code)}`);
    }

    expand(open) {
      this.list.hidden = !open;
      this.input.setAttribute("aria-expanded", String(open));
      if (!open) this.input.removeAttribute("aria-activedescendant");
    }

    forget() {
      // Arrows must not bring back completions of other words.
      this.codes = [];
      this.list.replaceChildren();
      this.status.textContent = "";
      this.close();
    }

    close() {
      clearTimeout(this.timer);
      this.asked?.abort();
      this.asked = null;
      this.active = -1;
      this.expand(false);
    }
  }

  document.querySelectorAll("[data-suggest]").forEach((field, number) => {
    new Suggestions(field, number);
  });
})();
