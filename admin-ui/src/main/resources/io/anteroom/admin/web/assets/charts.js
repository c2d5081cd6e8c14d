// SPDX-License-Identifier: Apache-2.0
// Draws the table of a chart: <figure class="chart" data-chart="line"> holds a table whose first column is the time or the
// name, and whose other columns are the series. The table stays, for those who cannot see the drawing.
"use strict";

(() => {
  const charts = new Map();

  // A canvas knows no light-dark(): the colours are asked of an element.
  function colour(name) {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  }

  function read(table) {
    const head = Array.from(table.tHead.rows[0].cells).map((cell) => cell.textContent.trim());
    const rows = Array.from(table.tBodies[0].rows).map((row) => Array.from(row.cells).map((cell) => cell.dataset.value ?? cell.textContent.trim()));
    return {
      labels: rows.map((row) => row[0]),
      series: head.slice(1).map((name, at) => ({ name, values: rows.map((row) => (row[at + 1] === "" ? null : Number(row[at + 1]))) })),
    };
  }

  function options(figure, line, ink) {
    const isStacked = figure.hasAttribute("data-stacked");
    const axis = { grid: { color: line, drawTicks: false }, border: { display: false }, ticks: { color: ink, padding: 6, maxTicksLimit: 7, maxRotation: 0 }, stacked: isStacked };
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      elements: { point: { radius: 0, hitRadius: 8 }, line: { borderWidth: 1.75, tension: 0 } },
      scales: {
        x: { ...axis, grid: { display: false } },
        y: { ...axis, beginAtZero: true, title: { display: Boolean(figure.dataset.unit), text: figure.dataset.unit, color: ink } },
      },
      plugins: {
        legend: { position: "bottom", align: "start", labels: { color: ink, boxWidth: 10, boxHeight: 10, useBorderRadius: true, borderRadius: 2 } },
      },
    };
  }

  function draw(figure) {
    const box = figure.querySelector(".chart-box");
    const table = figure.querySelector("table");
    if (!window.Chart || !box || !table) {
      return;
    }
    const data = read(table);
    const isBar = figure.dataset.chart === "bar";
    const isStacked = figure.hasAttribute("data-stacked");
    const datasets = data.series.map((series, at) => {
      const ink = colour(`--series-${(at % 5) + 1}`);
      const wash = ink.replace("rgb(", "rgba(").replace(")", isStacked ? ", 0.55)" : ", 0.12)");
      return { label: series.name, data: series.values, borderColor: ink, backgroundColor: isBar ? ink : wash, fill: isStacked ? "stack" : data.series.length === 1, borderDash: at === 0 || isStacked ? [] : [6 - at, at] };
    });
    const old = charts.get(figure);
    if (old) {
      old.data.labels = data.labels;
      old.data.datasets.forEach((dataset, at) => {
        if (datasets[at]) {
          dataset.data = datasets[at].data;
        }
      });
      old.update("none");
      return;
    }
    box.hidden = false;
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${figure.dataset.label ?? "Chart"}; its figures are in the table below`);
    box.append(canvas);
    window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    window.Chart.defaults.font.size = 12;
    charts.set(figure, new window.Chart(canvas, {
      type: isBar ? "bar" : "line",
      data: { labels: data.labels, datasets },
      options: options(figure, colour("--line-soft"), colour("--ink-3")),
    }));
    const details = figure.querySelector("details");
    if (details) {
      details.open = false;
    }
  }

  function drawAll() {
    charts.forEach((chart, figure) => {
      if (!figure.isConnected) {
        chart.destroy();
        charts.delete(figure);
      }
    });
    document.querySelectorAll("figure[data-chart]").forEach(draw);
  }

  function redraw() {
    charts.forEach((chart) => chart.destroy());
    charts.forEach((chart, figure) => figure.querySelector("canvas")?.remove());
    charts.clear();
    drawAll();
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.addEventListener("htmx:afterSettle", drawAll);
  window.anteroomCharts = { draw, drawAll };
  drawAll();
})();
