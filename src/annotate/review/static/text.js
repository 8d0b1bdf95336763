// The text of an article with its entities. The server counts code points; the browser counts UTF-16 units. Here, and
// only here, one is turned into the other.

import { el, words } from "./dom.js";

// For each code point of a text the UTF-16 unit at which it begins, and the end.
export class Offsets {
  constructor(text, start) {
    this.start = start;
    this.astral = /[\ud800-\udbff][\udc00-\udfff]/.test(text);
    this.length = text.length;
    if (this.astral) {
      this.units = [];
      let unit = 0;
      for (const point of text) {
        this.units.push(unit);
        unit += point.length;
      }
      this.units.push(unit);
    }
  }

  toUnit(point) {
    const inside = Math.max(0, point - this.start);
    if (!this.astral) return Math.min(inside, this.length);
    return this.units[Math.min(inside, this.units.length - 1)];
  }

  // A unit in the middle of a surrogate pair belongs to the code point that it is half of.
  toPoint(unit) {
    if (!this.astral) return this.start + unit;
    let low = 0;
    let high = this.units.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.units[middle] <= unit) low = middle;
      else high = middle - 1;
    }
    return this.start + low;
  }
}

export class TextView {
  constructor(place) {
    this.place = place;
    this.text = "";
    this.offsets = new Offsets("", 0);
    this.marks = new Map();
  }

  // `styles` tells of each label its letter and the number of its pattern.
  show(article, entities, styles) {
    this.text = article.text;
    this.offsets = new Offsets(article.text, article.start);
    this.place.lang = article.lang === "und" ? "" : article.lang;
    this.render(entities, styles);
  }

  render(entities, styles) {
    this.marks = new Map();
    const spans = entities
      .map((entity) => ({ entity, from: this.offsets.toUnit(entity.start), to: this.offsets.toUnit(entity.end) }))
      .filter((span) => span.from < span.to)
      .sort((one, other) => one.from - other.from || other.to - one.to);
    const edges = [...new Set([0, this.text.length, ...spans.flatMap((span) => [span.from, span.to])])].sort((a, b) => a - b);
    const root = document.createDocumentFragment();
    let open = [{ node: root, span: null }];
    let next = 0;
    for (let i = 0; i + 1 < edges.length; i++) {
      const [from, to] = [edges[i], edges[i + 1]];
      const still = open.findIndex((level) => level.span && level.span.to <= from);
      let again = [];
      if (still > 0) {
        again = open.slice(still).map((level) => level.span).filter((span) => span.to > from);
        open = open.slice(0, still);
      }
      while (next < spans.length && spans[next].from === from) again.push(spans[next++]);
      for (const span of again) {
        const node = this.mark(span, span.from === from, styles, open.length - 1);
        open.at(-1).node.append(node);
        open.push({ node, span });
      }
      open.at(-1).node.append(...words(this.text.slice(from, to)));
    }
    this.place.replaceChildren(root);
  }

  mark({ entity }, isFirst, styles, depth) {
    const style = styles.get(entity.label) ?? { letter: entity.label[0], pattern: 0 };
    const node = el("mark", {
      class: isFirst ? "first" : "rest", "data-pattern": style.pattern, "data-letter": style.letter,
      "data-depth": Math.min(depth, 3), "data-verdict": entity.verdict ?? "",
    });
    node.entity = entity;
    this.marks.set(entity, [...(this.marks.get(entity) ?? []), node]);
    return node;
  }

  // Show which entity is the current one, and what was decided about it.
  current(entity) {
    for (const node of this.place.querySelectorAll("mark[aria-current]")) node.removeAttribute("aria-current");
    for (const node of this.marks.get(entity) ?? []) node.setAttribute("aria-current", "true");
  }

  // Bring an entity into sight; `floor` is where what lies over the text begins, in a narrow window the panel.
  reveal(entity, floor) {
    const first = this.marks.get(entity)?.[0];
    if (!first) return;
    const { top, bottom } = first.getBoundingClientRect();
    const room = Math.min(floor, window.innerHeight);
    if (top < room * 0.2 || bottom > room * 0.8) window.scrollBy(0, (top + bottom) / 2 - room / 2);
  }

  judged(entity) {
    for (const node of this.marks.get(entity) ?? []) node.dataset.verdict = entity.verdict ?? "";
  }

  // The code points that are selected, without white space at the ends; null where nothing in the text is.
  selection() {
    const chosen = getSelection();
    if (!chosen || chosen.rangeCount === 0 || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    if (!this.place.contains(range.startContainer) || !this.place.contains(range.endContainer)) return null;
    let [from, to] = [this.unitOf(range.startContainer, range.startOffset), this.unitOf(range.endContainer, range.endOffset)];
    while (from < to && /\s/u.test(this.text[from])) from++;
    while (from < to && /\s/u.test(this.text[to - 1])) to--;
    if (from >= to) return null;
    const start = this.offsets.toPoint(from);
    let end = this.offsets.toPoint(to);
    if (this.offsets.toUnit(end) < to) end++;
    return { start, end, text: this.slice(start, end) };
  }

  unitOf(container, offset) {
    const before = document.createRange();
    before.setStart(this.place, 0);
    before.setEnd(container, offset);
    return before.toString().length;
  }

  slice(start, end) {
    return this.text.slice(this.offsets.toUnit(start), this.offsets.toUnit(end));
  }

  // The node and offset of a unit, to put a selection there.
  spot(unit) {
    const walker = document.createTreeWalker(this.place, NodeFilter.SHOW_TEXT);
    let left = unit;
    let node = walker.nextNode();
    while (node && left > node.length) {
      left -= node.length;
      node = walker.nextNode();
    }
    return node ? [node, left] : [this.place, 0];
  }

  select(start, end) {
    const [from, to] = [this.spot(this.offsets.toUnit(start)), this.spot(this.offsets.toUnit(end))];
    getSelection().setBaseAndExtent(...from, ...to);
  }

  // Where an end stands after it has been moved by a word; the words are those of the language.
  nudged(point, forward, lang) {
    const unit = this.offsets.toUnit(point);
    const around = 200;
    const from = Math.max(0, unit - around);
    const near = this.text.slice(from, unit + around);
    const edges = [];
    let locale = lang === "und" ? undefined : lang;
    for (const part of new Intl.Segmenter(locale, { granularity: "word" }).segment(near)) {
      if (/\S/u.test(part.segment)) edges.push([from + part.index, from + part.index + part.segment.length]);
    }
    return { edges, unit, forward };
  }

  nudgeStart(point, later, lang) {
    const { edges, unit } = this.nudged(point, later, lang);
    const starts = edges.map(([start]) => start);
    const found = later ? starts.find((start) => start > unit) : starts.findLast((start) => start < unit);
    return found === undefined ? point : this.offsets.toPoint(found);
  }

  nudgeEnd(point, later, lang) {
    const { edges, unit } = this.nudged(point, later, lang);
    const ends = edges.map(([, end]) => end);
    const found = later ? ends.find((end) => end > unit) : ends.findLast((end) => end < unit);
    return found === undefined ? point : this.offsets.toPoint(found);
  }
}
