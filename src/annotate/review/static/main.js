// The page: what is looked at, what is decided, and what comes next.

import { Refused, get, newKey, post, session as newSession } from "./api.js";
import { bdi, byId, el, fill, number, percent, words } from "./dom.js";
import { ValueForm } from "./form.js";
import { KEYS, keyOf } from "./keys.js";
import { Pacts } from "./pacts.js";
import { TextView } from "./text.js";

const PATTERNS = 6;
const VERDICTS = { accept: "right", reject: "wrong", correct: "mended", add: "added", flag: "flagged", skip: "skipped", changed: "changed since" };

const view = new TextView(byId("text"));
let told; // the session: labels, schema, choices
let form;
let styles = new Map();
const pacts = new Pacts({
  dialog, go, once, refused, known: () => known,
  decided: async (answer) => { cache.clear(); progressed(answer); await seen(answer.seqs, answer.last); await reload(); },
});
let filter = {};
let queue = [];
let past = [];
let item = null; // of the queue, or any entity that was chosen
let article = null;
let entity = null;
let draft = null; // what the entity should be, while it is being mended
let known = 0;
let cache = new Map(); // articles, as they came, asked for ahead
let sample = null;
let refilling = null;
let judgedHere = new Set(); // what was judged here since the queue was begun
let working = Promise.resolve();
let keysOn = stored("keys") !== "off";

// --- beginning

async function begin() {
  theme(stored("theme") ?? "auto");
  told = await newSession();
  known = told.last;
  form = new ValueForm(told, () => { draft ??= draftOf(entity); touched(); });
  styles = new Map(Object.keys(told.empty).map((label, at) => [label, { letter: letterOf(label, at), pattern: at % PATTERNS }]));
  document.body.append(el("datalist", { id: "currencies" }, ...currencies()),
    ...Object.entries(told.known).map(([key, known]) => el("datalist", { id: `known-${key}` }, ...known.map((one) => el("option", { value: one })))));
  for (const key of KEYS) if (key.button) byId(key.button)?.addEventListener("click", () => run(key));
  byId("earlier").addEventListener("click", () => stretch(Math.max(0, article.start - 12000)));
  byId("later").addEventListener("click", () => stretch(article.end));
  byId("text").addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  addEventListener("resize", () => entity && view.reveal(entity, floor()));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) once(catchUp); });
  setInterval(() => { if (!document.hidden) progress(); }, 4000);
  drawProgress(told);
  await restart();
}

function letterOf(label, at) {
  const taken = Object.keys(told.empty).slice(0, at).map((other, before) => letterOf(other, before));
  return [...label, ...label.toLowerCase()].find((letter) => !taken.includes(letter)) ?? label[0];
}

function currencies() {
  const names = new Intl.DisplayNames(["en"], { type: "currency" });
  return Intl.supportedValuesOf("currency").map((code) => el("option", { value: code }, names.of(code)));
}

// --- the queue

async function fetchQueue(after) {
  const answer = await get("/api/queue", { ...filter, after, limit: 20 });
  if (answer.sample) sample = answer.sample;
  return answer.items;
}

async function restart(after = 0) {
  judgedHere = new Set();
  queue = await fetchQueue(after);
  await next();
}

async function next() {
  if (item) past = [...past.slice(-200), item];
  const following = queue.shift();
  if (!following) {
    queue = await fetchQueue(item?.number ?? 0);
    if (!queue.length) return nothingLeft();
    return next();
  }
  await show(following);
  refill();
  ahead();
}

// Ask for more of the queue before it runs out, without waiting for it.
function refill() {
  if (queue.length > 8 || refilling) return;
  const asked = queue;
  refilling = fetchQueue(queue.at(-1)?.number ?? item.number)
    .then((more) => {
      if (queue !== asked) return; // another queue was begun meanwhile
      const here = new Set([item?.number, ...queue.map((one) => one.number), ...judgedHere]);
      queue.push(...more.filter((one) => !here.has(one.number)));
      drawQueue();
    })
    .catch(() => {})
    .finally(() => { refilling = null; });
}

async function previous() {
  const before = past.pop();
  if (!before) return say("This is the first one.");
  queue.unshift(item);
  await show(before);
}

