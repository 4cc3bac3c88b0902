// Answers to questions, told as they come. Without this script the form leads to a page instead.
"use strict";

(() => {
  const STATES = { looking_up: "Looking it up …", answering: "Answering …" };
  const BROKEN_OFF = "The answer broke off. Ask again; what was counted is not counted twice.";
  const AWAY = "CasePilot cannot be reached for the moment. Please ask again in a few seconds.";

  class Panel {
    constructor(form) {
      this.form = form;
      this.answer = form.parentElement.querySelector("[data-answer]");
      this.asked = null;
      form.addEventListener("submit", (event) => this.submit(event));
    }

    submit(event) {
      const input = this.form.querySelector("input[name=question]");
      const question = event.submitter?.value || input.value.trim();
      if (!question) return;
      event.preventDefault();
      input.value = question;
      this.ask(question);
    }

    async ask(question) {
      this.asked?.abort();
      const asked = new AbortController();
      this.asked = asked;
      this.begin();
      try {
        const answer = await fetch(this.form.dataset.ask, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(this.told(question)),
          signal: asked.signal,
        });
        if (answer.ok) await this.read(answer.body, asked);
        else this.refuse(await answer.json());
      } catch {
        if (this.asked === asked) this.end(this.text ? BROKEN_OFF : AWAY);
      }
    }

    told(question) {
      const value = (name) => this.form.querySelector(`input[name=${name}]`)?.value || undefined;
      const told = { question, conversation_id: value("conversation_id") };
      if (value("code")) told.context = { system: value("system"), code: value("code") };
      return told;
    }

    begin() {
      this.numbers = new Map();
      this.text = null;
      this.list = null;
      this.status = this.paragraph("answer-status", "Asking …");
      this.answer.replaceChildren(this.status);
    }

    async read(body, asked) {
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      let waiting = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (this.asked !== asked) return;
        if (done) break;
        const events = (waiting + value).split("\n\n");
        waiting = events.pop();
        for (const event of events) if (this.take(event)) return;
      }
      this.end(BROKEN_OFF);
    }

    // Answers whether it was the last.
    take(event) {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(event) ?? [];
      const piece = data ? JSON.parse(data) : {};
      if (name === "status") this.status.textContent = STATES[piece.state] ?? "";
      else if (name === "evidence") this.note(piece);
      else if (name === "sentence") this.say(piece);
      else if (name === "done") this.finish(piece);
      return name === "done";
    }

    note({ id, text, source, href }) {
      if (!this.list) {
        this.list = document.createElement("ol");
        this.list.className = "evidence";
        this.answer.append(this.paragraph("answer-sources", "Sources"), this.list);
      }
      const number = this.numbers.size + 1;
      this.numbers.set(id, number);
      const item = document.createElement("li");
      item.id = `evidence-${number}`;
      const from = document.createElement("span");
      from.className = "evidence-source";
      from.textContent = source;
      if (/^\/(?![/\\])/.test(href)) from.append(", ", this.link(href, "page"));
      item.append(text, " ", from);
      this.list.append(item);
    }

    say({ text, citations }) {
      if (!this.text) {
        this.text = this.paragraph("answer-text", "");
        this.status.after(this.text);
      }
      this.text.append(text);
      for (const number of citations.map((id) => this.numbers.get(id))) {
        if (!number) continue;
        const mark = document.createElement("sup");
        const link = this.link(`#evidence-${number}`, String(number));
        link.setAttribute("aria-label", `Source ${number}`);
        mark.append(link);
        this.text.append(mark);
      }
      this.text.append(" ");
    }

    finish({ reason, allowance, conversation_id: conversation, licence_notices: notices = [] }) {
      const field = this.form.querySelector("input[name=conversation_id]");
      if (field && conversation) field.value = conversation;
      this.end(reason);
      const left = this.left(allowance);
      if (left) this.answer.append(this.paragraph("quiet-line", left));
      for (const notice of notices) this.answer.append(this.paragraph("quiet-line", notice));
    }

    left(allowance) {
      if (!allowance || allowance.remaining === null) return "";
      const { remaining, reset_time: reset } = allowance;
      if (remaining === 0 && reset) {
        const day = new Date(reset).toLocaleDateString("en-GB", {
          day: "numeric",
          month: "long",
          year: "numeric",
          timeZone: "UTC",
        });
        return `0 questions left until ${day} (UTC).`;
      }
      return remaining === 1 ? "1 question left." : `${remaining} questions left.`;
    }

    refuse(problem) {
      const faults = (problem.errors ?? []).map(({ detail }) => detail);
      this.end(faults.length ? `The question ${faults.join("; ")}.` : problem.detail ?? AWAY);
      if (problem.reason === "CPT_TERMS_NOT_ACCEPTED") {
        const here = new URLSearchParams({
          next: window.location.pathname + window.location.search,
        });
        const way = this.paragraph("actions", "");
        way.append(this.link(`/licences/cpt?${here}`, "Read the terms"));
        this.answer.append(way);
        return;
      }
      if (problem.unlock !== "REGISTER") return;
      const back = new URLSearchParams({ next: window.location.pathname + window.location.search });
      const ways = this.paragraph("actions", "");
      const register = this.link(`/register?${back}`, "Register free account");
      register.className = "button";
      ways.append(register, " ", this.link(`/login?${back}`, "Log in"));
      this.answer.append(ways);
    }

    // What stands in the status' place when nothing more comes.
    end(text) {
      if (text) this.status.replaceWith(this.paragraph("answer-declined", text));
      else this.status.remove();
    }

    paragraph(name, text) {
      const paragraph = document.createElement("p");
      paragraph.className = name;
      paragraph.textContent = text;
      return paragraph;
    }

    link(href, text) {
      const link = document.createElement("a");
      link.href = href;
      link.textContent = text;
      return link;
    }
  }

  document.querySelectorAll("[data-ask]").forEach((form) => {
    new Panel(form);
  });
})();
