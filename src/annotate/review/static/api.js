// Requests to the server that this page came from. What changes anything is sent until it is answered: its key makes
// sure that it counts once, however often it arrives.

import { byId } from "./dom.js";

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

let csrf = "";

export async function get(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "" && one !== false) query.append(name, one === true ? "1" : one);
    }
  }
  return answered(() => fetch(query.size ? `${path}?${query}` : path, { headers: { accept: "application/json" } }));
}

export async function session() {
  const told = await get("/api/session");
  csrf = told.csrf;
  return told;
}

export async function post(path, content) {
  const body = JSON.stringify(content);
  return answered(() =>
    fetch(path, { method: "POST", body, headers: { "content-type": "application/json", "x-annotate-csrf": csrf } }), true);
}

export const newKey = () => crypto.randomUUID();

async function answered(send, changes = false) {
  for (let attempt = 0; ; attempt++) {
    let response = null;
    try {
      response = await send();
    } catch {
      trouble(changes
        ? "The server cannot be reached; your last decision is not saved yet. Start `annotate review` again: this page goes on by itself."
        : "The server cannot be reached. Start `annotate review` again: this page goes on by itself.");
    }
    if (response?.status === 403) {
      if (!(await renewed())) {
        trouble("The server was started again. Open the link that it shows, in any tab: this page then goes on by itself.");
      } else if (attempt > 20) {
        throw new Refused(403, await response.text());
      }
    } else if (response?.status === 429) {
      // too fast: wait below
    } else if (response) {
      trouble("");
      const told = (response.headers.get("content-type") ?? "").includes("json") ? await response.json() : { error: await response.text() };
      if (!response.ok) throw new Refused(response.status, told.error ?? `error ${response.status}`);
      return told;
    }
    await new Promise((wake) => setTimeout(wake, Math.min(2000, 150 * (attempt + 1))));
  }
}

async function renewed() {
  try {
    const response = await fetch("/api/session");
    if (!response.ok) return false;
    csrf = (await response.json()).csrf;
    return true;
  } catch {
    return false;
  }
}

export function trouble(message) {
  const place = byId("trouble");
  place.hidden = !message;
  if (place.textContent !== message) place.textContent = message;
}