async function nothingLeft() {
  item = null;
  entity = null;
  draft = null;
  view.current(null);
  drawQueue();
  fill(byId("panel"), el("h2", {}, "Nothing is left"), el("p", {}, "All that this queue asks for is judged. Choose another one under Queue, or look at the scores."),
    told.complete ? null : el("p", {}, "The rest of the output is still being read."));
  say("Nothing is left in this queue.");
  if (!article) await openFirst();
}

async function openFirst() {
  const { items } = await get("/api/documents");
  if (items.length) await load(items[0].number, 0);
}

// Ask for the article of what comes next, so that it is there when it is needed.
function ahead() {
  const other = queue.find((one) => one.document !== article?.document);
  if (other && !cache.has(other.document)) fetchArticle(other.document, other.start).catch(() => {});
}

async function fetchArticle(document, around) {
  const promise = get(`/api/documents/${document}`, { around });
  cache.set(document, promise);
  if (cache.size > 8) cache.delete(cache.keys().next().value);
  promise.catch(() => cache.delete(document));
  return promise;
}

async function load(document, around) {
  const kept = await cache.get(document);
  article = kept && kept.start <= around && around < Math.max(kept.end, 1) ? kept : await fetchArticle(document, around);
  drawArticle();
}

async function stretch(start) {
  article = await get(`/api/documents/${article.document}`, { start });
  cache.set(article.document, Promise.resolve(article));
  drawArticle();
  view.current(entity);
  byId("text").focus();
}

async function show(wanted) {
  item = wanted;
  if (!article || article.document !== wanted.document || wanted.start < article.start || wanted.start >= Math.max(article.end, 1)) {
    await load(wanted.document, wanted.start);
  }
  entity = article.entities.find((one) => one.number === wanted.number) ?? null;
  draft = null;
  view.current(entity);
  drawPanel();
  view.reveal(entity, floor());
  drawQueue();
}

// Where the text ends that can be seen: a narrow window has the panel over it.
function floor() {
  const [panel, text] = [byId("panel").getBoundingClientRect(), byId("text").getBoundingClientRect()];
  return panel.left < text.right && text.left < panel.right ? panel.top : innerHeight;
}

function clicked(event) {
  if (!getSelection().isCollapsed) return;
  const mark = event.target.closest("mark");
  if (!mark) return;
  once(() => choose(mark.entity));
}

// Look at an entity of this article, wherever the queue is.
async function choose(chosen) {
  if (item) past = [...past.slice(-200), item];
  item = { number: chosen.number, document: article.document, start: chosen.start, label: chosen.label, text: chosen.text, verdict: chosen.verdict };
  entity = chosen;
  draft = null;
  view.current(entity);
  drawPanel();
  if (chosen.number !== null && !filter.sample && !filter.doubtful) queue = await fetchQueue(chosen.number);
  drawQueue();
}

// Look at a mention in its article.
async function go(to) {
  await load(to.document, to.start);
  const there = article.entities.find((one) => one.number === to.number);
  if (there) await choose(there);
  view.reveal(entity, floor());
}

// --- deciding

async function decide(judgements, announced, of = null) {
  if (!article) return false;
  const request = { key: newKey(), known, document: article.document, judgements };
  try {
    const answer = await post("/api/decide", request);
    cache.delete(article.document);
    said(announced, of);
    progressed(answer);
    await seen(answer.seqs, answer.last);
    return true;
  } catch (error) {
    return refused(error);
  }
}

// Our own decisions are known; where others came in between, all that is shown is fetched anew.
async function seen(seqs, last) {
  if (seqs[0] === known + 1 && last === seqs.at(-1)) known = last;
  else await catchUp();
}

async function refused(error) {
  if (!(error instanceof Refused)) throw error;
  if (error.status === 409) {
    await catchUp();
    alarm("This was decided elsewhere in the meantime, in another tab perhaps. It is shown as it is now; decide again if you still want to.");
  } else {
    alarm(error.message);
  }
  return false;
}

async function catchUp() {
  const { newer, last } = await get("/api/since", { known });
  known = last;
  if (!newer.length) return;
  cache.clear();
  await reload();
  queue = await fetchQueue(item?.number ?? 0);
  progressed(await get("/api/progress"));
}

