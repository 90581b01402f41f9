// What scripts add to pages that work without them: a clock that ticks, a menu that folds, focus on what went wrong.
(() => {
  "use strict";

  const worded = (seconds) => {
    if (seconds <= 0) return "over";
    const minutes = Math.floor(seconds / 60);
    const parts = [[Math.floor(minutes / 1440), "day"], [Math.floor(minutes / 60) % 24, "hour"], [minutes % 60, "minute"]];
    const first = parts.findIndex(([count]) => count);
    if (first < 0) return "less than a minute left";
    const told = parts.slice(first, first + 2).filter(([count]) => count);
    return told.map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(", ") + " left";
  };

  // Time left by the server's clock: only the time since the page came is measured here, by whichever of the browser's
  // clocks has gone further, since one of them may stand still while a machine sleeps.
  const came = Date.now() - performance.now();
  const counted = () => {
    const since = Math.max(performance.now(), Date.now() - came);
    for (const element of document.querySelectorAll("[data-countdown]")) {
      const left = Date.parse(element.dateTime) - Date.parse(element.dataset.now) - since;
      const words = worded(left / 1000);
      if (element.textContent !== words) element.textContent = words;
    }
  };

  const toggle = document.querySelector("[data-menu-toggle]");
  if (toggle) {
    const menus = document.getElementById(toggle.getAttribute("aria-controls"));
    const fold = (open) => {
      toggle.setAttribute("aria-expanded", String(open));
      menus.classList.toggle("hanse-header__menus--folded", !open);
    };
    toggle.hidden = false;
    toggle.addEventListener("click", () => fold(toggle.getAttribute("aria-expanded") !== "true"));
    menus.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && toggle.offsetParent) { fold(false); toggle.focus(); }
    });
    fold(false);
  }

  // Where to look first: the summary of what was wrong.
  document.querySelector("[data-focus]")?.focus();

  if (document.querySelector("[data-countdown]")) {
    counted();
    setInterval(counted, 1000);
  }
})();
