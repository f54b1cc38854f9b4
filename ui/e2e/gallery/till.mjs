// The box office's screens. `sample` is src/samples.ts, `till` src/till/samples.ts.
export function tillScreens(sample, till, language, theme) {
  const at = { screen: "till", time_zone: "Europe/Paris" };
  const news = (of) => [
    { news: "overview", of: sample.overview(at, { language, theme }) },
    { news: "sync", of: sample.live },
    { news: "till", of },
  ];
  const screens = Object.entries(till.screens).map(([name, view]) => ({ name: `till-${name}`, news: news(view) }));
  const guests = Object.entries(till.guest).map(([name, view]) => ({
    name: `till-${name}`,
    hash: "#guest",
    news: [{ ...view, language }],
  }));
  return [
    ...screens,
    { name: "till-sale-group", news: news(till.screens.sale), press: [".line .about"] },
    { name: "till-pin", news: news(till.screens["log-in"]), press: [".person"] },
    { name: "till-collect-sure", news: news(till.screens["collect-before"]), press: [".collect .btn-wide"] },
    { name: "till-past-sure", news: news(till.screens["past-sale"]), press: [".past .btn-no"] },
    ...guests,
  ];
}
