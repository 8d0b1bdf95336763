"use strict";
// Filters over what the page shows already: without this script all of it is there.
(() => {
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const nothing = document.getElementById("nothing");
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = (node) => plain(node.textContent).replace(/\s+/g, " ");
  const counted = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
  const offered = new Set([...form.querySelectorAll("input[name=label]")].map((box) => box.value));
  const all = [...document.querySelectorAll(".document")].map((node) => ({
    node,
    lang: node.dataset.lang,
    title: null,
    sentences: [...node.querySelectorAll(":scope > ol > li")].map((item) => ({ node: item, words: null, entities: null })),
  }));

  function entitiesOf(sentence) {
    sentence.entities ??= [...sentence.node.querySelectorAll(".entities > li")].map((node, n) => ({
      node, label: node.dataset.label, rule: `${node.dataset.label} ${node.dataset.rule}`,
      marks: [...sentence.node.querySelectorAll(`mark[data-n="${n}"]`)],
    }));
    return sentence.entities;
  }

  function hasWords(sentence, document, sought) {
    if (!sought.length) return true;
    document.title ??= words(document.node.querySelector("h3"));
    sentence.words ??= `${document.title} ${words(sentence.node.querySelector(".text"))}`;
    return sought.every((word) => sentence.words.includes(word));
  }

  function show() {
    const given = new FormData(form);
    const labels = new Set(given.getAll("label"));
    const [lang, rule] = [given.get("lang"), given.get("rule")];
    const sought = plain(given.get("words")).split(/\s+/).filter(Boolean);
    let [entities, sentences] = [0, 0];
    for (const document of all) {
      let any = false;
      for (const sentence of document.sentences) {
        let some = 0;
        if ((!lang || document.lang === lang) && hasWords(sentence, document, sought)) {
          for (const entity of entitiesOf(sentence)) {
            const wanted = (labels.has(entity.label) || !offered.has(entity.label)) && (!rule || entity.rule === rule);
            some += wanted;
            if (entity.node.hidden === wanted) {
              entity.node.hidden = !wanted;
              for (const mark of entity.marks) mark.classList.toggle("off", !wanted);
            }
          }
        }
        sentence.node.hidden = !some;
        entities += some;
        sentences += some > 0;
        any ||= some > 0;
      }
      document.node.hidden = !any;
    }
    shown.textContent = `${counted(entities, "entity", "entities")} in ${counted(sentences, "sentence", "sentences")}.`;
    nothing.hidden = entities > 0;
  }

  let waiting = 0;
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  }
  form.addEventListener("input", (event) => (event.target.name === "words" ? soon() : show()));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  form.hidden = false;
  show();

  const opened = [];
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      opened.push(details);
    }
  });
  addEventListener("afterprint", () => {
    for (const details of opened.splice(0)) details.open = false;
  });
})();
