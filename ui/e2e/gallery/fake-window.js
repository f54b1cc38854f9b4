// Stands in for the window in front of the page: tells what `tell` is given, answers from `answers`.
(() => {
  const callbacks = [];
  let channel = null;
  let told = 0;
  const waiting = [];

  /** A dark hall, somebody holding a phone with a code. */
  async function jpeg() {
    const canvas = new OffscreenCanvas(1280, 720);
    const draw = canvas.getContext("2d");
    const fill = (color, ...box) => {
      draw.fillStyle = color;
      draw.fillRect(...box);
    };
    fill("#14111f", 0, 0, 1280, 720);
    for (const [x, y, r, color] of [[190, 110, 70, "#8a6a3c"], [1010, 90, 86, "#3f4a86"], [700, 70, 40, "#6b563a"]]) {
      draw.fillStyle = color;
      draw.beginPath();
      draw.arc(x, y, r, 0, 7);
      draw.fill();
    }
    fill("#2b2433", 380, 520, 560, 200);
    fill("#05040a", 500, 170, 280, 470);
    fill("#f2f2f2", 512, 186, 256, 438);
    for (let row = 0; row < 25; row += 1) {
      for (let column = 0; column < 25; column += 1) {
        const finder = (row < 7 || row > 17) && (column < 7 || (column > 17 && row < 7));
        const ring = [row % 18, column % 18].some((n) => n === 0 || n === 6) || [row % 18, column % 18].every((n) => n > 1 && n < 5);
        if (finder ? ring : (row * 7 + column * 13 + row * column) % 3 === 0) fill("#111", 540 + column * 8, 300 + row * 8, 8, 8);
      }
    }
    return (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 })).arrayBuffer();
  }

  let picture;
  async function preview(after) {
    picture ??= await jpeg();
    if (after > 0) await new Promise(() => {});
    const bytes = new Uint8Array(8 + picture.byteLength);
    bytes[0] = 1;
    bytes.set(new Uint8Array(picture), 8);
    return bytes.buffer;
  }

  const gallery = {
    /** What commands answer: a value, or `{ refused: UiError }`. */
    answers: {},
    asked: [],
    tell(...all) {
      for (const news of all) {
        if (channel === null) waiting.push(news);
        else callbacks[channel]({ index: told++, message: news });
      }
    },
  };

  window.__GALLERY__ = gallery;
  window.__TAURI_INTERNALS__ = {
    transformCallback: (callback) => callbacks.push(callback) - 1,
    unregisterCallback: () => {},
    async invoke(command, args) {
      gallery.asked.push([command, args]);
      if (command === "listen" || command === "listen_guest") {
        channel = args.channel.id;
        gallery.tell(...waiting.splice(0));
        return null;
      }
      if (command === "preview") return preview(args.after);
      const answer = gallery.answers[command] ?? null;
      if (answer?.refused) throw answer.refused;
      return answer;
    },
  };
})();
