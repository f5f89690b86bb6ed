// Pieces on a canvas: notes as a piano-roll, tiles from a strip, or a picture as it is.
const Look = {
  strip: null, pictures: new Map(),

  ready(portraits, then) {
    Look.form = portraits.form; Look.shared = portraits.shared; Look.each = portraits.each;
    if (Look.form !== "tiles") return then();
    Look.strip = new Image();
    Look.strip.onload = then;
    Look.strip.src = Look.shared.strip;
  },

  // Width over height; a roll takes any shape.
  shape(index) {
    const one = Look.each[index];
    if (Look.form === "tiles") return one.rows[0].length / one.rows.length;
    return Look.form === "notes" ? 1.4 : null;
  },

  // Into the rectangle (x, y, w, h); `at` is the step that sounds, `plain` leaves the paper out.
  draw(pen, index, x, y, w, h, options = {}) {
    if (Look.form === "notes") Look.roll(pen, Look.each[index], x, y, w, h, options);
    else if (Look.form === "tiles") Look.tiles(pen, Look.each[index], x, y, w, h, options);
    else Look.picture(pen, index, x, y, w, h, options);
  },

  roll(pen, one, x, y, w, h, { at = null, plain = false } = {}) {
    const voices = Look.shared.voices;
    let low = 127, high = 0;
    const hits = new Set();
    one.notes.forEach((flat, v) => {
      for (let i = 0; i < flat.length; i += 4) {
        if (voices[v].drums) hits.add(flat[i + 2]);
        else { low = Math.min(low, flat[i + 2]); high = Math.max(high, flat[i + 2]); }
      }
    });
    const pitched = low <= high, drummed = voices.some(v => v.drums);
    const kit = Look.shared.kit.length;
    const drumsHigh = !drummed ? 0 : pitched ? Math.max(h * 0.2, Math.min(kit * 7, h * 0.3)) : h;
    const lineHigh = h - drumsHigh - (drummed && pitched ? 3 : 0);
    if (!pitched) { low = 57; high = 67; }
    low -= 1; high += 1;
    const step = w / one.steps, row = lineHigh / (high - low + 1), hit = drumsHigh / kit;
    pen.save();
    pen.beginPath(); pen.rect(x, y, w, h); pen.clip();
    pen.fillStyle = "#faf9f5"; pen.fillRect(x, y, w, h);
    if (!plain) {
      pen.fillStyle = "#f0efe9";
      for (let p = low; p <= high && pitched; p++) {
        if ([1, 3, 6, 8, 10].includes(p % 12)) pen.fillRect(x, y + (high - p) * row, w, row);
      }
      for (let s = 0; s < one.steps; s += one.beat) {
        pen.fillStyle = one.bars.includes(s) ? "#b5b2a6" : "#e2dfd4";
        pen.fillRect(x + s * step, y, 1, h);
      }
    }
    one.notes.forEach((flat, v) => {
      pen.fillStyle = voices[v].colour;
      for (let i = 0; i < flat.length; i += 4) {
        const left = x + flat[i] * step, sounds = at !== null && at >= flat[i];
        const now = sounds && at < flat[i] + (voices[v].drums ? 1 : flat[i + 1]);
        pen.globalAlpha = now ? 1 : at === null ? 0.55 + 0.45 * flat[i + 3] / 127 : 0.5;
        const wide = voices[v].drums ? Math.max(1.2, step * 0.72) : flat[i + 1] * step - 0.8;
        const top = voices[v].drums ? y + h - (flat[i + 2] + 1) * hit : y + (high - flat[i + 2]) * row;
        const tall = voices[v].drums ? hit * 0.8 : row * 0.9;
        pen.fillRect(left, top, Math.max(1.2, wide), Math.max(1.4, tall));
      }
    });
    pen.globalAlpha = 1;
    if (at !== null) { pen.fillStyle = "#d03a22"; pen.fillRect(x + at * step, y, 1.5, h); }
    pen.restore();
  },

  tiles(pen, one, x, y, w, h, { plain = false } = {}) {
    const rows = one.rows.length, columns = one.rows[0].length, side = Look.shared.side;
    const size = Math.min(w / columns, h / rows);
    const left = x + (w - size * columns) / 2, top = y + (h - size * rows) / 2;
    pen.imageSmoothingEnabled = size < side;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const tile = one.rows[r].charCodeAt(c) - Look.shared.first;
        const x0 = Math.round(left + c * size), y0 = Math.round(top + r * size);
        pen.drawImage(Look.strip, tile * side, 0, side, side, x0, y0,
          Math.round(left + (c + 1) * size) - x0, Math.round(top + (r + 1) * size) - y0);
      }
    }
    if (plain) return;
    pen.fillStyle = "#e61e1e";
    for (let i = 0; i < one.path.length; i += 2) {
      const dot = Math.max(2, size / 5);
      pen.fillRect(left + (one.path[i] + 0.5) * size - dot / 2,
        top + (one.path[i + 1] + 0.5) * size - dot / 2, dot, dot);
    }
  },

  picture(pen, index, x, y, w, h) {
    let image = Look.pictures.get(index);
    if (!image) {
      image = new Image();
      image.onload = () => window.dispatchEvent(new Event("looked"));
      image.src = Look.each[index];
      Look.pictures.set(index, image);
    }
    if (!image.complete || !image.width) return;
    const size = Math.min(w / image.width, h / image.height);
    pen.drawImage(image, x + (w - image.width * size) / 2, y + (h - image.height * size) / 2,
      image.width * size, image.height * size);
  },
};
