// Draws a scene. Every text becomes a text node, so that no name can be markup.

const SVG = "http://www.w3.org/2000/svg";

export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

function drawn(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function phrase({ lang, text }) {
  const made = element("bdi", "", text);
  if (lang) made.lang = lang;
  return made;
}

export function phrases(said) {
  return said.map(phrase);
}

// A text in each language of the screen; two stand side by side.
function said(name, className, texts) {
  if (!texts.length) return null;
  return element(name, `said ${className} ${texts.length > 1 ? "two" : ""}`.trim(), ...phrases(texts));
}

function inline(name, className, texts) {
  return texts.length ? element(name, `said ${className}`.trim(), ...phrases(texts)) : null;
}

// What became of a seat: a shape of its own in the middle of (x, y), so that colour is never alone.
function shape(mark, x, y, r) {
  const at = (...points) => points.map(([dx, dy]) => `${x + dx * r},${y + dy * r}`).join(" ");
  const thin = r * 0.28;
  const classes = { class: `mark-${mark}` };
  switch (mark) {
    case "for":
      return drawn("polygon", { ...classes, "stroke-width": 0, points: at([0, -1], [1, 0.85], [-1, 0.85]) });
    case "against":
      return drawn("polygon", { ...classes, "stroke-width": 0, points: at([0, 1], [1, -0.85], [-1, -0.85]) });
    case "abstain":
      return drawn("rect", { ...classes, "stroke-width": 0, x: x - r * 0.8, y: y - r * 0.8, width: r * 1.6, height: r * 1.6 });
    case "chose":
    case "option":
      return drawn("circle", { ...classes, "stroke-width": 0, cx: x, cy: y, r: r * 0.85 });
    case "elected":
      return drawn("polyline", { ...classes, fill: "none", "stroke-width": r * 0.4, points: at([-0.9, 0], [-0.2, 0.8], [1, -0.8]) });
    case "recused":
      return drawn("path", { ...classes, "stroke-width": thin, d: `M${x - r * 0.7} ${y - r * 0.7}l${r * 1.4} ${r * 1.4}m0 ${-r * 1.4}l${-r * 1.4} ${r * 1.4}` });
    case "not-voting":
      return drawn("circle", { ...classes, "stroke-width": thin, cx: x, cy: y, r: r * 0.75 });
    default:
      return drawn("circle", { ...classes, "stroke-width": 0, cx: x, cy: y, r: r * (mark === "empty" ? 0.18 : 0.32) });
  }
}

function glyph(mark) {
  return drawn("svg", { class: "glyph", viewBox: "-1.2 -1.2 2.4 2.4", "aria-hidden": "true" }, shape(mark, 0, 0, 1));
}

function outcomeGlyph(outcome) {
  const good = outcome === "adopted" || outcome === "elected";
  const bad = outcome === "not-adopted" || outcome === "void" || outcome === "no-quorum";
  const path = good ? "M-.9 0L-.2.8L1-.8" : bad ? "M-.8-.8L.8.8M.8-.8L-.8.8" : "M-.9-.35H.9M-.9.35H.9";
  const classes = good ? "mark-for" : bad ? "mark-against" : "mark-not-voting";
  const line = drawn("path", { class: classes, d: path, fill: "none", "stroke-width": "0.42" });
  line.style.fill = "none";
  return drawn("svg", { viewBox: "-1.2 -1.2 2.4 2.4", "aria-hidden": "true" }, line);
}

function hemicycle(scene) {
  const radius = Math.min(46, Math.sqrt((0.66 * 2000 * 1000) / scene.seats.length) * 0.38);
  const room = radius * 1.3;
  const box = `${-room} ${-room} ${2000 + 2 * room} ${1000 + 2 * room}`;
  const label = scene.figures.map((one) => `${one.label.map((each) => each.text).join(" / ")} ${one.count}`).join(", ");
  const svg = drawn("svg", { viewBox: box, role: "img", "aria-label": label, preserveAspectRatio: "xMidYMid meet" });
  for (const seat of scene.seats) svg.append(shape(seat.mark, seat.x * 2, seat.y, radius));
  return element("div", "seats", svg);
}

const LARGE = ["for", "against", "abstain", "option", "elected"];

function figures(scene) {
  const table = element("div", "figures");
  for (const one of scene.figures.filter((each) => LARGE.includes(each.mark))) {
    table.append(
      element("p", "figure large", element("span", "large", glyph(one.mark)), inline("span", "label large", one.label), element("span", "count large", String(one.count))),
    );
  }
  return table;
}

function figureRow(scene, marks) {
  const chosen = scene.figures.filter((one) => marks(one.mark));
  const row = element("p", "row small quiet");
  for (const one of chosen) {
    row.append(element("span", "figure", glyph(one.mark), inline("span", "label", one.label), element("strong", "count", String(one.count))));
  }
  return chosen.length ? row : null;
}

function outcomeLine(scene) {
  if (!scene.outcome && !scene.needed.length) return null;
  return element(
    "div", "outcome", scene.outcome ? outcomeGlyph(scene.outcome) : null, inline("p", "", scene.outcome_word),
    element("span", "push"), scene.outcome ? inline("p", "needed", scene.needed) : null,
  );
}

function head(scene) {
  return element(
    "div", "head line", inline("h1", "", scene.headline), inline("p", "item good", scene.item), inline("p", "small quiet", scene.item_title),
  );
}

function turnout(scene) {
  const told = scene.turnout;
  const block = element("div", "turnout");
  if (told.of) {
    block.append(element("strong", "", `${told.voted} / ${told.of}`));
    const share = Math.min(100, (100 * told.voted) / told.of);
    const filled = drawn("rect", { x: 0, y: 0, width: share, height: 10 });
    block.append(element("div", "bar", drawn("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, filled)));
  }
  block.append(said("p", "small quiet", told.said));
  return block;
}

function timer() {
  const made = element("p", "timer");
  made.setAttribute("role", "timer");
  return made;
}

function drawVote(scene) {
  const running = element("div", "running", scene.ends_ms ? timer() : null, scene.turnout ? turnout(scene) : null);
  return [
    head(scene), said("h2", "", scene.title), running, said("p", "small quiet", scene.detail), said("p", "good needed", scene.needed),
  ];
}

function drawResult(scene) {
  const middle = element("div", scene.seats.length ? "result" : "result alone", figures(scene), scene.seats.length ? hemicycle(scene) : null);
  return [
    head(scene), said("h2", "", scene.title), scene.figures.length ? middle : null,
    figureRow(scene, (mark) => !LARGE.includes(mark)), outcomeLine(scene), said("p", "small quiet why", scene.why),
  ];
}

function drawNamed(scene) {
  const list = element("div", "names");
  for (const group of scene.names) {
    const names = element("ul", "", ...group.names.map((name) => element("li", "", phrase(name))));
    list.append(element("section", "group", element("h3", "", glyph(group.mark), ...phrases(group.label), ` ${group.names.length}`), names));
  }
  return [head(scene), said("h2", "", scene.title), list, figureRow(scene, () => true), outcomeLine(scene)];
}

function drawSpeaker(scene) {
  const running = element("div", "running", scene.since_ms ? timer() : null);
  return [
    head(scene), said("h2", "", scene.title), said("p", "good quiet", scene.detail), running, said("p", "small quiet", scene.coming),
    said("p", "small quiet", scene.quorum),
  ];
}

function drawPlain(scene) {
  const middle = element(
    "div", "center", said("h1", "", scene.headline), scene.item.length ? inline("p", "good quiet", scene.item) : null,
    said("h2", "", scene.title), said("p", "good", scene.coming), said("p", "small quiet", scene.quorum),
  );
  return [middle];
}

const DRAWERS = {
  armed: drawVote, open: drawVote, held: drawVote, "last-call": drawVote, result: drawResult, named: drawNamed, speaker: drawSpeaker,
};

export function drawHall(scene, root) {
  const parts = (DRAWERS[scene.state] || drawPlain)(scene).filter((part) => part !== null);
  root.className = ["open", "last-call", "held"].includes(scene.state) ? "live" : "";
  root.replaceChildren(...parts);
  fit(root);
}

// Titles of more than two lines, and pages of more than a screen, become smaller before anything is cut off.
export function fit(root) {
  const title = root.querySelector("h2");
  root.style.setProperty("--scale", "1");
  for (const scale of [1, 0.92, 0.84, 0.76, 0.68, 0.6]) {
    root.style.setProperty("--title-scale", String(scale));
    if (!title || title.clientHeight <= 2.4 * parseFloat(getComputedStyle(title).fontSize) * 1.15) break;
  }
  for (let scale = 1; scale > 0.3 && root.scrollHeight > root.clientHeight + 1; scale -= 0.06) {
    root.style.setProperty("--scale", String(scale));
  }
}

export function drawStrip(scene, root, test) {
  if (["no-sitting", "idle", "recess", "in-camera"].includes(scene.state)) {
    root.replaceChildren();
    return;
  }
  const facts = element("p", "facts");
  for (const one of scene.figures) {
    facts.append(element("span", "figure", glyph(one.mark), ...phrases(one.label.slice(0, 1)), element("strong", "", String(one.count))));
  }
  const outcome = inline("strong", "", scene.outcome_word);
  if (outcome) facts.append(outcome);
  if (scene.turnout) facts.append(...phrases(scene.turnout.said));
  const heading = scene.title.length ? scene.title : scene.item_title;
  const text = element(
    "div", "text", element("h1", "", ...phrases(scene.headline), " ", ...phrases(scene.item.slice(0, 1))), inline("h2", "", heading),
    facts.childNodes.length ? facts : inline("p", "", scene.detail),
  );
  const timed = scene.ends_ms || scene.state === "speaker";
  const strip = element("div", "strip", scene.test ? element("span", "test-word", test) : null, text, timed ? timer() : null);
  strip.classList.toggle("live", ["open", "last-call", "held"].includes(scene.state));
  strip.classList.toggle("test", Boolean(scene.test));
  root.replaceChildren(strip);
}
