// Elements without markup: whatever comes from an article is only ever the content of a text node.

export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function fill(target, ...children) {
  target.replaceChildren(...children.filter((child) => child !== null && child !== undefined && child !== false));
}

export const byId = (id) => document.getElementById(id);

const CONTROLS = new Map([
  ["\u061c", "ALM"], ["\u200e", "LRM"], ["\u200f", "RLM"], ["\u202a", "LRE"], ["\u202b", "RLE"], ["\u202c", "PDF"],
  ["\u202d", "LRO"], ["\u202e", "RLO"], ["\u2066", "LRI"], ["\u2067", "RLI"], ["\u2068", "FSI"], ["\u2069", "PDI"],
]);
const CONTROL = /([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/;

// Words of an article: what turns the direction of text is shown by its name, and turns nothing.
export function words(text) {
  return text.split(CONTROL).filter(Boolean).map((part) =>
    CONTROLS.has(part) ? el("span", { class: "control", "data-name": CONTROLS.get(part) }, part) : document.createTextNode(part));
}

export const bdi = (text) => el("bdi", {}, ...words(text));

export const number = (count) => count.toLocaleString("en");

export const percent = (share) => `${(100 * share).toFixed(1)}%`;