async function reload() {
  if (!article) return;
  const start = article.start;
  article = await get(`/api/documents/${article.document}`, { start });
  cache.set(article.document, Promise.resolve(article));
  drawArticle();
  entity = entity && (article.entities.find((one) => samePlace(one, entity)) ?? null);
  draft = null;
  view.current(entity);
  drawPanel();
}

const samePlace = (one, other) =>
  one.found.start === other.found.start && one.found.end === other.found.end && one.found.label === other.found.label;

const place = (of) => ({ start: of.found.start, end: of.found.end, label: of.found.label });

async function judge(verdict, comment = null) {
  if (!entity) return;
  const judged = entity;
  if (verdict === "accept" && draft && isMended()) return mend();
  if (verdict === "accept" && judged.verdict === "add") return next();
  const done = await decide([{ verdict, span: place(judged), comment }], `${VERDICTS[verdict]}: `, judged.text);
  if (!done) return;
  judgedHere.add(judged.number);
  judged.verdict = verdict;
  judged.comment = comment;
  Object.assign(judged, { start: judged.found.start, end: judged.found.end, label: judged.found.label });
  if (judged.found.value) judged.value = judged.found.value;
  view.judged(judged);
  await next();
}

async function mend() {
  const value = form.read();
  const correction = { start: draft.start, end: draft.end, label: draft.label, value };
  const verdict = draft.isNew ? "add" : "correct";
  const span = draft.isNew ? null : place(entity);
  const done = await decide([{ verdict, span, correction, comment: commentOf() }], `${VERDICTS[verdict]}: `, draft.text);
  if (!done) return;
  const wasNew = draft.isNew;
  if (!wasNew) judgedHere.add(entity.number);
  draft = null;
  await reload();
  byId("panel").focus({ preventScroll: true });
  if (wasNew) {
    entity = article.entities.find((one) => one.start === correction.start && one.end === correction.end && one.label === correction.label) ?? null;
    view.current(entity);
    drawPanel();
  } else {
    await next();
  }
}

async function acceptAll() {
  if (!entity) return;
  const request = { key: newKey(), known, document: article.document, everywhere: true, judgements: [{ verdict: "accept", span: place(entity), comment: null }] };
  try {
    const answer = await post("/api/decide", request);
    known = answer.last;
    progressed(answer);
    said(`right, ${answer.seqs.length} times: `, entity.text);
  } catch (error) {
    return void (await refused(error));
  }
  cache.delete(article.document);
  queue = queue.filter((one) => one.document !== article.document);
  const after = item?.number ?? 0;
  await reload();
  queue = await fetchQueue(after);
  await next();
}

async function undo() {
  try {
    const answer = await post("/api/undo", { key: newKey(), known });
    known = answer.last;
    if (!answer.undone.length) return say("There is nothing to undo.");
    cache.clear();
    judgedHere = new Set();
    said(answer.undone.length > 1 ? `${answer.undone.length} decisions taken back` : "taken back");
    progressed(answer);
    if (article?.document === answer.document) {
      const start = answer.start ?? article.start;
      article = start >= article.start && start < Math.max(article.end, 1)
        ? await get(`/api/documents/${article.document}`, { start: article.start }) : await fetchArticle(answer.document, start);
      drawArticle();
    } else {
      await load(answer.document, answer.start ?? 0);
    }
    const back = article.entities.find((one) => one.found.start === answer.start) ?? null;
    if (back) {
      if (item && item.number !== back.number) queue.unshift(item);
      item = { number: back.number, document: article.document, start: back.start, label: back.label, text: back.text, verdict: back.verdict };
      queue = queue.filter((one) => one.number !== back.number);
    }
    entity = back;
    draft = null;
    view.current(entity);
    drawPanel();
    view.reveal(entity, floor());
    drawQueue();
  } catch (error) {
    await refused(error);
  }
}

async function whole() {
  if (await decide([{ verdict: "whole", span: null, correction: null, comment: null }], "Nothing else is missing in this article.")) {
    article.whole = true;
    drawArticleHead();
  }
}

// --- mending

function draftOf(of) {
  return { start: of.start, end: of.end, label: of.label, text: of.text, value: of.value, isNew: false };
}

function isMended() {
  if (!draft) return false;
  if (draft.isNew || draft.start !== entity.start || draft.end !== entity.end || draft.label !== entity.label) return true;
  return JSON.stringify(form.read()) !== JSON.stringify(entity.value);
}

