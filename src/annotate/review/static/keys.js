// All keys: what each does, by name, and what the sheet says of it.

export const KEYS = [
  { keys: ["a", "Enter"], does: "accept", group: "Judge", says: "right; saves what was mended" },
  { keys: ["r", "x"], does: "reject", group: "Judge", says: "wrong: no such entity" },
  { keys: ["s"], does: "skip", group: "Judge", says: "skip, for later" },
  { keys: ["f"], does: "flag", group: "Judge", says: "flag, with a comment" },
  { keys: ["A"], does: "accept-all", group: "Judge", says: "right, and all of the same words and value in this article" },
  { keys: ["g"], does: "whole", group: "Judge", says: "nothing else is missing in this article", button: "whole" },
  { keys: ["u"], does: "undo", group: "Judge", says: "undo, again and again" },
  { keys: ["q"], does: "start-earlier", group: "Mend", says: "start a word earlier" },
  { keys: ["w"], does: "start-later", group: "Mend", says: "start a word later" },
  { keys: ["o"], does: "end-earlier", group: "Mend", says: "end a word earlier" },
  { keys: ["p"], does: "end-later", group: "Mend", says: "end a word later" },
  { keys: ["b"], does: "bounds", group: "Mend", says: "take the selected text as its bounds" },
  { keys: ["l"], does: "label", group: "Mend", says: "choose the label; 1 to 9 take the first nine" },
  { keys: ["e"], does: "edit", group: "Mend", says: "edit the value" },
  { keys: ["c"], does: "comment", group: "Mend", says: "write a comment" },
  { keys: ["m"], does: "add", group: "Mend", says: "add what is missing: the selected text" },
  { keys: ["v"], does: "cursor", group: "Mend", says: "a cursor in the text; arrows move it by words, Shift selects, Alt by characters" },
  { keys: ["Ctrl+Enter"], does: "mend", group: "Mend", says: "save, also from within a field" },
  { keys: ["Esc"], does: "drop", group: "Mend", says: "leave a field; drop what is not saved" },
  { keys: ["n", "j", "ArrowRight"], does: "next", group: "Go", says: "next one" },
  { keys: ["k", "ArrowLeft"], does: "previous", group: "Go", says: "previous one" },
  { keys: ["/"], does: "filter", group: "Go", says: "what the queue asks for; search", button: "open-filter" },
  { keys: ["d"], does: "documents", group: "Go", says: "articles", button: "open-documents" },
  { keys: ["y"], does: "pacts", group: "Go", says: "agreements and partnerships: all mentions of each, to merge and to split", button: "open-pacts" },
  { keys: ["i"], does: "scores", group: "Go", says: "scores by rule", button: "open-scores" },
  { keys: ["t"], does: "theme", group: "Go", says: "light, dark, or as the system has it", button: "theme" },
  { keys: ["?"], does: "keys", group: "Go", says: "this sheet", button: "open-keys" },
];

const BY_KEY = new Map(KEYS.flatMap((key) => key.keys.map((one) => [one, key])));

export const keyOf = (pressed) => BY_KEY.get(pressed);
