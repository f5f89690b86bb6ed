// A small synthesiser: triangle for lines, filtered saw for the bass, noise and sines for drums.
const Hear = {
  sound: null, out: null, noise: null, timer: 0, playing: null,

  wake() {
    if (!Hear.sound) {
      Hear.sound = new (window.AudioContext || window.webkitAudioContext)();
      const buffer = Hear.sound.createBuffer(1, Hear.sound.sampleRate, Hear.sound.sampleRate);
      const data = buffer.getChannelData(0);
      let seed = 1;
      for (let i = 0; i < data.length; i++) {
        seed = (seed * 16807) % 2147483647;
        data[i] = seed / 1073741823.5 - 1;
      }
      Hear.noise = buffer;
    }
    Hear.sound.resume();
  },

  play(one, shared, loop, onStep, onEnd) {
    Hear.stop();
    Hear.wake();
    const sound = Hear.sound, out = sound.createGain(), squeeze = sound.createDynamicsCompressor();
    out.gain.value = 0.5;
    out.connect(squeeze).connect(sound.destination);
    Hear.out = out;
    const second = 60 / one.bpm / 4, length = one.steps * second;
    let begun = sound.currentTime + 0.08;
    Hear.schedule(one, shared, begun, second);
    Hear.playing = { onEnd };
    const tick = () => {
      const at = (sound.currentTime - begun) / second;
      if (at >= one.steps - 1 && loop()) {
        if (!Hear.playing.next) {
          Hear.playing.next = begun + length;
          Hear.schedule(one, shared, Hear.playing.next, second);
        }
        if (sound.currentTime >= Hear.playing.next) { begun = Hear.playing.next; Hear.playing.next = 0; }
      } else if (at >= one.steps + 2) { Hear.stop(); return; }
      onStep(Math.min(Math.max(0, (sound.currentTime - begun) / second), one.steps));
      Hear.timer = requestAnimationFrame(tick);
    };
    Hear.timer = requestAnimationFrame(tick);
  },

  stop() {
    cancelAnimationFrame(Hear.timer);
    if (Hear.out) {
      Hear.out.gain.setTargetAtTime(0, Hear.sound.currentTime, 0.02);
      const old = Hear.out;
      setTimeout(() => old.disconnect(), 200);
      Hear.out = null;
    }
    const was = Hear.playing;
    Hear.playing = null;
    if (was) was.onEnd();
  },

  schedule(one, shared, begun, second) {
    one.notes.forEach((flat, v) => {
      const voice = shared.voices[v];
      for (let i = 0; i < flat.length; i += 4) {
        const when = begun + flat[i] * second, loud = flat[i + 3] / 127;
        if (voice.drums) Hear.drum(shared.kit[flat[i + 2]], when, loud);
        else Hear.note(voice.name, flat[i + 2], when, flat[i + 1] * second, loud);
      }
    });
  },

  note(voice, pitch, when, long, loud) {
    const tone = Hear.sound.createOscillator(), shape = Hear.sound.createGain();
    const filter = Hear.sound.createBiquadFilter();
    const bass = voice === "bass";
    tone.type = bass ? "sawtooth" : "triangle";
    tone.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
    filter.type = "lowpass";
    filter.frequency.value = bass ? 420 : 5200;
    const peak = (bass ? 0.5 : 0.34) * loud, end = when + Math.max(0.07, long * 0.94);
    shape.gain.setValueAtTime(0, when);
    shape.gain.linearRampToValueAtTime(peak, when + 0.008);
    shape.gain.exponentialRampToValueAtTime(Math.max(1e-3, peak * 0.45), end);
    shape.gain.linearRampToValueAtTime(0, end + 0.05);
    tone.connect(filter).connect(shape).connect(Hear.out);
    tone.start(when); tone.stop(end + 0.06);
  },

  drum(name, when, loud) {
    const pitched = { kick: [150, 45, 0.28], "low tom": [140, 80, 0.3], "mid tom": [190, 110, 0.26],
      "high tom": [250, 150, 0.22], snare: [220, 160, 0.12] }[name];
    const hiss = { snare: ["bandpass", 2200, 0.17, 0.55], "closed hat": ["highpass", 7500, 0.05, 0.3],
      "open hat": ["highpass", 6500, 0.28, 0.28], crash: ["highpass", 4200, 0.9, 0.32],
      ride: ["highpass", 6000, 0.4, 0.2] }[name];
    if (pitched) {
      const tone = Hear.sound.createOscillator(), shape = Hear.sound.createGain();
      tone.frequency.setValueAtTime(pitched[0], when);
      tone.frequency.exponentialRampToValueAtTime(pitched[1], when + pitched[2] * 0.6);
      shape.gain.setValueAtTime(0.9 * loud, when);
      shape.gain.exponentialRampToValueAtTime(1e-3, when + pitched[2]);
      tone.connect(shape).connect(Hear.out);
      tone.start(when); tone.stop(when + pitched[2]);
    }
    if (hiss) {
      const source = Hear.sound.createBufferSource(), shape = Hear.sound.createGain();
      const filter = Hear.sound.createBiquadFilter();
      source.buffer = Hear.noise;
      filter.type = hiss[0]; filter.frequency.value = hiss[1];
      shape.gain.setValueAtTime(hiss[3] * loud, when);
      shape.gain.exponentialRampToValueAtTime(1e-3, when + hiss[2]);
      source.connect(filter).connect(shape).connect(Hear.out);
      source.start(when, (when * 7) % 0.5, hiss[2]);
    }
  },
};
