// Passkeys: asks the browser for one and sends what it answers with the form it belongs to.
// Without this script the forms say that passkeys need it; everything else works all the same.
"use strict";

(() => {
  const NOT_KNOWN = "This browser cannot use passkeys here. They need a recent browser and the site's own address.";
  const NOT_USED = "No passkey was used: it was cancelled, took too long, or none fits. Nothing was changed.";
  const HAS_ONE = "This device holds a passkey of your account already.";
  const AWAY = "The site cannot be reached for the moment. Please try again in a few seconds.";
  const PROVE = "REAUTHENTICATION_REQUIRED";

  const toBytes = (text) => {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  };

  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const known = (descriptors = []) => descriptors.map((it) => ({ ...it, id: toBytes(it.id) }));

  // What the site says in JSON, as navigator.credentials takes it.
  const asked = (options) => {
    const publicKey = { ...options, challenge: toBytes(options.challenge) };
    if (options.user) publicKey.user = { ...options.user, id: toBytes(options.user.id) };
    if (options.excludeCredentials) publicKey.excludeCredentials = known(options.excludeCredentials);
    if (options.allowCredentials) publicKey.allowCredentials = known(options.allowCredentials);
    return { publicKey };
  };

  // What navigator.credentials answers, in JSON.
  const answered = ({ id, rawId, type, response }) => {
    const told = { clientDataJSON: toText(response.clientDataJSON) };
    if (response.attestationObject) {
      told.attestationObject = toText(response.attestationObject);
      told.transports = response.getTransports?.() ?? [];
    } else {
      told.authenticatorData = toText(response.authenticatorData);
      told.signature = toText(response.signature);
      if (response.userHandle) told.userHandle = toText(response.userHandle);
    }
    return JSON.stringify({ id, rawId: toText(rawId), type, response: told });
  };

  class PasskeyForm {
    constructor(form) {
      this.form = form;
      this.fault = form.querySelector("[data-fault]");
      this.button = form.querySelector("button");
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.ask();
      });
    }

    async ask() {
      if (!window.PublicKeyCredential) {
        this.tell(NOT_KNOWN);
        return;
      }
      this.tell("");
      this.button.disabled = true;
      try {
        const options = await this.options();
        if (!options) return;
        const making = this.form.dataset.passkey === "create";
        const credential = making
          ? await navigator.credentials.create(asked(options))
          : await navigator.credentials.get(asked(options));
        this.form.querySelector("input[name=credential]").value = answered(credential);
        this.form.submit();
      } catch (error) {
        this.tell(this.words(error));
      } finally {
        this.button.disabled = false;
      }
    }

    // What to ask the browser for; nothing where the page is left, or says why not.
    async options() {
      const answer = await fetch(this.form.dataset.options, { method: "POST" });
      const document = await answer.json();
      if (answer.ok) return document;
      if (document.reason === PROVE) {
        const next = new URLSearchParams({ next: window.location.pathname });
        window.location.assign(`/account/prove?${next}`);
      } else {
        this.tell(document.detail);
      }
      return null;
    }

    words(error) {
      if (error.name === "InvalidStateError") return HAS_ONE;
      if (error.name === "SecurityError" || error.name === "NotSupportedError") return NOT_KNOWN;
      return error instanceof DOMException ? NOT_USED : AWAY;
    }

    tell(text) {
      this.fault.textContent = text;
      this.fault.hidden = !text;
    }
  }

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    new PasskeyForm(form);
  });
})();