// Another stretch of text for the entity, on the page only until it is saved.
function bounds(start, end) {
  if (!entity && !draft) return;
  const text = view.slice(start, end).trim();
  if (start >= end || !text) return say("That would leave nothing.");
  const value = form.read();
  draft ??= draftOf(entity);
  Object.assign(draft, { start, end, text: view.slice(start, end), value });
  drawDraft();
  drawPanel();
  say("now: ", draft.text);
}

function drawDraft() {
  const shown = article.entities.filter((one) => one !== entity || draft.isNew);
  const stand = { ...(draft.isNew ? { verdict: null, found: draft } : entity), ...draft, number: draft.isNew ? null : entity.number };
  view.render([...shown, stand], styles);
  view.current(stand);
}

function nudge(which, later) {
  const at = draft ?? entity;
  if (!at) return;
  if (which === "start") bounds(view.nudgeStart(at.start, later, article.lang), at.end);
  else bounds(at.start, view.nudgeEnd(at.end, later, article.lang));
}

function useSelection() {
  const chosen = view.selection();
  if (!chosen) return say("Select some text first, or press v for a cursor in the text.");
  bounds(chosen.start, chosen.end);
  getSelection().removeAllRanges();
}

function addMissing() {
  const chosen = view.selection();
  if (!chosen) return say("Select what is missing first, or press v for a cursor in the text.");
  getSelection().removeAllRanges();
  const label = entity?.label ?? Object.keys(told.empty)[0];
  entity = null;
  draft = { ...chosen, label, value: { ...told.empty[label] }, isNew: true };
  drawDraft();
  drawPanel();
  byId("label").focus();
  say("to be added: ", draft.text);
}

function relabel(label) {
  if (!entity && !draft) return;
  draft ??= draftOf(entity);
  const same = entity && entity.label === label;
  Object.assign(draft, { label, value: same ? entity.value : { ...told.empty[label] } });
  drawDraft();
  drawPanel();
}

function touched() {
  const note = byId("unsaved");
  if (note) note.hidden = !isMended();
}

function drop() {
  if (!draft) return;
  const wasNew = draft.isNew;
  draft = null;
  if (wasNew && item) entity = article.entities.find((one) => one.number === item.number) ?? null;
  view.render(article.entities, styles);
  view.current(entity);
  drawPanel();
  byId("panel").focus({ preventScroll: true });
}

function cursor() {
  const at = draft ?? entity ?? { end: article.start };
  byId("text").focus();
  const unit = view.offsets.toUnit(at.end);
  getSelection().collapse(...view.spot(unit));
  say("Cursor in the text: arrows move it, with Shift they select; then m adds, b sets the bounds.");
}

function moveCursor(event) {
  const chosen = getSelection();
  if (document.activeElement !== byId("text") || !chosen.rangeCount || !view.place.contains(chosen.focusNode)) return false;
  const moves = {
    ArrowLeft: ["left", event.altKey ? "character" : "word"], ArrowRight: ["right", event.altKey ? "character" : "word"],
    ArrowUp: ["backward", "line"], ArrowDown: ["forward", "line"], Home: ["backward", "lineboundary"], End: ["forward", "lineboundary"],
  };
  if (!moves[event.key]) return false;
  chosen.modify(event.shiftKey ? "extend" : "move", ...moves[event.key]);
  const { top, bottom } = chosen.getRangeAt(0).getBoundingClientRect();
  if (top < 80 || bottom > innerHeight - 80) chosen.focusNode.parentElement.scrollIntoView({ block: "center" });
  event.preventDefault();
  return true;
}

function commentOf() {
  return byId("comment")?.value.trim() || null;
}

// --- drawing

function drawArticle() {
  drawArticleHead();
  byId("earlier").hidden = article.start === 0;
  byId("later").hidden = article.end >= article.length;
  view.show(article, article.entities, styles);
}

function drawArticleHead() {
  const title = article.title || article.id;
  fill(byId("title"), ...words(title));
  byId("title").lang = article.title && article.lang !== "und" ? article.lang : "";
  const facts = [article.date ?? "no date", article.lang, article.source, `${number(article.length)} characters`];
  fill(byId("about"), ...facts.filter(Boolean).flatMap((fact, at) => [at ? " · " : null, bdi(fact)]));
  byId("whole-note").textContent = article.whole ? "✓ Judged whole: what is not marked is no entity." : "";
  document.title = `${title} – annotate review`;
}

