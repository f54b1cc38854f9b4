/** A function's source: texts that their own box or the window cuts. An ellipsis counts, but for names in lists and in the head. */
export const CUT = `() => {
  const mayEllipse = ".door-where *, .words *";
  const cut = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    if (!own || element.closest(".sr, [hidden], [inert], option") || element.matches(mayEllipse)) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0) continue;
    const style = getComputedStyle(element);
    const wide = element.scrollWidth > element.clientWidth + 1 && style.display !== "inline";
    const outside = box.left < -1 || box.right > innerWidth + 1;
    let clipped = false;
    for (let parent = element.parentElement; parent; parent = parent.parentElement) {
      const around = parent.getBoundingClientRect();
      const how = getComputedStyle(parent);
      if (how.overflowY === "auto") break; // what is beyond can be scrolled to
      if (how.overflowY === "hidden" && (box.top < around.top - 1 || box.bottom > around.bottom + 1)) clipped = true;
      if (how.overflowX === "hidden" && (box.left < around.left - 1 || box.right > around.right + 1)) clipped = true;
    }
    if ((wide && style.overflow !== "visible") || outside || clipped) cut.push(element.textContent.trim().slice(0, 60));
  }
  if (document.documentElement.scrollWidth > innerWidth) cut.push("the page is wider than the window");
  return cut;
}`;
