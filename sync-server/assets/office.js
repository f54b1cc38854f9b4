// The figures of the page as they change. Without scripts the page asks again by itself.
const live = document.querySelector("[data-live]");
if (live) {
  const source = new EventSource(live.dataset.live);
  source.addEventListener("figures", (told) => {
    live.innerHTML = told.data;
    document.body.classList.remove("is-cut-off");
  });
  // It comes back by itself; until then nobody shall take old figures for new ones.
  source.addEventListener("error", () => document.body.classList.add("is-cut-off"));
}