function drawQueue() {
  const shown = [item, ...queue].filter(Boolean).slice(0, 12);
  fill(byId("queue"), ...shown.map((one) => {
    const style = styles.get(one.label) ?? { letter: "?", pattern: 0 };
    const here = one === item;
    return el("li", {}, el("button", { type: "button", "aria-current": here ? "true" : null, onclick: () => once(() => jump(one)) },
      el("span", { class: "tag", "data-pattern": style.pattern }, style.letter), " ",
      el("b", {}, bdi(one.text)), one.after ? el("span", { class: "quiet" }, " ", bdi(one.after)) : null));
  }));
  fill(byId("queue-filter"), filterWords());
}

async function jump(to) {
  if (to === item) return;
  queue = queue.slice(queue.indexOf(to) + 1);
  past = [...past, item];
  await show(to);
}

function filterWords() {
  const parts = Object.entries(filter).filter(([, value]) => value && value.length !== 0)
    .map(([name, value]) => (value === true ? name : `${name}: ${[value].flat().join(", ")}`));
  if (sample && filter.sample) {
    const range = sample.interval ? ` (95%: ${percent(sample.interval[0])} to ${percent(sample.interval[1])})` : "";
    parts.push(`${sample.judged} of ${sample.size} judged` + (sample.judged ? `, precision ${percent(sample.right / sample.judged)}${range}` : ""));
  }
  return parts.join(" · ") || "All that is not judged yet";
}

function drawPanel() {
  const at = draft ?? entity;
  const panel = byId("panel");
  if (!at) {
    fill(panel, el("h2", {}, "No entity"), el("p", { class: "quiet" }, "Choose one in the text, or select text and press m to add what is missing."));
    return;
  }
  const style = styles.get(at.label) ?? { letter: at.label[0], pattern: 0 };
  const fields = el("div", { class: "fields" });
  fill(panel,
    el("h2", {}, el("span", { class: "tag", "data-pattern": style.pattern, "aria-hidden": "true" }, style.letter), " ", bdi(at.text)),
    verdictLine(),
    el("div", { class: "actions", role: "group", "aria-label": "Verdict" },
      action("Right", "accept", "a"), action("Wrong", "reject", "r"), action("Skip", "skip", "s"), action("Flag", "flag", "f"), action("Undo", "undo", "u")),
    el("div", { class: "field" }, el("label", { for: "label" }, "label"), labelChoice(at.label)),
    el("div", { class: "row bounds", role: "group", "aria-label": "Bounds" }, el("span", { class: "quiet" }, `${at.start}–${at.end}`),
      small("⇤ start", "start-earlier", "q"), small("start ⇥", "start-later", "w"), small("⇤ end", "end-earlier", "o"), small("end ⇥", "end-later", "p"), small("selection", "bounds", "b")),
    fields,
    el("p", { id: "unsaved", class: "unsaved", hidden: true }, "Mended, not saved yet: ",
      el("button", { type: "button", onclick: () => once(mend) }, draft?.isNew ? "Add it" : "Save", el("kbd", {}, "Ctrl+Enter")), " ",
      el("button", { type: "button", onclick: drop }, "Drop", el("kbd", {}, "Esc"))),
    el("div", { class: "field" }, el("label", { for: "comment" }, "comment"), el("textarea", { id: "comment", rows: 2, dir: "auto" }, entity?.comment ?? "")),
    ...(entity ? more() : []));
  form.show(fields, at.label, draft ? draft.value : entity.value, article.entities);
  byId("label").addEventListener("change", (event) => relabel(event.target.value));
  touched();
}

function labelChoice(label) {
  const labels = Object.keys(told.empty);
  return el("select", { id: "label" }, ...labels.map((one) => el("option", { value: one, selected: one === label }, one)));
}

