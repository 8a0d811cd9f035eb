// The index: sort by every column, search, and keep both in the URL's hash. Without it the tables are read as they are.
(() => {
  "use strict";
  const tables = [...document.querySelectorAll("table[data-board]")];
  const search = document.querySelector("[data-search]");
  const shown = document.querySelector("[data-shown]");
  document.querySelector("[data-tools]").hidden = false;
  const body = (table) => table.querySelector("tbody[data-rows]");
  const original = new Map(tables.map((table) => [table, [...body(table).rows]]));
  const state = { q: "", sort: new Map() };

  const order = (table) => {
    const [key, way] = state.sort.get(table.dataset.board) || ["", ""];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    const index = heads.findIndex((head) => head.dataset.key === key);
    let rows = original.get(table);
    if (index >= 0) {
      const numeric = heads[index].dataset.kind === "number";
      const sign = way === "desc" ? -1 : 1;
      const value = (row) => row.cells[index].dataset.v;
      rows = rows.map((row, place) => [row, value(row), place]).sort((a, b) => {
        if ((a[1] === "") !== (b[1] === "")) return a[1] === "" ? 1 : -1;
        const apart = numeric ? a[1] - b[1] : a[1].localeCompare(b[1]);
        return sign * apart || a[2] - b[2];
      }).map(([row]) => row);
      heads[index].setAttribute("aria-sort", way === "desc" ? "descending" : "ascending");
    } else {
      const main = heads.find((head) => head.dataset.key === `suite.${table.dataset.default}`);
      if (main) main.setAttribute("aria-sort", "descending");
    }
    body(table).append(...rows);
  };

  const filter = () => {
    const terms = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    let visible = 0;
    let total = 0;
    for (const table of tables) {
      let here = 0;
      for (const row of table.querySelectorAll("tr[data-text]")) {
        row.hidden = !terms.every((term) => row.dataset.text.includes(term));
        total += 1;
        visible += !row.hidden;
        here += !row.hidden;
      }
      const references = table.querySelector("tbody.references");
      if (references) references.hidden = !references.querySelector("tr[data-text]:not([hidden])");
      table.parentElement.nextElementSibling.hidden = here > 0;
    }
    for (const row of document.querySelectorAll(".members tr[data-text]")) {
      row.hidden = !terms.every((term) => row.dataset.text.includes(term));
    }
    shown.textContent = terms.length ? `${visible} of ${total} runs` : "";
  };

  const read = () => {
    const text = location.hash.slice(1);
    if (text && !text.includes("=")) return;
    const hash = new URLSearchParams(text);
    state.q = hash.get("q") || "";
    state.sort.clear();
    for (const table of tables) {
      const parts = /^(.+)\.(asc|desc)$/.exec(hash.get(table.dataset.board) || "");
      if (parts) state.sort.set(table.dataset.board, [parts[1], parts[2]]);
    }
    search.value = state.q;
    tables.forEach(order);
    filter();
  };

  const write = () => {
    const hash = new URLSearchParams();
    if (state.q) hash.set("q", state.q);
    for (const [id, [key, way]] of state.sort) hash.set(id, `${key}.${way}`);
    const text = hash.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  };

  for (const table of tables) {
    table.tHead.addEventListener("click", (event) => {
      const head = event.target.closest("th[data-key]");
      if (!head) return;
      const down = head.getAttribute("aria-sort") === "descending";
      const up = head.getAttribute("aria-sort") === "ascending";
      const first = head.dataset.kind === "number" && head.dataset.key !== "rank" ? "desc" : "asc";
      state.sort.set(table.dataset.board, [head.dataset.key, down ? "asc" : up ? "desc" : first]);
      order(table);
      write();
    });
  }
  search.addEventListener("input", () => { state.q = search.value.trim(); filter(); write(); });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      search.value = state.q = "";
      filter();
      write();
    }
  });
  addEventListener("hashchange", read);
  read();
  if (location.hash && !location.hash.includes("=")) { tables.forEach(order); filter(); }
})();
