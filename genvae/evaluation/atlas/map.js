// The map: points on a plane, their little pictures, and the keys that walk among them.
const Atlas = {
  doc: null, view: null, shown: {}, little: true, colours: [], over: -1, spots: [],

  begin(doc, canvas, onPoint) {
    Object.assign(Atlas, { doc, canvas, pen: canvas.getContext("2d"), onPoint });
    doc.kinds.forEach(kind => { Atlas.shown[kind.name] = true; });
    Atlas.colour(doc.colour);
    Atlas.home();
    new ResizeObserver(() => Atlas.paint()).observe(canvas);
    window.addEventListener("looked", () => Atlas.paint());
    Atlas.listen();
  },

  colour(name) {
    const { values, scales, stops, nothing } = Atlas.doc;
    const [low, high] = scales[name];
    Atlas.colours = values[name].map(v => Atlas.shade(v, low, high, stops, nothing));
    Atlas.paint();
  },

  shade(value, low, high, stops, nothing) {
    if (value === null) return nothing;
    const at = Math.min(1, Math.max(0, (value - low) / (high - low))) * (stops.length - 1);
    const i = Math.min(stops.length - 2, Math.floor(at)), t = at - i;
    const part = k => Math.round((1 - t) * parseInt(stops[i].slice(k, k + 2), 16)
      + t * parseInt(stops[i + 1].slice(k, k + 2), 16));
    return `rgb(${part(1)}, ${part(3)}, ${part(5)})`;
  },

  // The view is the middle in the plane's own numbers, and how often it is enlarged.
  home() {
    const { x, y } = Atlas.doc;
    const ends = list => [Math.min(...list), Math.max(...list)];
    const [x0, x1] = ends(x), [y0, y1] = ends(y);
    Atlas.span = [Math.max(x1 - x0, 1e-6) * 1.12, Math.max(y1 - y0, 1e-6) * 1.12];
    Atlas.view = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, zoom: 1 };
    Atlas.paint();
  },

  scale() {
    const { zoom } = Atlas.view;
    return [Atlas.width / Atlas.span[0] * zoom, Atlas.height / Atlas.span[1] * zoom];
  },

  pixel(i) {
    const [sx, sy] = Atlas.scale(), { x, y } = Atlas.doc;
    return [Atlas.width / 2 + (x[i] - Atlas.view.x) * sx, Atlas.height / 2 - (y[i] - Atlas.view.y) * sy];
  },

  visible(i) { return Atlas.shown[Atlas.doc.kinds[Atlas.doc.kind[i]].name]; },

  paint() {
    const { canvas, pen, doc } = Atlas;
    if (!pen || !Atlas.view) return;
    const ratio = window.devicePixelRatio || 1;
    Atlas.width = canvas.clientWidth || 800; Atlas.height = canvas.clientHeight || 600;
    canvas.width = Atlas.width * ratio; canvas.height = Atlas.height * ratio;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = "#ffffff"; pen.fillRect(0, 0, Atlas.width, Atlas.height);
    Atlas.rules();
    doc.kinds.forEach((kind, k) => {
      if (!Atlas.shown[kind.name]) return;
      if (kind.mark === "star") doc.trails.forEach(trail => Atlas.trail(trail));
      for (let i = 0; i < doc.x.length; i++) {
        if (doc.kind[i] === k) Atlas.mark(pen, kind.mark, ...Atlas.pixel(i), Atlas.colours[i], 1);
      }
    });
    Atlas.spots = Atlas.little ? Atlas.placed() : [];
    for (const spot of Atlas.spots) Atlas.card(spot);
    if (doc.kinds.some(kind => kind.mark === "star" && Atlas.shown[kind.name])) {
      doc.trails.forEach(trail => Atlas.label(trail));
    }
    if (Atlas.over >= 0) {
      const [x, y] = Atlas.pixel(Atlas.over), kind = doc.kinds[doc.kind[Atlas.over]];
      pen.beginPath(); pen.arc(x, y, 12, 0, 7);
      pen.fillStyle = "rgba(255,255,255,.85)"; pen.fill();
      pen.lineWidth = 2.2; pen.strokeStyle = "#26241f"; pen.stroke();
      Atlas.mark(pen, kind.mark, x, y, Atlas.colours[Atlas.over], 1.35);
    }
  },

  rules() {
    const { pen, doc } = Atlas;
    pen.strokeStyle = "#efece3"; pen.fillStyle = "#8a877c"; pen.lineWidth = 1;
    pen.font = "11px system-ui, sans-serif";
    [0, 1].forEach(axis => {
      const size = axis ? Atlas.height : Atlas.width, per = Atlas.scale()[axis];
      const middle = axis ? Atlas.view.y : Atlas.view.x, raw = 90 / per;
      const ten = 10 ** Math.floor(Math.log10(raw));
      const step = [1, 2, 5, 10].map(k => k * ten).find(s => s >= raw);
      const reach = size / 2 / per;
      for (let v = Math.ceil((middle - reach) / step) * step; v <= middle + reach; v += step) {
        const at = axis ? size / 2 - (v - middle) * per : size / 2 + (v - middle) * per;
        pen.beginPath();
        if (axis) { pen.moveTo(0, at); pen.lineTo(Atlas.width, at); }
        else { pen.moveTo(at, 0); pen.lineTo(at, Atlas.height); }
        pen.stroke();
        const text = String(+v.toPrecision(6));
        if (axis) pen.fillText(text, 6, at - 4); else pen.fillText(text, at + 4, Atlas.height - 24);
      }
    });
    pen.fillStyle = "#6b685e"; pen.font = "12px system-ui, sans-serif"; pen.textAlign = "center";
    pen.fillText(doc.axes[0], Atlas.width / 2, Atlas.height - 7);
    pen.save(); pen.translate(Atlas.width - 8, Atlas.height / 2); pen.rotate(-Math.PI / 2);
    pen.fillText(doc.axes[1], 0, 0); pen.restore(); pen.textAlign = "left";
  },

  mark(pen, shape, x, y, colour, grow) {
    pen.fillStyle = colour;
    pen.beginPath();
    if (shape === "disc") { pen.arc(x, y, 3 * grow, 0, 7); pen.fill(); return; }
    if (shape === "diamond") {
      const r = 5.2 * grow;
      pen.moveTo(x, y - r); pen.lineTo(x + r, y); pen.lineTo(x, y + r); pen.lineTo(x - r, y);
      pen.closePath(); pen.fill();
      pen.strokeStyle = "#ffffff"; pen.lineWidth = 1; pen.stroke();
      return;
    }
    for (let k = 0; k < 10; k++) {
      const r = (k % 2 ? 4 : 9.5) * grow, a = -Math.PI / 2 + k * Math.PI / 5;
      pen[k ? "lineTo" : "moveTo"](x + r * Math.cos(a), y + r * Math.sin(a));
    }
    pen.closePath(); pen.fill();
    pen.strokeStyle = "#26241f"; pen.lineWidth = 1.2; pen.stroke();
  },

  trail({ indices }) {
    const { pen } = Atlas;
    pen.beginPath();
    indices.forEach((i, k) => pen[k ? "lineTo" : "moveTo"](...Atlas.pixel(i)));
    pen.strokeStyle = "rgba(38,36,31,.5)"; pen.lineWidth = 1.1; pen.stroke();
  },

  label({ name, indices }) {
    const { pen } = Atlas, [x, y] = Atlas.pixel(indices[0]);
    pen.font = "600 12px system-ui, sans-serif";
    pen.strokeStyle = "#ffffff"; pen.lineWidth = 4; pen.strokeText(name, x + 11, y - 9);
    pen.fillStyle = "#26241f"; pen.fillText(name, x + 11, y - 9);
  },

  // Little pictures beside their points, none over another, those first that stand for most;
  // found anew only when something moved.
  placed() {
    const key = JSON.stringify([Atlas.view, Atlas.shown, Atlas.width, Atlas.height]);
    if (key === Atlas.placedFor) return Atlas.spots.length ? Atlas.spots : Atlas.kept;
    Atlas.placedFor = key;
    const size = Math.max(58, Math.min(80, Atlas.width / 14)), found = [];
    const room = { left: 34, top: 6, right: Atlas.width - 24, bottom: Atlas.height - 38 };
    const most = Math.round(Atlas.width * Atlas.height / 34000);
    const points = Atlas.doc.x.map((_, i) => i).filter(i => Atlas.visible(i)).map(i =>
      [...Atlas.pixel(i), Atlas.doc.kinds[Atlas.doc.kind[i]].mark === "star" ? 40 : 1]);
    for (const index of Atlas.doc.order) {
      if (found.length >= most) break;
      if (!Atlas.visible(index)) continue;
      const [x, y] = Atlas.pixel(index);
      if (x < 0 || y < 0 || x > Atlas.width || y > Atlas.height) continue;
      const shape = Look.shape(index) || 1.4;
      const w = shape >= 1 ? size : size * shape, h = shape >= 1 ? size / shape : size;
      const spot = Atlas.beside(index, x, y, w, h, room, found, points);
      if (spot) found.push(spot);
    }
    Atlas.kept = found;
    return found;
  },

  // The place around a point that hides the fewest others.
  beside(index, x, y, w, h, room, others, points) {
    let best = null, least = Infinity;
    for (const reach of [0.68, 1, 1.35]) {
      for (let k = 0; k < 12; k++) {
        const a = k * Math.PI / 6;
        const left = x + reach * (w + 8) * Math.cos(a) - w / 2;
        const top = y + reach * (h + 8) * Math.sin(a) - h / 2;
        const out = left < room.left || top < room.top || left + w > room.right || top + h > room.bottom;
        if (out || others.some(o => left < o.left + o.w + 7 && o.left < left + w + 7
          && top < o.top + o.h + 7 && o.top < top + h + 7)) continue;
        let hidden = 3 * reach;
        for (const [px, py, weight] of points) {
          if (px > left - 6 && px < left + w + 6 && py > top - 6 && py < top + h + 6) hidden += weight;
        }
        if (hidden < least) { least = hidden; best = { index, left, top, w, h }; }
      }
    }
    return best;
  },

  card({ index, left, top, w, h }) {
    const { pen } = Atlas, [x, y] = Atlas.pixel(index), colour = Atlas.colours[index];
    pen.strokeStyle = colour; pen.lineWidth = 1.4;
    pen.beginPath(); pen.moveTo(x, y);
    pen.lineTo(Math.max(left, Math.min(x, left + w)), Math.max(top, Math.min(y, top + h))); pen.stroke();
    pen.fillStyle = "#ffffff"; pen.fillRect(left - 2, top - 2, w + 4, h + 4);
    Look.draw(pen, index, left, top, w, h, { plain: true });
    pen.lineWidth = 2; pen.strokeRect(left - 1, top - 1, w + 2, h + 2);
  },

  nearest(px, py) {
    for (const s of Atlas.spots) {
      if (px >= s.left && px <= s.left + s.w && py >= s.top && py <= s.top + s.h) return s.index;
    }
    let best = -1, least = 24 * 24;
    for (let i = 0; i < Atlas.doc.x.length; i++) {
      if (!Atlas.visible(i)) continue;
      const [x, y] = Atlas.pixel(i), d = (x - px) ** 2 + (y - py) ** 2;
      if (d < least) { least = d; best = i; }
    }
    return best;
  },

  // The nearest point within a right angle around a direction.
  towards(from, dx, dy) {
    const [x0, y0] = Atlas.pixel(from);
    let best = -1, least = Infinity;
    for (let i = 0; i < Atlas.doc.x.length; i++) {
      if (i === from || !Atlas.visible(i)) continue;
      const [x, y] = Atlas.pixel(i), along = (x - x0) * dx + (y - y0) * dy;
      const aside = Math.abs((x - x0) * dy) + Math.abs((y - y0) * dx);
      if (along <= 1e-9 || aside > along) continue;
      const cost = along + 2 * aside;
      if (cost < least) { least = cost; best = i; }
    }
    return best;
  },

  go(index, held) {
    Atlas.over = index;
    if (index >= 0) {
      const [x, y] = Atlas.pixel(index);
      if (x < 0 || y < 0 || x > Atlas.width || y > Atlas.height) {
        Atlas.view.x = Atlas.doc.x[index]; Atlas.view.y = Atlas.doc.y[index];
      }
    }
    Atlas.paint();
    Atlas.onPoint(index, held);
  },

  zoom(factor, px = Atlas.width / 2, py = Atlas.height / 2) {
    const [sx, sy] = Atlas.scale(), { view } = Atlas;
    const x = view.x + (px - Atlas.width / 2) / sx, y = view.y - (py - Atlas.height / 2) / sy;
    const next = Math.min(60, Math.max(0.8, view.zoom * factor)), real = next / view.zoom;
    Object.assign(view, { zoom: next, x: x + (view.x - x) / real, y: y + (view.y - y) / real });
    Atlas.paint();
  },

  listen() {
    const { canvas } = Atlas;
    let drag = null, held = false;
    const at = e => { const box = canvas.getBoundingClientRect(); return [e.clientX - box.left, e.clientY - box.top]; };
    canvas.addEventListener("pointerdown", e => {
      drag = { at: at(e), x: Atlas.view.x, y: Atlas.view.y, far: false };
      canvas.setPointerCapture(e.pointerId);
    });
    canvas.addEventListener("pointermove", e => {
      const [x, y] = at(e);
      if (drag) {
        const dx = x - drag.at[0], dy = y - drag.at[1], [sx, sy] = Atlas.scale();
        drag.far = drag.far || Math.hypot(dx, dy) > 4;
        if (drag.far) { Atlas.view.x = drag.x - dx / sx; Atlas.view.y = drag.y + dy / sy; Atlas.paint(); }
        return;
      }
      const index = Atlas.nearest(x, y);
      if (!held && index >= 0 && index !== Atlas.over) Atlas.go(index, false);
    });
    canvas.addEventListener("pointerup", e => {
      const far = drag && drag.far;
      drag = null;
      if (far) return;
      const index = Atlas.nearest(...at(e));
      held = index >= 0;
      if (held) Atlas.go(index, true); else Hear.stop();
    });
    canvas.addEventListener("pointercancel", () => { drag = null; });
    canvas.addEventListener("wheel", e => {
      e.preventDefault(); Atlas.zoom(Math.exp(-e.deltaY * 0.0015), ...at(e));
    }, { passive: false });
    canvas.addEventListener("keydown", e => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
      if (way) {
        const next = Atlas.over < 0 ? Atlas.doc.order.find(i => Atlas.visible(i)) : Atlas.towards(Atlas.over, ...way);
        if (next !== undefined && next >= 0) { held = true; Atlas.go(next, false); }
      } else if (e.key === "Enter" || e.key === " ") { if (Atlas.over >= 0) Atlas.go(Atlas.over, true); }
      else if (e.key === "+" || e.key === "=") Atlas.zoom(1.3);
      else if (e.key === "-") Atlas.zoom(1 / 1.3);
      else if (e.key === "Home") Atlas.home();
      else if (e.key === "Escape") { held = false; Hear.stop(); }
      else return;
      e.preventDefault();
    });
  },
};
