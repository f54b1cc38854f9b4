// What jsdom lacks of a browser and the page needs: nothing is measured there.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
