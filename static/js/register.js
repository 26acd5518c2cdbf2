// The register at the door. A tap marks at once, and is kept on this device until the server has it: visitors' numbers
// and nothing else. Without this script every button is the form's own.
"use strict";

const form = document.getElementById("register");
const said = form.dataset;
const kept = `register-${said.session}`;
const lines = new Map([...form.querySelectorAll("[data-visitor]")].map((line) => [line.dataset.visitor, line]));
const saved = document.getElementById("saved");
const RETRY = 5000; // milliseconds: between tries while something is not saved
const LOOK = 15000; // between looks at what others have marked
const PATIENCE = 12000; // for one answer

let waiting = read(); // visitor: { to, was, at }, of taps that the server does not have yet
let sending = false;
let trouble = "";
let marked = []; // by "mark all", to be undone

function read() {
  try {
    return JSON.parse(localStorage.getItem(kept)) || {};
  } catch {
    return {};
  }
}

function keep() {
  try {
    if (Object.keys(waiting).length) localStorage.setItem(kept, JSON.stringify(waiting));
    else localStorage.removeItem(kept);
  } catch {
    // A browser that keeps nothing: the taps live as long as the page.
  }
}

const words = (text, values) => text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);

// --- what is shown ---------------------------------------------------------------------------------------------------

function show(line, state) {
  const changed = line.dataset.state !== state;
  line.dataset.state = state;
  line.classList.remove("expected", "attended", "absent");
  line.classList.add(state);
  line.classList.toggle("unsaved", line.dataset.visitor in waiting);
  const button = line.querySelector("button");
  if (button) {
    button.value = `${line.dataset.visitor}:${state === "attended" ? "expected" : "attended"}:${state}`;
    button.querySelector(".what").textContent = state === "attended" ? said.undo : said.arrived;
  }
  if (changed) {
    const inWords = { attended: said.here, absent: said.absent, expected: "" };
    line.querySelector(".state").textContent = inWords[state];
  }
}

function showAll() {
  const states = [...lines.values()].map((line) => line.dataset.state);
  const number = (state) => states.filter((one) => one === state).length;
  const unsaved = Object.keys(waiting).length;
  document.getElementById("count").textContent = words(said.count, { n: number("attended"), all: states.length });
  const now = unsaved
    ? `${words(said.unsaved, { n: unsaved })} ${trouble}`.trim()
    : trouble || (saved.textContent && said.saved);
  if (saved.textContent !== now) saved.textContent = now;
  saved.classList.toggle("unsaved", unsaved > 0 || trouble !== "");
  const all = document.getElementById("all");
  if (all) {
    const undo = marked.length && marked.every((line) => line.dataset.state === "attended");
    all.textContent = undo ? words(said.undoAll, { n: marked.length }) : words(said.all, { n: number("expected") });
    all.hidden = !undo && !number("expected");
  }
}

// --- taps ------------------------------------------------------------------------------------------------------------

function tap(line, to) {
  const was = line.dataset.state;
  if (was === to) return;
  waiting[line.dataset.visitor] = { to, was, at: Date.now() };
  show(line, to);
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || (button.name !== "mark" && button.id !== "all")) return;
  event.preventDefault();
  if (button.id === "all") {
    const undo = marked.length && marked.every((line) => line.dataset.state === "attended");
    const now = undo ? marked : [...lines.values()].filter((line) => line.dataset.state === "expected");
    now.forEach((line) => tap(line, undo ? "expected" : "attended"));
    marked = undo ? [] : now;
  } else {
    const line = button.closest("[data-visitor]");
    marked = [];
    tap(line, line.dataset.state === "attended" ? "expected" : "attended");
  }
  keep();
  showAll();
  talk();
});

// --- the server ------------------------------------------------------------------------------------------------------

async function ask(body) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const options = {
      headers: { Accept: "application/json" },
      redirect: "manual",
      signal: stop.signal,
      cache: "no-store",
    };
    const answer = await fetch(form.action, body ? { ...options, method: "POST", body } : options);
    if (answer.ok) return await answer.json();
    if (answer.type === "opaqueredirect") trouble = said.signIn;
    else if (answer.status === 403) trouble = said.reload;
    return null;
  } catch {
    return null; // no connection: the next try comes by itself
  } finally {
    clearTimeout(late);
  }
}

function learn(marks) {
  const there = Object.keys(marks);
  const others = there.length !== lines.size || there.some((visitor) => !lines.has(visitor));
  trouble = others ? said.others : "";
  for (const [visitor, line] of lines) {
    if (!(visitor in waiting)) show(line, marks[visitor] || "expected");
    line.classList.toggle("gone", !(visitor in marks));
  }
}

// One talk at a time, so that two answers cannot cross: what is not saved goes out, and what others did comes back.
async function talk() {
  if (sending) return;
  sending = true;
  const sent = { ...waiting };
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  for (const [visitor, one] of Object.entries(sent)) {
    body.append("mark", `${visitor}:${one.to}:${one.was}:${Math.max(0, Math.round((Date.now() - one.at) / 1000))}`);
  }
  const answer = await ask(Object.keys(sent).length ? body : null);
  sending = false;
  if (answer) {
    for (const [visitor, one] of Object.entries(sent)) if (waiting[visitor] === one) delete waiting[visitor];
    keep();
    learn(answer.marks);
    if (answer.problem) trouble = answer.problem;
    if (Object.keys(sent).length && !saved.textContent) saved.textContent = said.saved;
  }
  showAll();
  if (answer && Object.keys(waiting).length) talk(); // tapped meanwhile
}

setInterval(() => Object.keys(waiting).length && talk(), RETRY);
setInterval(() => document.hidden || talk(), LOOK);
addEventListener("online", talk);
document.addEventListener("visibilitychange", () => document.hidden || talk());

// --- find as you type ------------------------------------------------------------------------------------------------

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const find = document.getElementById("find");
const groups = [...document.querySelectorAll(".group")].map((group) => ({
  group,
  heading: plain(group.querySelector("h2").textContent),
  lines: [...group.querySelectorAll(".visitor")].map((line) => ({
    line,
    text: plain(line.querySelector(".who").textContent),
  })),
}));

find.addEventListener("input", () => {
  const wanted = plain(find.value).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const { group, heading, lines: inside } of groups) {
    let here = 0;
    for (const { line, text } of inside) {
      const whole = heading.length > 1 ? `${text} ${heading}` : text;
      line.hidden = !wanted.every((word) => whole.includes(word));
      here += !line.hidden;
    }
    group.hidden = here === 0;
    found += here;
  }
  document.getElementById("found").textContent = wanted.length ? words(said.found, { n: found }) : "";
});
find.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());

// --- at the start ----------------------------------------------------------------------------------------------------

find.closest("p").hidden = false;
document.querySelector(".done-line")?.remove();
for (const [visitor, one] of Object.entries(waiting)) {
  if (lines.has(visitor)) show(lines.get(visitor), one.to);
  else delete waiting[visitor];
}
keep();
showAll();
talk();
