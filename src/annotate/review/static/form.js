// The value of an entity, each field with the control that suits it; which fields there are, the schema says.

import { get } from "./api.js";
import { bdi, el, fill } from "./dom.js";

const TOLD = ["timex_type", "edtf", "start", "end", "grain", "anchor"]; // of a date, the server tells these

export class ValueForm {
  constructor(session, onchange) {
    this.session = session;
    this.onchange = onchange;
    this.readers = new Map();
  }

  // The fields for a value; `entities` are those that a link may lead to.
  show(place, label, value, entities) {
    this.label = label;
    this.value = value;
    this.readers = new Map();
    const schema = this.session.schema[label];
    const known = label === label.toUpperCase() && schema ? schema.properties : null;
    const keys = known ? Object.keys(known) : Object.keys(value);
    const rows = [];
    for (const key of keys) {
      if (label === "DATE" && TOLD.includes(key)) continue;
      rows.push(this.row(key, known?.[key] ?? {}, value[key] ?? null, entities));
    }
    if (label === "DATE") rows.push(this.resolved(value));
    fill(place, ...rows);
    this.amount();
  }

  // The value as it now stands in the fields.
  read() {
    const value = { ...this.value };
    for (const [key, reader] of this.readers) value[key] = reader();
    return value;
  }

  row(key, schema, value, entities) {
    const id = `field-${key}`;
    const [control, reader] = this.control(id, key, schema, value, entities);
    this.readers.set(key, reader);
    control.addEventListener("input", () => this.changed(key));
    const told = schema.description ?? "";
    return el("div", { class: "field" }, el("label", { for: id, title: told }, key.replaceAll("_", " ")), control,
      key === "amount" || key === "min" || key === "max" ? el("output", { id: `${id}-told`, class: "quiet", for: id }) : null);
  }

  control(id, key, schema, value, entities) {
    const links = this.session.links[this.label]?.[key];
    if (links) return this.link(id, value, links, entities);
    const kind = plain(this.session.schema, schema);
    if (kind.type === "array") {
      return plain(this.session.schema, kind.items ?? {}).properties ? this.parties(id, value ?? []) : this.list(id, key, value ?? []);
    }
    if (kind.enum) return this.choice(id, kind.enum, value, isNullable(schema));
    if (kind.type === "integer") {
      const input = el("input", { id, type: "number", min: kind.minimum ?? 0, step: 1, value: value ?? "" });
      return [input, () => (input.value === "" ? null : Number(input.value))];
    }
    if (value !== null && typeof value === "object") {
      const input = el("textarea", { id, rows: 3, spellcheck: "false" }, JSON.stringify(value));
      return [input, () => (input.value === JSON.stringify(value) ? value : parsed(input.value))];
    }
    const input = el("input", { id, type: "text", value: value ?? "", spellcheck: "false", autocomplete: "off", dir: "auto",
      list: key === "currency" ? "currencies" : this.session.known[key] && this.label === "PARTNERSHIP" ? `known-${key}` : null, inputmode: ["amount", "min", "max"].includes(key) ? "decimal" : null });
    return [input, () => (input.value.trim() === "" ? null : key === "currency" ? input.value.trim().toUpperCase() : input.value.trim())];
  }

  choice(id, options, value, nullable) {
    const select = el("select", { id }, nullable || value === null ? el("option", { value: "" }, "–") : null,
      ...options.filter((option) => option !== null).map((option) => el("option", { value: option, selected: option === value }, option.replaceAll("_", " "))));
    return [select, () => select.value || null];
  }

  // Several words: those that are known to tick, others to write.
  list(id, key, value) {
    const known = this.session.known[key] ?? [];
    const others = el("input", { id, type: "text", value: value.filter((one) => !known.includes(one)).join(", "), spellcheck: "false", autocomplete: "off" });
    if (!known.length) return [others, () => commaed(others.value)];
    const boxes = known.map((one) => el("input", { type: "checkbox", value: one, checked: value.includes(one) }));
    const body = el("div", { role: "group", "aria-label": key }, el("div", { class: "options" },
      ...boxes.map((box) => el("label", {}, box, " ", box.value.replaceAll("_", " ")))), others);
    return [body, () => [...boxes.filter((box) => box.checked).map((box) => box.value), ...commaed(others.value)]];
  }

