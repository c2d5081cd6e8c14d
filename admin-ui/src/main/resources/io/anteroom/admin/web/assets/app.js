// SPDX-License-Identifier: Apache-2.0
// What pages gain by a script. All of it is an addition: every page reads and works without.
"use strict";

(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const isTyping = (element) =>
    element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

  // Addresses in parts of pages are relative to the page that they are put into, and the server has to know it.
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-Root"] = document.body.dataset.root;
  });

  // Dialogs: a link with data-dialog shows the page that it leads to in a dialog. ---------------------------------

  const dialog = byId("dialog");

  function openDialog(link) {
    if (!dialog || !window.htmx) {
      return false;
    }
    window.htmx
      .ajax("GET", link.href, { target: "#dialog-body", select: "#content", swap: "innerHTML" })
      .then(() => {
        const heading = dialog.querySelector("h1");
        if (!heading) {
          window.location.assign(link.href);
          return;
        }
        heading.id = "dialog-title";
        dialog.showModal();
        const first = dialog.querySelector("[autofocus], .dialog-body input:not([type=hidden]), .dialog-body button, .dialog-body a");
        if (first) {
          first.focus();
        }
      })
      .catch(() => window.location.assign(link.href));
    return true;
  }

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) {
      return;
    }
    const link = target.closest("a[data-dialog]");
    if (link && openDialog(link)) {
      event.preventDefault();
    }
    if (target.closest("a[data-palette]") && openPalette()) {
      event.preventDefault();
    }
    const close = target.closest("[data-close]");
    if (close) {
      const open = close.closest("dialog, .notice");
      if (open instanceof HTMLDialogElement) {
        event.preventDefault();
        open.close();
      } else if (open) {
        open.remove();
      }
    }
    const copy = target.closest("[data-copy]");
    if (copy) {
      copyFrom(copy);
    }
    if (target instanceof HTMLDialogElement) {
      target.close();
    }
  });

  // Nothing may look in a dialog as if it stayed there after it has been left.
  document.querySelectorAll("dialog").forEach((each) => each.addEventListener("close", () => {
    const body = each.querySelector("#dialog-body");
    if (body) {
      body.replaceChildren();
    }
  }));

  function copyFrom(button) {
    const source = byId(button.getAttribute("data-copy"));
    if (source && navigator.clipboard) {
      navigator.clipboard.writeText(source.textContent.trim()).then(() => say("Copied."), () => select(source));
    } else if (source) {
      select(source);
    }
  }

  function select(element) {
    const selection = window.getSelection();
    if (selection) {
      selection.selectAllChildren(element);
    }
  }

  // Said politely, to those who see and those who listen.
  function say(text) {
    const region = byId("said");
    if (region) {
      region.textContent = text;
      region.hidden = false;
      window.clearTimeout(say.timer);
      say.timer = window.setTimeout(() => {
        region.hidden = true;
      }, 4000);
    }
  }

  // The search from anywhere. --------------------------------------------------------------------------------------

  const palette = byId("palette");

  function openPalette() {
    if (!palette || !window.htmx) {
      return false;
    }
    const input = palette.querySelector("input[type=search]");
    palette.showModal();
    input.select();
    input.dispatchEvent(new Event("open-palette"));
    return true;
  }

  function hits() {
    return Array.from(palette.querySelectorAll(".hit"));
  }

  if (palette) {
    palette.addEventListener("keydown", (event) => {
      const all = hits();
      const at = all.indexOf(document.activeElement);
      if (event.key === "ArrowDown" && all.length > 0) {
        event.preventDefault();
        all[Math.min(at + 1, all.length - 1)].focus();
      } else if (event.key === "ArrowUp" && at >= 0) {
        event.preventDefault();
        (at === 0 ? palette.querySelector("input[type=search]") : all[at - 1]).focus();
      } else if (event.key === "Enter" && at < 0 && all.length > 0) {
        event.preventDefault();
        all[0].click();
      }
    });
  }

  // Keys. ----------------------------------------------------------------------------------------------------------

  let waitsForSecond = 0;

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && openPalette()) {
      event.preventDefault();
      return;
    }
    const isBusy = event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target);
    if (isBusy || document.querySelector("dialog[open]")) {
      return;
    }
    if (event.key === "/" && openPalette()) {
      event.preventDefault();
    } else if (event.key === "?") {
      const help = document.querySelector("a[data-keys]");
      if (help && openDialog(help)) {
        event.preventDefault();
      }
    } else if (event.key === "g") {
      waitsForSecond = Date.now();
    } else if (Date.now() - waitsForSecond < 1500) {
      waitsForSecond = 0;
      const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
    }
  });

  // Forms and tables. ----------------------------------------------------------------------------------------------

  // A form that is on its way is not sent twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "post") {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
    }
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // Filters that are chosen from a list apply at once.
  document.addEventListener("change", (event) => {
    const target = event.target;
    if (target instanceof HTMLSelectElement && target.form && target.form.hasAttribute("data-submit-on-change")) {
      target.form.requestSubmit();
    }
    if (target instanceof HTMLInputElement && target.matches("[data-check-all]")) {
      target.closest("table").querySelectorAll("tbody input[type=checkbox]").forEach((box) => {
        box.checked = target.checked;
        mark(box);
      });
    } else if (target instanceof HTMLInputElement && target.type === "checkbox") {
      mark(target);
    }
  });

  function mark(box) {
    const row = box.closest("tbody tr");
    if (row) {
      row.classList.toggle("is-selected", box.checked);
    }
  }

  // Of two columns of times the second is what people look at; the exact one stays in the title.
  document.querySelectorAll("[data-scripted]").forEach((each) => {
    each.hidden = false;
  });

  // The session. ---------------------------------------------------------------------------------------------------

  const session = byId("session");
  if (session) {
    const idleMillis = Number(session.dataset.idle) * 1000;
    const longest = Number(session.dataset.until) * 1000 - Number(session.dataset.now) * 1000 + Date.now();
    let seen = Date.now();
    const text = session.querySelector("[data-text]");
    const stay = session.querySelector("[data-stay]");

    const tick = () => {
      const left = Math.min(seen + idleMillis, longest) - Date.now();
      const isOver = left <= 0;
      session.hidden = left > 120_000;
      session.dataset.tone = isOver ? "bad" : "warn";
      if (!session.hidden) {
        const said = isOver
          ? "Your session has ended. Log in again to go on; what you have typed stays on this page until you leave it."
          : left > 60_000 ? "Your session ends in two minutes." : "Your session ends in less than a minute.";
        if (text.textContent !== said) {
          text.textContent = said;
        }
      }
      stay.textContent = isOver ? "Log in" : "Stay logged in";
      stay.hidden = !isOver && seen + idleMillis > longest;
    };
    stay.addEventListener("click", (event) => {
      if (session.dataset.tone === "bad") {
        return;
      }
      event.preventDefault();
      fetch(stay.href, { method: "HEAD", redirect: "manual" }).then((answer) => {
        if (answer.ok) {
          seen = Date.now();
          tick();
        }
      });
    });
    document.body.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.successful && !event.detail.requestConfig.headers["X-Watch"]) {
        seen = Date.now();
      }
    });
    window.setInterval(tick, 5000);
    tick();
  }

  root.classList.add("has-script");
  window.anteroom = { say };
})();
