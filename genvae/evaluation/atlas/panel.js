// The panel beside the map: the chosen piece, what is known of it, and those like it.
const doc = JSON.parse(document.getElementById("document").textContent);
const part = id => document.getElementById(id);
let chosen = -1;

function fit(canvas) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio; canvas.height = canvas.clientHeight * ratio;
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}

function look(at = null) {
  if (chosen < 0) return;
  const canvas = part("look"), pen = fit(canvas);
  Look.draw(pen, chosen, 0, 0, canvas.clientWidth, canvas.clientHeight, { at });
}

function tell(index, play) {
  if (index < 0) return;
  if (index !== chosen) { Hear.stop(); chosen = index; describe(index); }
  look();
  if (play && Look.form === "notes") hear();
}

function describe(index) {
  const kind = doc.kinds[doc.kind[index]];
  part("name").textContent = doc.name[index];
  part("kind").textContent = kind.words;
  const state = part("state"), playable = doc.playable[index];
  state.textContent = playable === null ? "" : playable ? doc.words.playable : doc.words.stuck;
  state.className = playable === null ? "" : playable ? "yes" : "no";
  part("values").replaceChildren(...doc.attributes.map(({ name, words }) => {
    const row = document.createElement("tr"), value = doc.values[name][index];
    const [low, high] = doc.scales[name], bar = document.createElement("i");
    bar.style.width = value === null ? "0" : `${Math.round(100 * Math.min(1, Math.max(0.03, (value - low) / (high - low))))}%`;
    bar.style.background = Atlas.shade(value, low, high, doc.stops, doc.nothing);
    [name, value === null ? "–" : String(+value.toPrecision(3)), bar].forEach(content => {
      row.insertCell().append(content);
    });
    row.title = words;
    return row;
  }));
  part("near-title").hidden = false;
  part("near").replaceChildren(...doc.near[index].map(other => {
    const button = document.createElement("button"), canvas = document.createElement("canvas");
    button.type = "button";
    button.setAttribute("aria-label", doc.name[other]);
    button.title = doc.name[other];
    button.append(canvas);
    button.addEventListener("click", () => Atlas.go(other, true));
    requestAnimationFrame(() => {
      const pen = fit(canvas);
      Look.draw(pen, other, 0, 0, canvas.clientWidth, canvas.clientHeight, { plain: true });
    });
    return button;
  }));
  const values = doc.attributes.slice(0, 3).map(({ name }) => `${name} ${doc.values[name][index] ?? "none"}`);
  part("said").textContent = `${doc.name[index]}, ${kind.words}, ${values.join(", ")} ${state.textContent}`;
}

function hear() {
  part("hear").textContent = "Stop";
  Hear.play(Look.each[chosen], Look.shared, () => part("loop").checked, look, () => {
    part("hear").textContent = "Play"; look();
  });
}

function legend() {
  part("title").textContent = doc.title;
  part("subtitle").textContent = doc.subtitle;
  doc.kinds.forEach(kind => {
    const label = document.createElement("label"), box = document.createElement("input");
    const canvas = document.createElement("canvas");
    box.type = "checkbox"; box.checked = true;
    box.addEventListener("change", () => { Atlas.shown[kind.name] = box.checked; Atlas.paint(); });
    label.append(box, canvas, `${kind.words} (${doc.kind.filter(k => doc.kinds[k] === kind).length})`);
    part("kinds").append(label);
    Atlas.mark(fit(canvas), kind.mark, 10, 10, doc.stops[4], 1);
  });
  doc.attributes.forEach(({ name }) => part("colour").add(new Option(name, name)));
  part("colour").value = doc.colour;
  part("colour").addEventListener("change", e => { Atlas.colour(e.target.value); ramp(e.target.value); });
  part("little").addEventListener("change", e => { Atlas.little = e.target.checked; Atlas.paint(); });
  part("whole").addEventListener("click", () => Atlas.home());
  part("hear").addEventListener("click", () => { if (Hear.playing) Hear.stop(); else if (chosen >= 0) hear(); });
  part("hear").hidden = part("again").hidden = Look.form !== "notes";
  ramp(doc.colour);
}

function ramp(name) {
  const [low, high] = doc.scales[name], pen = part("ramp").getContext("2d");
  for (let x = 0; x < 256; x++) {
    pen.fillStyle = Atlas.shade(x / 255, 0, 1, doc.stops, doc.nothing); pen.fillRect(x, 0, 1, 10);
  }
  part("low").textContent = +low.toPrecision(3);
  part("high").textContent = +high.toPrecision(3);
  part("meaning").textContent = doc.attributes.find(a => a.name === name).words;
}

Look.ready(doc.portraits, () => {
  legend();
  Atlas.begin(doc, part("map"), tell);
  const first = doc.trails.length ? doc.trails[0].indices[0] : doc.order[0];
  Atlas.go(first, false);
});
