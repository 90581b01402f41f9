// A cell is saved as soon as it is left. Without this script the button below the table saves all cells.
(() => {
  "use strict";

  const form = document.querySelector("form[data-cells]");
  const told = document.querySelector("[data-cells-told]");
  if (!form || !told || !window.fetch) return;

  // One request at a time: the next one carries the version that the last one made.
  let line = Promise.resolve();

  const say = (words) => { told.textContent = words; };

  const cents = (shown) => Number((shown || "").replace(/[^0-9]/g, "")) || 0;
  const worded = (sum) => {
    const euro = Math.floor(sum / 100).toString().replace(/\B(?=(\d{3})+$)/g, "\u00a0");
    return `${euro}.${String(sum % 100).padStart(2, "0")}`;
  };

  // What the site has saved of a cell: an amount stands in its mark, the product of months and rate beside it.
  const held = (cell) => {
    const product = cell.querySelector(".money-product");
    return cents(product ? product.textContent : cell.querySelector("input[type=hidden]")?.value.split("|")[1]);
  };

  // Sums of rows and columns. Where indirect costs are computed, the site alone can say them.
  const addUp = () => {
    if (!form.hasAttribute("data-sums")) return;
    const columns = [];
    for (const row of form.querySelectorAll("tbody tr")) {
      const cells = [...row.querySelectorAll(".money-cell")].map(held);
      cells.forEach((amount, at) => { columns[at] = (columns[at] || 0) + amount; });
      row.lastElementChild.textContent = worded(cells.reduce((sum, amount) => sum + amount, 0));
    }
    const foot = [...form.querySelectorAll("tfoot td")];
    columns.forEach((sum, at) => { foot[at].textContent = worded(sum); });
    foot[foot.length - 1].textContent = worded(columns.reduce((sum, amount) => sum + amount, 0));
  };

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
      addUp();
      const rest = form.hasAttribute("data-sums") ? "" : " Sums follow when the page is loaded again.";
      say(said.state === "saved" ? `Saved.${rest}` : (said.told || []).join(" "));
    } catch {
      say("Not saved: the site cannot be reached. Your figure stays here; press Save the cells.");
    } finally {
      field.removeAttribute("aria-busy");
    }
  };

  // Up and down lead to the same column of the next row, as in a spreadsheet.
  form.addEventListener("keydown", (event) => {
    const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
    const field = event.target.closest(".money-field");
    if (!step || !field) return;
    const fields = [...field.closest("tr").querySelectorAll(".money-field")];
    const row = field.closest("tr")[step];
    const next = row && row.querySelectorAll(".money-field")[fields.indexOf(field)];
    if (next) { event.preventDefault(); next.focus(); next.select(); }
  });

  form.addEventListener("change", (event) => {
    const field = event.target.closest(".money-field");
    if (field) line = line.then(() => save(field));
  });
})();
