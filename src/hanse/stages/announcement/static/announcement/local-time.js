// Tells the deadline by the reader's own clock, where that differs from the call's.
"use strict";
for (const place of document.querySelectorAll("[data-local-time]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const instant = new Date(place.dataset.localTime);
  const by = (timeZone) => new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone }).format(instant);
  if (zone && by(zone) !== by(place.dataset.callZone)) {
    place.textContent = `${by(zone)} where you are (${zone})`;
    place.hidden = false;
  }
}