function verdictLine() {
  if (draft?.isNew) return el("p", { class: "verdict" }, "New: not in the output.");
  const verdict = entity?.verdict;
  const text = verdict ? VERDICTS[verdict] : "not judged";
  return el("p", { class: "verdict", "data-verdict": verdict ?? "" }, text,
    entity?.was ? el("span", { class: "quiet" }, ` – when it was judged its value was ${JSON.stringify(entity.was)}`) : null);
}

function action(name, doing, key) {
  return el("button", { type: "button", class: `do-${doing}`, onclick: () => run(KEYS.find((one) => one.does === doing)) }, name, el("kbd", {}, key));
}

function small(name, doing, key) {
  return el("button", { type: "button", class: "small", "aria-label": KEYS.find((one) => one.does === doing).says, onclick: () => run(KEYS.find((one) => one.does === doing)) }, name, el("kbd", {}, key));
}

// Where it comes from, and what is said of it.
function more() {
  const facts = article.facts.filter((fact) => [fact.subject, fact.date, fact.amount].includes(entity.text));
  return [
    el("p", { class: "quiet" }, "rule ", el("code", {}, entity.rule ?? "none: a reviewer put it there")),
    entity.value.id && ["AGREEMENT", "PARTNERSHIP"].includes(entity.label)
      ? el("p", {}, el("button", { type: "button", class: "small", onclick: () => once(() => pacts.one(entity.value.id)) }, "all mentions of ", bdi(entity.value.id))) : null,
    ...entity.others.map((other) => el("p", { class: "other" }, el("b", {}, other.reviewer), `: ${VERDICTS[other.verdict] ?? other.verdict}`,
      other.correction ? [" – ", JSON.stringify(other.correction.value)].join("") : null, other.comment ? ` – ${other.comment}` : null)),
    facts.length ? el("h3", {}, "Facts") : null,
    ...facts.map((fact) => el("p", { class: "fact" }, el("b", {}, fact.type.replaceAll("_", " ")), " ", fact.parties.join(", "), " ",
      ...[fact.date, fact.amount].filter(Boolean).flatMap((part) => [bdi(part), " "]), el("q", {}, bdi(fact.evidence.text)))),
  ];
}

async function progress() {
  const now = await get("/api/progress");
  if (now.last > known) once(catchUp);
  else progressed(now);
}

function progressed(now) {
  const wasComplete = told.complete;
  Object.assign(told, now);
  drawProgress(now);
  if (!wasComplete && now.complete && !item) once(() => restart());
  if (filter.sample) {
    get("/api/queue", { ...filter, limit: 1 }).then((answer) => {
      sample = answer.sample;
      fill(byId("queue-filter"), filterWords());
    });
  }
}

function drawProgress(now) {
  const { accept = 0, reject = 0, correct = 0, flag = 0 } = now.verdicts;
  const judged = accept + reject + correct;
  const parts = [`${number(judged)} of ${number(now.entities)} judged`, `${number(accept)} right`, `${number(reject)} wrong`, `${number(correct)} mended`];
  if (flag) parts.push(`${number(flag)} flagged`);
  if (!now.complete) parts.push("still reading the output…");
  byId("progress").textContent = parts.join(" · ");
  if (now.fault) alarm(now.fault);
  else if (now.faults.length && !drawProgress.told) {
    drawProgress.told = true;
    alarm(`Some lines of the decisions are not in order: ${now.faults.join("; ")}`);
  }
}

// What has happened, for eyes and screen readers; `of` are words of the article.
function say(message, of = null) {
  fill(byId("said"), message, of === null ? null : bdi(of));
}

const said = (message, of) => say(`Saved. ${message[0].toUpperCase()}${message.slice(1)}`, of);

function alarm(message) {
  const trouble = byId("trouble");
  trouble.hidden = false;
  fill(trouble, message, " ", el("button", { type: "button", onclick: () => { trouble.hidden = true; } }, "Close"));
}

// --- dialogs

function dialog(title, ...content) {
  byId("dialog-title").textContent = title;
  fill(byId("dialog-body"), ...content);
  if (!byId("dialog").open) byId("dialog").showModal();
}

