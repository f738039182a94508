// Plays the scenes that the page lists. A scene says which parts of the drawing are lit and which numbers appear;
// what is seen at a scene is what all scenes up to it have made appear, so any of them can be jumped to.

const MILLISECONDS = 2000; // for a step, at speed 1

const [figure, slider, play, fit, list] = ["drawing", "slider", "play", "fit", "list"].map(byId);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const items = [...document.querySelectorAll("#scenes > li")];
const scenes = items.map((item) => JSON.parse(item.dataset.scene));
const last = scenes.length - 1;
let now = 0;
let timer = null;

function byId(id) {
  return document.getElementById(id);
}

// the drawing: its groups by the titles that Graphviz gives them, and the texts that hold numbers

const groups = new Map();
for (const group of figure.querySelectorAll("g.node, g.edge")) {
  const title = group.querySelector("title").textContent;
  if (!groups.has(title)) groups.set(title, []);
  groups.get(title).push(group); // x * x has two edges of one title
}

const fields = new Map();
for (const [id, [group]] of groups) {
  const texts = [...group.querySelectorAll("text")].reverse(); // a label may look like a field, but stands first
  for (const name of ["data", "grad"]) {
    const text = texts.find((text) => text.textContent.startsWith(`${name} `));
    if (text && !id.includes("_op")) fields.set(`${id} ${name}`, { text, name });
  }
}

function showNumbers() {
  const shown = new Map();
  for (const scene of scenes.slice(0, now + 1)) {
    for (const [id, name, number] of scene.numbers) shown.set(`${id} ${name}`, number);
  }
  for (const [key, { text, name }] of fields) {
    const words = shown.has(key) ? `${name} ${shown.get(key)}` : name;
    if (text.textContent !== words) text.textContent = words;
  }
  for (const [title, all] of groups) {
    const ends = title.split("->").map((end) => end.replace(/_(op|at_.*)$/, "")); // of an oval, or of a copy
    const reached = ends.every((end) => shown.has(`${end} data`));
    for (const group of all) group.classList.toggle("ahead", !reached);
  }
}

function light() {
  for (const group of figure.querySelectorAll(".source, .edge-lit, .target")) {
    group.classList.remove("source", "edge-lit", "target");
  }
  const { source, edges, target } = scenes[now];
  for (const id of source) groups.get(id)[0].classList.add("source");
  for (const [title, which] of edges) groups.get(title)[which].classList.add("edge-lit");
  for (const id of target) groups.get(id)[0].classList.add("target");
}

const ends = ({ edges }) => edges.flatMap(([title]) => title.split("->"));

/** What should be seen, most first: what a step's edges join, or at least its target. */
function wishes() {
  const { target } = scenes[now];
  if (ends(scenes[now]).length > 0) {
    const targets = ends(scenes[now]).filter((id) => target.includes(id));
    return [ends(scenes[now]), targets, targets.slice(-1)];
  }
  const beside = ends(scenes[now === 0 ? 1 : now - 1]); // of all leaves, those that come first or last
  return [target, beside, beside.slice(-1)].filter((ids) => ids.length > 0);
}

/** Scroll the drawing, and nothing around it, until what is lit stands in its middle. */
function follow(behavior) {
  const seen = figure.getBoundingClientRect();
  const wished = wishes().map((ids) => ids.map((id) => groups.get(id)[0].getBoundingClientRect()));
  const distance = (start, end) => {
    const ranges = wished.map((boxes) => [
      Math.min(...boxes.map((box) => box[start])),
      Math.max(...boxes.map((box) => box[end])),
    ]);
    const fitting = ranges.find(([first, last]) => last - first <= seen[end] - seen[start]);
    const [first, last] = fitting ?? ranges.at(-1);
    return (first + last - seen[start] - seen[end]) / 2;
  };
  figure.scrollBy({ left: distance("left", "right"), top: distance("top", "bottom"), behavior });
}

/** Show the whole drawing if it can be read then; otherwise the reader chooses. */
function settle() {
  figure.classList.add("whole");
  const whole = figure.scrollWidth <= figure.clientWidth && figure.scrollHeight <= figure.clientHeight;
  const width = () => figure.querySelector("svg").getBoundingClientRect().width;
  const shrunk = width();
  figure.classList.toggle("whole", whole);
  fit.hidden = whole || width() <= shrunk;
  figure.classList.toggle("whole", whole || fit.ariaPressed === "true");
}

function say() {
  const title = document.createElement("h2");
  title.textContent = items[now].querySelector("h3").textContent;
  byId("now").replaceChildren(title, items[now].querySelector("div").cloneNode(true));
  byId("now").className = figure.dataset.phase = scenes[now].phase;
  byId("count").textContent = `${now} / ${last}`;
  slider.value = now;
  slider.setAttribute("aria-valuetext", `${now} of ${last}: ${title.textContent}`);
  for (const [number, item] of items.entries()) item.ariaCurrent = number === now ? "step" : null;
}

// moving

function go(number, behavior = calm.matches ? "auto" : "smooth") {
  now = Math.min(Math.max(number, 0), last);
  showNumbers();
  light();
  follow(behavior);
  say();
}

function stop() {
  clearInterval(timer);
  timer = null;
  play.setAttribute("aria-label", "Play");
}

function start() {
  if (now === last) go(0);
  play.setAttribute("aria-label", "Pause");
  timer = setInterval(() => {
    go(now + 1);
    if (now === last) stop();
  }, MILLISECONDS / byId("speed").value);
}

function jump(number) {
  stop();
  go(number);
}

function toggle() {
  if (timer === null) start();
  else stop();
}

function toggleFit() {
  if (fit.hidden) return;
  fit.ariaPressed = fit.ariaPressed !== "true";
  settle();
  follow("auto");
}

const actions = {
  Home: () => jump(0),
  ArrowLeft: () => jump(now - 1),
  " ": toggle,
  ArrowRight: () => jump(now + 1),
  End: () => jump(last),
  f: toggleFit,
};

const buttons = { first: "Home", back: "ArrowLeft", play: " ", forward: "ArrowRight", last: "End", fit: "f" };
for (const [id, key] of Object.entries(buttons)) {
  byId(id).addEventListener("click", (event) => {
    if (event.detail > 0) event.currentTarget.blur(); // after a click of the mouse, space plays again
    actions[key]();
  });
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || !(event.key in actions)) return;
  if (event.key === " " && event.target.closest("button, select, summary")) return; // it presses what has the focus
  event.preventDefault();
  actions[event.key]();
});

slider.addEventListener("input", () => jump(slider.valueAsNumber));
byId("speed").addEventListener("change", () => {
  if (timer === null) return;
  stop();
  start();
});
for (const [number, item] of items.entries()) {
  const link = document.createElement("a");
  link.href = `#${number}`;
  link.append(...item.firstChild.childNodes);
  item.firstChild.append(link);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    jump(number);
  });
}
const addressed = () => parseInt(location.hash.slice(1), 10) || 0;
addEventListener("hashchange", () => jump(addressed()));

// taking over from the page without a script: at its start, or at the step that the address names

for (const id of ["controls", "now", "hint"]) byId(id).hidden = false;
list.open = false;
settle();
go(addressed(), "instant");
addEventListener("resize", () => {
  settle();
  follow("auto");
});
