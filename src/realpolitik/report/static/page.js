(() => {
  "use strict";
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const label = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-pressed", String(isDark()));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    label();
  });
  system.addEventListener("change", label);
  label();

  const charts = read("charts");
  const config = read("config");
  const atlas = read("atlas");

  const GUTTER = 56; // pixels that axis labels take beside a plot
  const stretch = (spec, change) => {
    for (const part of [spec, ...(spec.vconcat || [])]) {
      if (typeof part.width === "number") part.width += change;
    }
  };
  const natural = (spec) => spec.width || Math.max(...spec.vconcat.map((part) => part.width));

  const draw = async (plot) => {
    const spec = structuredClone(charts[plot.dataset.chart]);
    spec.config = config;
    if (spec.usermeta.fluid) {
      const room = plot.clientWidth - spec.usermeta.margin - GUTTER;
      stretch(spec, Math.max(160, room) - natural(spec));
      plot.dataset.width = plot.clientWidth;
    } else {
      spec.datasets = { ...spec.datasets, ...atlas };
    }
    let live = plot.querySelector(".live");
    if (!live) {
      live = document.createElement("div");
      live.className = "live";
      plot.append(live);
    }
    await window.vegaEmbed(live, spec, {
      mode: "vega-lite",
      ast: true,
      actions: false,
      renderer: "svg",
      tooltip: { theme: "page", disableDefaultStyle: true },
    });
    plot.dataset.state = "live";
  };

  const plots = [...document.querySelectorAll(".plot")].filter((plot) => charts[plot.dataset.chart]);
  const all = async (wanted) => {
    for (const plot of wanted) await draw(plot);
  };
  let waiting = 0;
  window.addEventListener("resize", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      all(plots.filter((p) => p.dataset.width && Number(p.dataset.width) !== p.clientWidth));
    }, 150);
  });
  all(plots).then(() => {
    root.dataset.charts = "live";
  });
})();