function showKeys() {
  const group = (name) => [el("h3", {}, name), el("dl", { class: "keys" }, ...KEYS.filter((key) => key.group === name).flatMap((key) =>
    [el("dt", {}, ...key.keys.map((one) => el("kbd", {}, one))), el("dd", {}, key.says)]))];
  const toggle = el("input", { type: "checkbox", id: "keys-on", checked: keysOn });
  toggle.addEventListener("change", () => { keysOn = toggle.checked; store("keys", keysOn ? "on" : "off"); });
  dialog("Keys", el("p", {}, toggle, " ", el("label", { for: "keys-on" }, "Single keys act (off: buttons only, for screen readers with keys of their own)")),
    ...[...new Set(KEYS.map((key) => key.group))].flatMap(group));
}

async function showFilter() {
  told.choices = await get("/api/choices");
  const many = (name, options, title) => options.length ? el("fieldset", {}, el("legend", {}, title), el("div", { class: "options" }, ...options.map((option) =>
    el("label", {}, el("input", { type: "checkbox", name, value: option, checked: (filter[name] ?? []).includes(option) }), " ", option.replaceAll("_", " "))))) : null;
  const text = (name, title, type = "text") => el("label", { class: "field" }, title, el("input", { type, name, value: filter[name] ?? "" }));
  const flag = (name, title) => el("label", {}, el("input", { type: "checkbox", name, checked: Boolean(filter[name]) }), " ", title);
  const body = el("form", { class: "filter" },
    el("label", { class: "field" }, "words, in any script", el("input", { type: "search", name: "words", value: filter.words ?? "", autofocus: true, dir: "auto" })),
    many("label", told.choices.label, "label"), many("lang", told.choices.lang, "language"), many("kind", told.choices.kind, "kind of agreement or partnership"),
    el("label", { class: "field" }, "rule", el("select", { name: "rule" }, el("option", { value: "" }, "any"), ...told.choices.rule.map((rule) => el("option", { value: rule, selected: (filter.rule ?? []).includes(rule) }, rule)))),
    el("label", { class: "field" }, "what", el("select", { name: "state" }, ...[["", "not judged yet"], ["skip", "skipped"], ["flag", "flagged"], ["judged", "judged, to look at again"], ["changed", "value changed since it was judged"]].map(([value, title]) =>
      el("option", { value, selected: (filter.state ?? "") === value }, title)))),
    el("div", { class: "row" }, text("since", "articles from", "date"), text("until", "to", "date")),
    el("fieldset", {}, el("legend", {}, "worth a look"), flag("inferred", "values that were inferred"), flag("doubtful", "rules with a low precision so far, the lowest first"),
      told.settling ? flag("disputed", "what others disagree about") : null),
    el("fieldset", {}, el("legend", {}, "random sample, to estimate precision"), text("sample", "how many", "number"), text("seed", "seed")),
    el("div", { class: "row" }, el("button", { type: "submit", class: "main" }, "Show"), el("button", { type: "button", onclick: () => { filter = {}; sample = null; byId("dialog").close(); once(() => restart()); } }, "All")));
  body.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(body);
    filter = {};
    for (const name of ["label", "lang", "kind", "rule"]) {
      const chosen = given.getAll(name).filter(Boolean);
      if (chosen.length) filter[name] = chosen;
    }
    for (const name of ["words", "state", "since", "until", "sample"]) if (given.get(name)) filter[name] = given.get(name);
    for (const name of ["inferred", "doubtful", "disputed"]) if (given.get(name)) filter[name] = true;
    if (filter.sample && given.get("seed")) filter.seed = given.get("seed");
    if (filter.state) filter.open = "0";
    sample = null;
    byId("dialog").close();
    once(() => restart());
  });
  dialog("Queue", body);
  body.elements.words.focus();
}

async function showDocuments() {
  const list = el("ol", { class: "documents" });
  const input = el("input", { type: "search", id: "document-words", dir: "auto", "aria-label": "words in the article, in any script" });
  const draw = async () => {
    const { items } = await get("/api/documents", { words: input.value });
    fill(list, ...items.map((one) => el("li", {}, el("button", { type: "button", onclick: () => { byId("dialog").close(); once(() => openDocument(one.number)); } },
      el("b", {}, bdi(one.title || one.id)), el("span", { class: "quiet" }, ` ${one.date} ${one.lang} · ${one.judged} of ${one.entities} judged${one.whole ? " · whole" : ""}`)))));
    if (!items.length) fill(list, el("li", {}, "No article has these words."));
  };
  input.addEventListener("input", () => { clearTimeout(input.wait); input.wait = setTimeout(draw, 150); });
  dialog("Articles", el("p", {}, el("label", { for: "document-words" }, "search: "), input), list);
  input.focus();
  await draw();
}

