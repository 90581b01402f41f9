// A cell is saved as soon as it is left. Without this script the button below the table saves all cells.
(() => {
  "use strict";

  const form = document.querySelector("form[data-cells]");
  const told = document.querySelector("[data-cells-told]");
  if (!form || !told || !window.fetch) return;

  // One request at a time: the next one carries the version that the last one made.
  let line = Promise.resolve();

  const say = (words) => { told.textContent = words; };

  const save = async (field) => {
    const place = field.name.slice(2);
    const fields = ["a", "m", "r"].map((part) => form.elements[`${part}-${place}`]).filter(Boolean);
    const mark = form.elements[`v-${place}`];
    const sent = new FormData();
    sent.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    for (const one of [...fields, mark]) sent.append(one.name, one.value);
    field.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.cells, { method: "POST", body: sent });
      const said = await answer.json();
      for (const cell of said.cells || []) {
        if (cell.mark !== mark.name) continue;
        mark.value = [cell.version, ...fields.map((one) => cell.shown[one.name[0]])].join("|");
        const product = mark.parentElement.querySelector(".money-product");
        if (product) product.textContent = cell.amount;
      }
      for (const one of fields) one.classList.toggle("ecl-text-input--invalid", said.state !== "saved");
      say(said.state === "saved" ? "Saved. Sums follow when the page is loaded again." : (said.told || []).join(" "));
    } catch {
      say("Not saved: the site cannot be reached. Your figure stays here; press Save the cells.");
    } finally {
      field.removeAttribute("aria-busy");
    }
  };

  form.addEventListener("change", (event) => {
    const field = event.target.closest(".money-field");
    if (field) line = line.then(() => save(field));
  });
})();
