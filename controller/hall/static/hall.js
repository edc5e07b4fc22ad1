// Listens, draws the newest scene, and covers it when it may be old.
//
// Time is the controller's: each event brings its clock, and between events a clock that never jumps carries it on.

import { drawHall, drawStrip, fit, phrases } from "./draw.js";

const SILENT_MS = 3000;
const TICK_MS = 200;
const NAMES_PAGE_MS = 8000;
const part = (id) => document.getElementById(id);
const isOverlay = document.body.dataset.kind === "overlay";

let scene = null;
let sequence = "";
let version = "";
let lost = true;
let heardAt = performance.now();
let controllerMs = 0;
let drawnAt = 0;

const nowMs = () => controllerMs + (performance.now() - heardAt);

function hear(told) {
  controllerMs = told.now;
  heardAt = performance.now();
  lost = Boolean(told.lost);
}

function show(told) {
  const before = scene;
  scene = told.scene;
  sequence = told.sequence;
  document.body.dataset.state = scene ? scene.state : "";
  document.body.dataset.sequence = sequence;
  if (!scene) {
    part("scene").replaceChildren();
    return;
  }
  part("frame").hidden = !scene.test;
  part("place").replaceChildren(...phrases(scene.place));
  if (isOverlay) drawStrip(scene, part("scene"), part("test").textContent);
  else drawHall(scene, part("scene"));
  drawnAt = nowMs();
  if (!before || before.state !== scene.state || before.outcome !== scene.outcome) announce();
}

// What a screen reader is told: a change of state, and an outcome with its reason.
function announce() {
  const texts = [scene.headline, scene.title, scene.outcome_word, scene.why];
  const spoken = texts.filter((said) => said.length).map((said) => phrases(said.slice(0, 1))[0]);
  part("told").replaceChildren(...spoken.flatMap((one) => [one, " "]));
}

function clockText(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// Nothing is shown that may be old: neither while this page hears nothing, nor while the controller is not heard.
function cover() {
  const silent = lost || performance.now() - heardAt >= SILENT_MS;
  const grave = Boolean(scene && scene.grave);
  part("cover").hidden = !(silent && grave);
  part("notice").hidden = !silent || grave;
  document.body.dataset.silent = String(silent);
  if (isOverlay) part("scene").hidden = silent;
}

function tick() {
  cover();
  if (!scene) return;
  const now = nowMs();
  part("clock").textContent = new Date(now).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const timer = document.querySelector(".timer");
  if (timer) {
    const left = scene.ends_ms - now;
    const over = scene.state === "speaker" && scene.ends_ms > 0 && left <= -500;
    timer.classList.toggle("over", over);
    timer.textContent = scene.ends_ms ? clockText(over ? -left : left) : clockText(now - scene.since_ms);
  }
  const names = document.querySelector(".names");
  if (names) {
    const gap = parseFloat(getComputedStyle(names).columnGap) || 0;
    const pages = Math.max(1, Math.ceil((names.scrollWidth + gap - 1) / (names.clientWidth + gap)));
    names.scrollLeft = (Math.floor((now - drawnAt) / NAMES_PAGE_MS) % pages) * (names.clientWidth + gap);
  }
}

function listen() {
  const source = new EventSource("/events");
  source.addEventListener("hello", (event) => {
    const told = JSON.parse(event.data);
    if (version && version !== told.version) location.reload();
    version = told.version;
  });
  source.addEventListener("scene", (event) => {
    const told = JSON.parse(event.data);
    hear(told);
    show(told);
    tick();
  });
  source.addEventListener("beat", (event) => {
    hear(JSON.parse(event.data));
    tick();
  });
  // A browser gives up by itself after an answer that is no stream.
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 1000);
  });
}

addEventListener("resize", () => {
  if (scene && !isOverlay) fit(part("scene"));
});
setInterval(tick, TICK_MS);
listen();