async function openDocument(document) {
  await load(document, 0);
  const first = article.entities.find((one) => !one.verdict) ?? article.entities[0];
  if (first) await choose(first);
  else {
    entity = null;
    item = null;
    drawPanel();
  }
}

async function showScores() {
  const rows = await get("/api/rules");
  dialog("Scores by rule", rows.length ? el("table", {}, el("caption", { class: "quiet" }, "Share of a rule's judged entities that were right, with its 95% interval (Wilson)."),
    el("thead", {}, el("tr", {}, ...["rule", "judged", "right", "precision", "interval"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, el("th", { scope: "row" }, row.rule), el("td", {}, number(row.judged)), el("td", {}, number(row.right)),
      el("td", {}, percent(row.right / row.judged)), el("td", {}, `${percent(row.interval[0])} to ${percent(row.interval[1])}`))))) : el("p", {}, "Nothing is judged yet."));
}

function flagIt() {
  const comment = byId("comment");
  if (document.activeElement !== comment && !comment.value) {
    comment.focus();
    say("Say why, then Ctrl+Enter; or Ctrl+Enter at once.");
    comment.flagging = true;
    return;
  }
  return judge("flag", commentOf());
}

// --- keys

const DOES = {
  accept: () => judge("accept", commentOf()), reject: () => judge("reject", commentOf()), skip: () => judge("skip"), flag: flagIt, undo, next: () => next(), previous,
  "accept-all": acceptAll, whole, mend: () => (byId("comment")?.flagging ? judge("flag", commentOf()) : draft ? mend() : judge("accept", commentOf())), drop: () => drop(),
  "start-earlier": () => nudge("start", false), "start-later": () => nudge("start", true), "end-earlier": () => nudge("end", false), "end-later": () => nudge("end", true),
  bounds: useSelection, add: addMissing, cursor, edit: () => byId("panel").querySelector(".fields input, .fields select, .fields textarea")?.focus(),
  label: () => byId("label")?.focus(), comment: () => byId("comment")?.focus(), keys: showKeys, filter: showFilter, documents: showDocuments, scores: showScores, pacts: () => pacts.list(),
  theme: () => theme({ auto: "light", light: "dark", dark: "auto" }[document.documentElement.dataset.theme]),
};

// One thing after the other: a key that is pressed while a decision is on its way waits for it.
function once(work) {
  busy(1);
  working = working.then(work).catch((error) => alarm(error instanceof Refused ? error.message : `${error}`)).finally(() => busy(-1));
  return working;
}

let waiting = 0;
function busy(more) {
  waiting += more;
  document.body.setAttribute("aria-busy", waiting > 0 ? "true" : "false");
}

const run = (key) => once(DOES[key.does]);

function pressed(event) {
  if (event.isComposing || byId("dialog").open) return;
  const writing = event.target.matches?.("input, textarea, select");
  if (!writing && moveCursor(event)) return;
  if (event.ctrlKey && !event.metaKey && event.key === "Enter") {
    event.preventDefault();
    return void run(KEYS.find((key) => key.does === "mend"));
  }
  if (event.key === "Escape") {
    event.preventDefault();
    if (draft) return void once(DOES.drop);
    return void byId("panel").focus({ preventScroll: true });
  }
  if (writing || !keysOn || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target.matches?.("button, a, summary")) return;
  const digit = /^[1-9]$/.test(event.key) ? Object.keys(told.empty)[Number(event.key) - 1] : null;
  if (digit) {
    event.preventDefault();
    return void once(() => relabel(digit));
  }
  const key = keyOf(event.key);
  if (!key) return;
  event.preventDefault();
  run(key);
}

// --- what the browser remembers

function stored(name) {
  try {
    return localStorage.getItem(`annotate-${name}`);
  } catch {
    return null;
  }
}

function store(name, value) {
  try {
    localStorage.setItem(`annotate-${name}`, value);
  } catch {
    // a browser that remembers nothing
  }
}

function theme(chosen) {
  document.documentElement.dataset.theme = chosen;
  store("theme", chosen);
}

once(begin);
