// SPDX-License-Identifier: Apache-2.0
// Keeps a page up to date. What lives has data-live with the address of the page's one stream; what has no stream but
// changes has data-refresh. Both rest while nobody can see the page, and say so when they know nothing new for 5 s.
"use strict";

(() => {
  const live = document.querySelector("[data-live]");
  const refreshed = document.querySelector("[data-refresh]");
  const freshness = document.querySelector("[data-freshness]");
  const parts = document.querySelector("[data-parts]");
  const queue = document.getElementById("queue");
  const STALE_MILLIS = 5000;
  const PARTS_MILLIS = 2000;
  const PLACES_MILLIS = 3000;
  if (!live && !refreshed) {
    return;
  }

  let source = null;
  let newsAt = 0;
  let refusedAt = 0;

  // How old it is. ---------------------------------------------------------------------------------------------------

  function setText(element, text) {
    if (element && element.textContent !== text) {
      element.textContent = text;
    }
  }

  function tellAge() {
    if (!newsAt) {
      return;
    }
    const seconds = Math.floor((Date.now() - newsAt) / 1000);
    const isStale = Date.now() - newsAt > STALE_MILLIS;
    const was = freshness.dataset.state;
    freshness.dataset.state = isStale ? "stale" : "live";
    freshness.setAttribute("role", isStale ? "status" : "presentation");
    setText(freshness.querySelector("[data-text]"), isStale ? `Stale: ${seconds} s old` : `${seconds} s old`);
    (live ?? refreshed).classList.toggle("is-stale", isStale);
    if (isStale && was !== "stale" && window.anteroom) {
      window.anteroom.say("The connection to the server is lost; it is tried again.");
    }
  }

  function news() {
    newsAt = Date.now();
    tellAge();
  }

  // The stream. ------------------------------------------------------------------------------------------------------

  function texts(root, values, isOwn) {
    root.querySelectorAll("[data-text]").forEach((element) => {
      const name = element.dataset.text;
      if (name && Object.hasOwn(values, name) && isOwn(element)) {
        setText(element, values[name]);
      }
    });
  }

  function bar(element, shown) {
    const said = element.querySelectorAll(".meter-text > span");
    setText(said[0], shown.text);
    setText(said[1], shown.hint);
    element.querySelectorAll("rect").forEach((rect, at) => {
      const part = shown.parts[at];
      if (part) {
        rect.setAttribute("x", part.x);
        rect.setAttribute("width", part.width);
        if (part.tone) {
          rect.dataset.tone = part.tone;
        } else {
          delete rect.dataset.tone;
        }
      }
    });
  }

  function state(element, word) {
    element.dataset.tone = word.tone;
    setText(element.querySelector("span"), word.text);
    const use = element.querySelector("use");
    const href = `${use.getAttribute("href").split("#")[0]}#i-${word.icon}`;
    if (use.getAttribute("href") !== href) {
      use.setAttribute("href", href);
    }
  }

  function pool(each) {
    live.querySelectorAll("[data-pool]").forEach((root) => {
      if (root.dataset.pool !== each.name) {
        return;
      }
      texts(root, each.texts, () => true);
      root.querySelectorAll("[data-live-state]").forEach((element) => state(element, each.state));
      root.querySelectorAll("[data-live-bar]").forEach((element) => {
        const shown = each.bars[element.dataset.liveBar];
        if (shown) {
          bar(element, shown);
        }
      });
    });
  }

  // The tables of the charts are brought up to date; the charts are drawn from them.
  function chart(figure, steps) {
    const body = figure.querySelector("tbody");
    steps.forEach((step) => {
      const last = Array.from(body.rows).slice(-3);
      let row = last.find((each) => each.cells[0].textContent === step.at);
      if (!row) {
        if (body.rows.length === 0) {
          return;
        }
        row = body.rows[0];
        row.cells[0].textContent = step.at;
        body.append(row);
      }
      step.values.forEach((value, at) => {
        const cell = row.cells[at + 1];
        if (cell) {
          setText(cell, value === null ? "" : String(value));
        }
      });
    });
    if (window.anteroomCharts) {
      window.anteroomCharts.draw(figure);
    }
  }

  function hear(event) {
    const message = JSON.parse(event.data);
    news();
    texts(live, message.texts, (element) => !element.closest("[data-pool]"));
    message.pools.forEach(pool);
    live.querySelectorAll("[data-live-chart]").forEach((figure) => {
      const steps = message.charts[figure.dataset.liveChart];
      if (steps) {
        chart(figure, steps);
      }
    });
  }

  function open() {
    if (!live || source || document.hidden) {
      return;
    }
    source = new EventSource(live.dataset.live);
    source.addEventListener("message", hear);
    source.addEventListener("error", () => {
      // A server that refuses is asked again later; a connection that is lost the browser opens by itself.
      if (source && source.readyState === EventSource.CLOSED) {
        close();
        refusedAt = Date.now();
      }
    });
  }

  function close() {
    if (source) {
      source.close();
      source = null;
    }
  }

  // Parts of the page that the server renders anew. ------------------------------------------------------------------

  async function part(address) {
    const answer = await fetch(address, { headers: { "X-Watch": "yes" }, redirect: "manual", cache: "no-store" });
    if (!answer.ok) {
      throw new Error(`${answer.status}`);
    }
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  function chosen() {
    return Array.from(queue.querySelectorAll("input[name=ticket]:checked")).map((box) => box.value);
  }

  function tellChosen() {
    const said = document.querySelector("[data-chosen]");
    if (said && queue) {
      const count = chosen().length;
      said.hidden = count === 0;
      setText(said, count === 1 ? "1 chosen" : `${count} chosen`);
    }
  }

  function stops(root) {
    return Array.from(root.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']"));
  }

  // Whoever goes by keyboard stays where they are: at the same stop, or, if that is gone, at the part that it was in.
  function focusAgain(target, was, at) {
    const there = stops(target)[at];
    const isSame = there && !was.id && there.tagName === was.tagName && there.textContent === was.textContent;
    const stop = (was.id && target.querySelector(`#${CSS.escape(was.id)}`)) || (isSame ? there : target);
    if (stop === target) {
      target.tabIndex = -1;
    }
    stop.focus({ preventScroll: true });
  }

  // What has been ticked stays ticked, and what has the focus keeps it, as long as it is there.
  function replaceInside(target, fresh) {
    const ticked = new Set(Array.from(target.querySelectorAll("input:checked")).map((box) => box.id));
    const focused = target !== document.activeElement && target.contains(document.activeElement) ? document.activeElement : null;
    const focusedAt = focused ? stops(target).indexOf(focused) : -1;
    target.replaceChildren(...fresh.childNodes);
    ticked.forEach((id) => {
      const box = id && document.getElementById(id);
      if (box) {
        box.checked = true;
        box.closest("tr")?.classList.add("is-selected");
      }
    });
    target.querySelectorAll("[data-scripted]").forEach((each) => {
      each.hidden = false;
    });
    if (focused) {
      focusAgain(target, focused, focusedAt);
    }
    tellChosen();
  }

  function isBusy() {
    return document.hidden || document.querySelector("dialog[open]") !== null;
  }

  // Parts stay away from what is open above them.
  async function refreshParts() {
    if (!isBusy()) {
      try {
        const fresh = await part(parts.dataset.parts);
        document.querySelectorAll("[data-part]").forEach((each) => {
          const now = fresh.getElementById(each.id);
          if (now && !isBusy()) {
            replaceInside(each, now);
          }
        });
      } catch {
        // The age of the page's figures says that nothing comes.
      }
    }
    window.setTimeout(refreshParts, PARTS_MILLIS);
  }

  async function refreshPlaces() {
    if (!isBusy()) {
      try {
        const fresh = (await part(refreshed.dataset.refresh)).getElementById(refreshed.id);
        if (fresh) {
          news();
          if (!isBusy() && !refreshed.contains(document.activeElement)) {
            replaceInside(refreshed, fresh);
          }
        }
      } catch {
        // As above.
      }
    }
    window.setTimeout(refreshPlaces, PLACES_MILLIS);
  }

  // Whether anybody looks. -------------------------------------------------------------------------------------------

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      close();
    } else {
      open();
    }
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  window.setInterval(() => {
    tellAge();
    if (!source && Date.now() - refusedAt > 10_000) {
      open();
    }
  }, 1000);
  open();
  if (parts) {
    document.addEventListener("change", tellChosen);
    window.setTimeout(refreshParts, PARTS_MILLIS);
  }
  if (refreshed) {
    refreshPlaces();
  }
})();
