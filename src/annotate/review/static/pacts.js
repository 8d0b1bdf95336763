// Agreements and partnerships: all mentions of each in one place, to be made one with another, or told apart.

import { get, newKey, post } from "./api.js";
import { bdi, byId, el, fill, number } from "./dom.js";

const KEEP = 3; // words of a list that are shown for each

// `page` is what the page lends: dialog, go (to a mention), known, decided (what the server answered), refused.
export class Pacts {
  constructor(page) {
    this.page = page;
  }

  async list(words = "") {
    const list = el("ol", { class: "documents" });
    const input = el("input", { type: "search", id: "pact-words", dir: "auto", value: words });
    const draw = async () => {
      const { items } = await get("/api/agreements", { words: input.value });
      fill(list, ...items.map((one) => el("li", {}, el("button", { type: "button", onclick: () => this.page.once(() => this.one(one.key)) },
        el("b", {}, bdi(one.key)), el("span", { class: "quiet" }, ` ${mentions(one.mentions)} in ${articles(one.documents)}`), el("br"),
        ...one.texts.slice(0, KEEP).flatMap((text, at) => [at ? " · " : null, bdi(text)])))));
      if (!items.length) fill(list, el("li", {}, input.value ? "None has these words." : "No agreement or partnership here has a key."));
    };
    input.addEventListener("input", () => { clearTimeout(input.wait); input.wait = setTimeout(draw, 150); });
    this.page.dialog("Agreements and partnerships", el("p", {}, el("label", { for: "pact-words" }, "search: "), input), list);
    input.focus();
    await draw();
  }

  async one(key) {
    const told = await get("/api/agreement", { key });
    const { items } = await get("/api/agreements");
    const boxes = told.mentions.map((one) => el("input", { type: "checkbox", value: one.number, "aria-label": `${one.text}, ${one.title || one.id}` }));
    const others = el("input", { id: "pact-other", list: "pact-keys", dir: "ltr", autocomplete: "off" });
    const apart = el("input", { id: "pact-apart", dir: "ltr", autocomplete: "off", value: free(told.key, items) });
    this.page.dialog(told.key,
      el("p", { class: "row" }, el("button", { type: "button", onclick: () => this.page.once(() => this.list()) }, "All"),
        el("span", { class: "quiet" }, `${mentions(told.mentions.length)} in ${articles(new Set(told.mentions.map((one) => one.document)).size)}`)),
      told.merged.length ? el("p", { class: "quiet" }, "Merged into it: ", ...told.merged.flatMap((old, at) => [at ? ", " : null, bdi(old)]), ". Undo takes the last decision back.") : null,
      el("ol", { class: "mentions" }, ...told.mentions.map((one, at) => el("li", { lang: one.lang === "und" ? null : one.lang },
        boxes[at],
        el("span", {}, el("span", { dir: "auto" }, el("span", { class: "quiet" }, bdi(one.before)), el("b", {}, bdi(one.text)), el("span", { class: "quiet" }, bdi(one.after))), el("br"),
          el("button", { type: "button", class: "small", onclick: () => { byId("dialog").close(); this.page.once(() => this.page.go(one)); } }, "show"),
          el("span", { class: "quiet" }, " ", bdi(one.title || one.id), one.date ? ` · ${one.date}` : null, one.key === told.key ? null : ` · ${one.key}`))))),
      el("datalist", { id: "pact-keys" }, ...items.filter((one) => one.key !== told.key).map((one) => el("option", { value: one.key }))),
      el("div", { class: "field" }, el("label", { for: "pact-other" }, "it is one with"), el("span", { class: "row" }, others,
        el("button", { type: "button", onclick: () => this.page.once(() => this.merge(told.key, others)) }, "Merge"))),
      el("div", { class: "field" }, el("label", { for: "pact-apart" }, "the chosen mentions are another"), el("span", { class: "row" }, apart,
        el("button", { type: "button", onclick: () => this.page.once(() => this.split(boxes, apart)) }, "Split off"))),
      el("p", { id: "pact-said", role: "status", "aria-live": "polite" }));
    others.focus();
  }

  async merge(key, other) {
    if (!other.value.trim()) return this.tell("Name the other one first.", other);
    await this.decide("/api/merge", { keys: [key, other.value] }, key);
  }

  async split(boxes, apart) {
    const chosen = boxes.filter((box) => box.checked).map((box) => Number(box.value));
    if (!chosen.length) return this.tell("Choose the mentions that are another one first.", boxes[0]);
    await this.decide("/api/split", { mentions: chosen, to: apart.value }, apart.value.trim());
  }

  async decide(path, content, then) {
    let answer;
    try {
      answer = await post(path, { key: newKey(), known: this.page.known(), ...content });
    } catch (error) {
      if (error.status !== 422) return void (await this.page.refused(error));
      return this.tell(error.message);
    }
    await this.page.decided(answer);
    await this.one(then);
    this.tell("Saved. Undo takes it back.");
  }

  tell(message, focus = null) {
    byId("pact-said").textContent = message;
    focus?.focus();
  }
}

const mentions = (count) => `${number(count)} ${count === 1 ? "mention" : "mentions"}`;
const articles = (count) => `${number(count)} ${count === 1 ? "article" : "articles"}`;

// A key like this one that none has yet.
function free(key, items) {
  const taken = new Set(items.map((one) => one.key));
  let at = 2;
  while (taken.has(`${key}/${at}`)) at++;
  return `${key}/${at}`;
}
