// Texts are saved while they are typed. Until the site has said so, a copy is kept in this browser, and nothing newer on
// the site is ever overwritten: every save carries the version it was based on. Without this script the button saves.
(() => {
  "use strict";

  const form = document.querySelector("form[data-draft]");
  if (!form || !window.fetch) return;

  const AFTER = 800, AGAIN = 15000, LONGEST = 200000;
  const { user, ref } = form.dataset;
  const store = `hanse|${user}|${ref}|`;
  const versions = form.elements.versions;
  let token = form.elements.csrfmiddlewaretoken.value;
  let since = form.dataset.now;
  let leaving = false;

  // --- copies in the browser ---------------------------------------------------------------------------------------

  const nameOf = (key, based) => `${store}${based}|${key}`;
  const keep = (field, value) => {
    try {
      localStorage.setItem(nameOf(field.key, field.based), JSON.stringify({ value, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  };
  const forget = (key, based) => { try { localStorage.removeItem(nameOf(key, based)); } catch { /* no store, no copy */ } };
  const copies = () => {
    const found = [];
    try {
      for (let i = 0; i < localStorage.length; i += 1) {
        const name = localStorage.key(i);
        if (!name.startsWith(store)) continue;
        const [based, ...key] = name.slice(store.length).split("|");
        found.push({ key: key.join("|"), based: Number(based), ...JSON.parse(localStorage.getItem(name)) });
      }
    } catch { /* a store that is closed or spoilt holds nothing for us */ }
    return found.filter((copy) => typeof copy.value === "string").sort((one, other) => one.at - other.at);
  };

  // --- fields ------------------------------------------------------------------------------------------------------

  const fields = new Map();
  for (const box of form.querySelectorAll(".draft-field[data-key]")) {
    const inputs = [...box.querySelectorAll("textarea, select, input:not([type=hidden])")];
    if (!inputs.length) continue;
    const field = {
      key: box.dataset.key,
      box,
      inputs,
      many: inputs[0].type === "checkbox",
      state: box.querySelector(".draft-state"),
      count: box.querySelector("[data-most]"),
      based: Number(box.dataset.version),
      timer: 0,
      busy: null,
      clash: false,
    };
    field.saved = read(field);
    fields.set(field.key, field);
  }

  function read(field) {
    if (field.many) return field.inputs.filter((one) => one.checked).map((one) => one.value).join(", ");
    return field.inputs[0].value;
  }

  const write = (field, value) => {
    if (field.many) {
      const chosen = value.split(",").map((one) => one.trim());
      for (const one of field.inputs) one.checked = chosen.includes(one.value);
    } else if (field.inputs[0].value !== value) {
      const input = field.inputs[0];
      const here = document.activeElement === input ? [input.selectionStart, input.selectionEnd] : null;
      input.value = value;
      if (here && input.setSelectionRange) input.setSelectionRange(...here);
    }
    counted(field);
  };

  const say = (field, words, tone = "", act = null) => {
    if (field.state.textContent !== words || act) field.state.textContent = words;
    field.state.dataset.tone = tone;
    if (act) field.state.append(" ", act);
  };

  const button = (label, act, kind = "tertiary") => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `ecl-button ecl-button--${kind}`;
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };

  const counted = (field) => {
    if (!field.count) return;
    const most = Number(field.count.dataset.most);
    const words = (read(field).match(/[\p{L}\p{N}_]+(?:[’'\-.,/][\p{L}\p{N}_]+)*/gu) || []).length;
    const over = words - most;
    field.count.textContent = over > 0
      ? `${words} of ${most} words: ${over} ${over === 1 ? "word" : "words"} over. It is saved all the same.`
      : `${words} of ${most} words`;
    field.count.classList.toggle("draft-count--over", over > 0);
  };

  const told = (field) => {
    field.box.dataset.version = String(field.based);
    const all = JSON.parse(versions.value);
    all[field.key] = field.based;
    versions.value = JSON.stringify(all);
  };

  // --- asking the site ---------------------------------------------------------------------------------------------

  class SignedOut extends Error {}

  const ask = async (address, options = {}, again = true) => {
    const headers = { Accept: "application/json", ...(options.headers || {}) };
    if (options.method === "POST") headers["X-CSRFToken"] = token;
    const answer = await fetch(address, { ...options, headers, redirect: "manual", credentials: "same-origin" });
    if (answer.type === "opaqueredirect") throw new SignedOut();
    const json = (answer.headers.get("content-type") || "").includes("json");
    if (!json && answer.status === 403 && again) {
      await refresh();  // a new sign-in brings a new token
      return ask(address, options, false);
    }
    if (!json || answer.status >= 500) throw new Error(String(answer.status));  // kept here, and sent again later
    return { status: answer.status, said: await answer.json() };
  };

  const refresh = async () => {
    const { said } = await ask(`${form.dataset.news}?since=${encodeURIComponent(since)}`, {}, false);
    token = said.csrf;
    form.elements.csrfmiddlewaretoken.value = token;
    return said;
  };

  const post = (key, value, based, keepalive = false) => ask(form.dataset.fields, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ key, value, based_on: based }),
    keepalive,
  });

  // --- saving ------------------------------------------------------------------------------------------------------

  const later = (field, wait = AFTER) => {
    clearTimeout(field.timer);
    field.timer = setTimeout(() => save(field), wait);
  };

  const changed = (field) => {
    counted(field);
    if (field.clash) {
      if (read(field) !== field.aside) keep(field, read(field));
      return;
    }
    const value = read(field);
    if (value === field.saved && !field.busy) {
      clearTimeout(field.timer);
      forget(field.key, field.based);
      say(field, "");
      return;
    }
    if (value.length > LONGEST) {
      clearTimeout(field.timer);
      keep(field, value);
      say(field, `Not saved: ${value.length} characters, at most ${LONGEST} can be kept. Divide the text.`, "bad");
      return;
    }
    say(field, keep(field, value) ? "Not saved yet" : "Not saved yet; this browser has no room for a copy", "");
    later(field);
  };

  const save = async (field, keepalive = false) => {
    clearTimeout(field.timer);
    field.timer = 0;
    if (field.clash) return;
    if (field.busy) { await field.busy; if (read(field) !== field.saved) later(field, 0); return; }
    const value = read(field), based = field.based;
    if (value === field.saved || value.length > LONGEST) return;
    field.busy = (async () => {
      try {
        const { status, said } = await post(field.key, value, based, keepalive);
        answered(field, value, based, status, said);
      } catch (error) {
        failed(field, error, value);
      } finally {
        field.busy = null;
      }
    })();
    await field.busy;
  };

  const answered = (field, sent, based, status, said) => {
    if (status === 409) { clash(field, sent, based, said); return; }
    if (status !== 200) {
      field.refused = sent;
      say(field, said.told || "Not saved. Your text stays in this browser.", "bad");
      return;
    }
    const now = read(field);
    if (now === sent) {
      forget(field.key, based);
      write(field, said.value);
      settle(field, said);
      field.saved = read(field);  // an input of one line holds no line break, whatever the site keeps
      const notes = (said.notes || []).join(" ");
      const merged = said.state === "merged" || (said.state === "same" && said.by);
      say(field, `${merged ? `Merged with what ${said.by} wrote` : `Saved ${said.at.split(", ").pop()}`}. ${notes}`.trim());
    } else if (said.value === sent) {
      // Typed on meanwhile, and nobody else wrote: what is typed now stands on what was saved.
      forget(field.key, based);
      settle(field, said);
      keep(field, now);
      say(field, "Not saved yet");
      later(field);
    } else {
      // Somebody else's words came in while one typed on: put both together here if they do not touch each other.
      const both = together(sent, now, said.value);
      if (both === null) {
        clash(field, now, based, { by: said.by, theirs: said.value, merged: now, version: said.version, aside: 0 });
        return;
      }
      forget(field.key, based);
      settle(field, said);
      write(field, both);
      keep(field, both);
      say(field, `Merged with what ${said.by} wrote`);
      later(field);
    }
    document.body.dispatchEvent(new CustomEvent("hanse:saved", { bubbles: true, detail: { key: field.key } }));
  };

  const settle = (field, said) => {
    field.based = said.version;
    field.saved = said.value;
    told(field);
  };

  // Two changes of one text, each of one stretch; null where they touch.
  const together = (base, mine, theirs) => {
    const stretch = (changed) => {
      let ahead = 0;
      const least = Math.min(base.length, changed.length);
      while (ahead < least && base[ahead] === changed[ahead]) ahead += 1;
      let behind = 0;
      while (behind < least - ahead && base[base.length - 1 - behind] === changed[changed.length - 1 - behind]) behind += 1;
      return { from: ahead, to: base.length - behind, text: changed.slice(ahead, changed.length - behind) };
    };
    const one = stretch(mine), other = stretch(theirs);
    const [first, second] = one.from <= other.from ? [one, other] : [other, one];
    if (first.to >= second.from) return null;
    return base.slice(0, first.from) + first.text + base.slice(first.to, second.from) + second.text + base.slice(second.to);
  };

  const failed = (field, error, value) => {
    const kept = keep(field, value);
    if (error instanceof SignedOut) {
      const link = document.createElement("a");
      link.className = "ecl-link";
      link.href = `${form.dataset.signIn}?next=${encodeURIComponent(location.pathname)}`;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = "Sign in again in a new tab";
      say(field, "You are signed out. Your text is kept in this browser.", "bad", link);
    } else if (kept) {
      const offline = error instanceof TypeError;
      say(field, offline ? "Offline: kept in this browser" : "The site cannot save now: kept in this browser", "doubt");
    } else {
      say(field, "Offline, and this browser has no room for a copy: leave this page open", "bad");
    }
  };

  // --- two versions ------------------------------------------------------------------------------------------------

  const clash = (field, mine, based, said) => {
    field.clash = true;
    say(field, "Two versions: choose", "doubt");
    field.box.querySelector(".draft-choice")?.remove();
    const choice = document.createElement("div");
    choice.className = "draft-choice";
    choice.setAttribute("role", "group");
    choice.setAttribute("aria-label", "Two versions of this text");
    const words = document.createElement("p");
    words.textContent = `${said.by} changed the same words meanwhile. Your text stands above; theirs reads:`;
    const theirs = document.createElement("div");
    theirs.className = "draft-text";
    theirs.dir = "auto";
    theirs.textContent = said.theirs || "(empty)";
    const acts = document.createElement("p");
    acts.className = "draft-inline";
    const done = async (value) => {
      try {
        let version = said.version;
        let stands = said.theirs;
        if (said.aside) {
          const body = new URLSearchParams({ act: value === null ? "theirs" : "merged", value: value ?? "", based_on: version });
          const address = form.dataset.asides.replace(/history$/, `asides/${said.aside}`);
          const { status, said: answer } = await ask(address, { method: "POST", body });
          if (status !== 200 && status !== 410) { say(field, answer.told || "Not saved: somebody changed it again", "bad"); return; }
          if (status === 200) { version = answer.version; stands = answer.value; }
        }
        forget(field.key, based);
        const wanted = value === null ? stands : value;
        field.based = version;
        field.saved = stands;
        write(field, wanted);
        told(field);
        field.inputs[0].focus();
        choice.remove();  // a button that goes while it has the focus tells that the field is left
        field.clash = false;
        if (wanted === stands) say(field, "Settled. Both versions stay in the history.");
        else { keep(field, wanted); await save(field); }
      } catch (error) {
        failed(field, error, read(field));
        say(field, "Two versions: choose when the site can be reached again", "doubt");
      }
    };
    acts.append(
      button("Keep my text", () => done(read(field)), "secondary"),
      button(`Take what ${said.by} wrote`, () => done(null)),
    );
    if (said.merged && said.merged !== mine) {
      acts.append(button("Put both into the field, to edit", () => {
        write(field, said.merged);
        words.textContent = "Both stand in the field now. Edit it, then keep it.";
      }));
    }
    choice.append(words, theirs, acts);
    field.box.append(choice);
    // The site has it: it stands aside there, for everybody to see, until somebody has chosen.
    field.aside = said.aside ? mine : null;
    if (said.aside) forget(field.key, based);
    else keep(field, mine);
  };

  // --- others ------------------------------------------------------------------------------------------------------

  const present = document.getElementById("present");
  let rowsBy = "";
  const showPresent = (people) => {
    const words = people.map((one) => `${one.name} is ${one.here ? "in this section" : "here"}`).join(", ");
    const told = [words ? `${words}.` : "", rowsBy ? `${rowsBy} added or took out rows.` : ""].filter(Boolean);
    if (present.dataset.told === told.join(" ")) return;
    present.dataset.told = told.join(" ");
    present.replaceChildren(...told.map((sentence) => {
      const line = document.createElement("p");
      line.textContent = sentence;
      return line;
    }));
    if (!rowsBy) return;
    const link = document.createElement("a");
    link.className = "ecl-link";
    link.href = location.pathname;
    link.textContent = "Load the page again";
    present.lastChild.append(" ", link);
  };

  // Whether a row is on this page exactly if it is in the table.
  const showRow = (change) => {
    const card = document.getElementById(`record-${change.key.split("/")[1]}`);
    if (Boolean(card) !== Boolean(change.value)) rowsBy = change.by;
  };

  const showChange = (change) => {
    const field = fields.get(change.key);
    if (!field || change.version <= field.based || field.busy || field.clash) return;
    if (read(field) !== field.saved) return;  // what is being typed is merged when it is saved
    say(field, `Changed by ${change.by}.`, "doubt", button("Take it over", () => {
      if (read(field) !== field.saved) return;
      field.based = change.version;
      write(field, change.value);
      field.saved = read(field);
      told(field);
      say(field, `${change.by}, ${change.at}`);
    }));
  };

  const poll = async () => {
    if (leaving || document.hidden) return;
    try {
      const said = await refresh();
      since = said.now;
      for (const change of said.changes) (change.row ? showRow : showChange)(change);
      showPresent(said.present);
      resend();
    } catch { /* the next one may come through */ }
  };

  // --- what was kept -----------------------------------------------------------------------------------------------

  const resend = () => {
    for (const field of fields.values()) {
      const value = read(field);
      if (!field.busy && !field.clash && !field.timer && value !== field.saved && value !== field.refused) later(field, 0);
    }
  };

  const bringBack = async () => {
    for (const copy of copies()) {
      const field = fields.get(copy.key);
      if (!field) {
        try {
          const { status } = await post(copy.key, copy.value, copy.based);
          if (status === 200 || status === 409) forget(copy.key, copy.based);
        } catch { return; }
        continue;
      }
      if (copy.value === read(field)) { forget(copy.key, copy.based); continue; }
      if (read(field) !== field.saved) continue;
      // Typed here before and never acknowledged. It goes to the site with the version it was based on, so that
      // whatever was saved since is merged with it.
      field.based = copy.based;
      write(field, copy.value);
      say(field, "Kept in this browser; being saved");
      await save(field);
    }
  };

  // --- events ------------------------------------------------------------------------------------------------------

  const fieldOf = (target) => fields.get(target.closest?.(".draft-field[data-key]")?.dataset.key);

  form.addEventListener("input", (event) => { const field = fieldOf(event.target); if (field) changed(field); });
  form.addEventListener("change", (event) => { const field = fieldOf(event.target); if (field) changed(field); });
  form.addEventListener("focusout", (event) => {
    const field = fieldOf(event.target);
    if (field && read(field) !== field.saved) save(field);
  });
  addEventListener("pagehide", () => {
    leaving = true;
    for (const field of fields.values()) if (read(field) !== field.saved && !field.busy) save(field, read(field).length < 20000);
  });
  addEventListener("pageshow", () => {
    leaving = false;
    delete form.dataset.sent;
  });
  addEventListener("online", () => { resend(); poll(); });
  addEventListener("focus", () => { resend(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });

  // Buttons of the form (add, move, save): what is typed is saved first, so that the form carries the right versions.
  form.addEventListener("submit", (event) => {
    const waiting = [...fields.values()].filter((field) => !field.clash && (field.busy || read(field) !== field.saved));
    if (!waiting.length || form.dataset.sent) return;
    event.preventDefault();
    const by = event.submitter;
    Promise.all(waiting.map((field) => save(field))).finally(() => {
      form.dataset.sent = "yes";
      form.requestSubmit(by);
    });
  });

  setInterval(poll, AGAIN);
  bringBack().then(poll);
})();