  parties(id, value) {
    const body = el("div", { class: "parties", id, role: "group", "aria-label": "parties" });
    const add = (party) => {
      const name = el("input", { type: "text", value: party.name, "aria-label": "name of the party", placeholder: "name", dir: "auto" });
      const code = el("input", { type: "text", value: party.code ?? "", "aria-label": "code of the party", placeholder: "code", size: 6 });
      const row = el("div", { class: "party" }, name, code, el("button", { type: "button", "aria-label": "remove this party", onclick: () => { row.remove(); this.changed("parties"); } }, "×"));
      row.read = () => ({ name: name.value.trim(), code: code.value.trim() || null });
      body.insertBefore(row, more);
      return name;
    };
    const more = el("button", { type: "button", onclick: () => add({ name: "", code: null }).focus() }, "Add a party");
    body.append(more);
    value.forEach(add);
    return [body, () => [...body.querySelectorAll(".party")].map((row) => row.read()).filter((party) => party.name)];
  }

  link(id, value, labels, entities) {
    const targets = entities.filter((entity) => labels.includes(entity.found.label));
    const select = el("select", { id }, el("option", { value: "" }, "–"), ...targets.map((entity, at) =>
      el("option", { value: at, selected: value && entity.found.start === value.start && entity.found.end === value.end }, `${entity.text}`)));
    const far = value && select.value === "";
    if (far) select.append(el("option", { value: "far", selected: true }, value.text));
    return [select, () => {
      if (select.value === "") return null;
      if (select.value === "far") return value;
      const { start, end } = targets[Number(select.value)].found;
      return { start, end, text: targets[Number(select.value)].text };
    }];
  }

  resolved(value) {
    this.told = el("output", { class: "resolved", for: "field-timex" }, ...dateTold(value));
    return el("div", { class: "field" }, el("span", { class: "label" }, "resolves to"), this.told);
  }

  async changed(key) {
    this.onchange();
    if (this.label === "DATE" && (key === "timex" || key === "mod")) {
      const { timex, mod } = this.read();
      const told = timex ? await get("/api/date", { timex, mod }) : null;
      if (this.read().timex === timex) fill(this.told, ...(told ? dateTold(told) : ["no date: write 2024-12-06, 2024-12, 2024, 199, 2024-Q3, 2020/2021 or P5Y"]));
    }
    this.amount();
  }

  amount() {
    if (this.label !== "MONEY") return;
    const value = this.read();
    for (const key of ["amount", "min", "max"]) {
      const place = document.getElementById(`field-${key}-told`);
      if (place) fill(place, money(value[key], value.currency));
    }
  }
}

const commaed = (text) => text.split(",").map((part) => part.trim()).filter(Boolean);

function money(amount, currency) {
  if (amount === null || !/^-?\d+(\.\d+)?$/.test(amount)) return amount === null ? "" : "write digits, and a point before decimals";
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency: currency ?? "XXX", currencyDisplay: "code", maximumFractionDigits: 20 }).format(amount);
  } catch {
    return new Intl.NumberFormat("en", { maximumFractionDigits: 20 }).format(amount);
  }
}

function dateTold(value) {
  const days = value.start && value.end ? (value.start === value.end ? value.start : `${value.start} to ${value.end}`) : value.start ?? value.end ?? "no days of its own";
  return [`${days}${value.grain ? `, ${value.grain}` : ""}`, ...(value.anchor ? [el("br"), "told from ", bdi(value.anchor)] : [])];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// A field's schema without its null, and what it refers to in its place.
function plain(parts, schema) {
  if (schema.$ref) return plain(parts, parts[schema.$ref.split("/").at(-1)] ?? {});
  if (schema.anyOf) {
    const options = schema.anyOf.filter((option) => option.type !== "null").map((option) => plain(parts, option));
    return options.find((option) => option.enum) ?? options[0] ?? {};
  }
  return schema;
}

const isNullable = (schema) => (schema.anyOf ?? []).some((option) => option.type === "null");
