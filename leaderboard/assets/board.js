// Index and boards: sort, search, filter, choose two runs to compare; all of it in the URL's hash. Without it the tables are read as they are.
(() => {
  "use strict";
  const tables = [...document.querySelectorAll("table[data-board]")];
  const search = document.querySelector("[data-search]");
  const shown = document.querySelector("[data-shown]");
  document.querySelector("[data-tools]").hidden = false;
  const body = (table) => table.querySelector("tbody[data-rows]");
  const original = new Map(tables.map((table) => [table, [...body(table).rows]]));
  const state = { q: "", sort: new Map(), filters: new Map(), picked: [] };
  const root = document.querySelector("link[rel=stylesheet]").getAttribute("href").replace("assets/site.css", "");
  const rows = [...document.querySelectorAll("tr[data-text]")];
  const filters = [
    ["family", "Family", (row) => row.dataset.family],
    ["size", "Size", (row) => {
      const size = row.dataset.size === undefined || row.dataset.size === "" ? NaN : Number(row.dataset.size);
      if (Number.isNaN(size)) return "";
      return size <= 2 ? "up to 2B" : size <= 8 ? "2B to 8B" : size <= 20 ? "8B to 20B" : "above 20B";
    }],
    ["kind", "Asked as", (row) => row.dataset.kind],
    ["open", "Training data", (row) => ({ full: "open", partial: "partly open", none: "not open" })[row.dataset.open] || ""],
    ["clean", "Contamination", (row) => (row.dataset.clean === "unknown" ? "" : row.dataset.clean)],
    ["from", "Numbers", (row) => (row.dataset.run ? "measured here" : "reported")],
  ];

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
        row.hidden = !fits(row, terms);
        total += 1;
        visible += !row.hidden;
        here += !row.hidden;
      }
      const references = table.querySelector("tbody.references");
      if (references) references.hidden = !references.querySelector("tr[data-text]:not([hidden])");
      table.parentElement.nextElementSibling.hidden = here > 0;
    }
    for (const row of document.querySelectorAll(".members tr[data-text], .reported tr[data-text]")) {
      row.hidden = !fits(row, terms);
    }
    for (const part of document.querySelectorAll("[data-outside]")) {
      const left = part.querySelectorAll("tbody tr:not([hidden])").length;
      part.hidden = left === 0;
      if (left && state.filters.get("from") === "reported") part.open = true;
    }
    shown.textContent = terms.length || state.filters.size ? `${visible} of ${total} runs` : "";
  };

  const fits = (row, terms) => terms.every((term) => row.dataset.text.includes(term)) &&
    filters.every(([key, , value]) => !state.filters.has(key) || value(row) === state.filters.get(key));

  // ---- filters: only those that tell rows apart
  const bar = document.querySelector("[data-filters]");
  const selects = new Map();
  for (const [key, label, value] of filters) {
    const found = [...new Set(rows.map(value).filter(Boolean))];
    if (found.length < 1 || (found.length === 1 && rows.every((row) => value(row)))) continue;
    const order = ["up to 2B", "2B to 8B", "8B to 20B", "above 20B"];
    found.sort((a, b) => order.indexOf(a) - order.indexOf(b) || a.localeCompare(b));
    const select = document.createElement("select");
    select.setAttribute("aria-label", label);
    select.append(new Option(`${label}: all`, ""), ...found.map((name) => new Option(name, name)));
    select.addEventListener("change", () => {
      if (select.value) state.filters.set(key, select.value); else state.filters.delete(key);
      select.classList.toggle("on", Boolean(select.value));
      filter();
      write();
    });
    selects.set(key, select);
    bar.append(select);
  }

  // ---- two runs to compare: a box in each ranked row
  const picked = document.querySelector("[data-picked]");
  const boxes = new Map();
  const show = () => {
    const chosen = state.picked.map((name) => boxes.get(name)).filter(Boolean);
    for (const [name, box] of boxes) {
      box.checked = state.picked.includes(name);
      box.disabled = chosen.length > 0 && !box.checked && box.closest("table") !== chosen[0].closest("table");
    }
    picked.hidden = chosen.length === 0;
    const names = chosen.map((box) => box.closest("tr").dataset.name);
    const link = picked.querySelector("[data-picked-link]");
    link.hidden = chosen.length < 2;
    picked.querySelector("[data-picked-words]").textContent = chosen.length < 2 ? `${names[0] || ""} and …` : names.join(" and ");
    if (chosen.length === 2) {
      const hash = new URLSearchParams({ a: state.picked[0], b: state.picked[1] });
      link.href = `${root}compare.html#${hash}`;
    }
  };
  for (const row of rows.filter((one) => one.dataset.run && one.closest("table[data-board]"))) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "pick";
    box.setAttribute("aria-label", `Compare ${row.dataset.name}`);
    box.addEventListener("change", () => {
      state.picked = state.picked.filter((name) => name !== row.dataset.run);
      if (box.checked) state.picked = [...state.picked.slice(-1), row.dataset.run];
      show();
      write();
    });
    boxes.set(row.dataset.run, box);
    row.cells[0].prepend(box);
  }
  picked.querySelector("[data-picked-clear]").addEventListener("click", () => { state.picked = []; show(); write(); });

  const read = () => {
    const text = location.hash.slice(1);
    if (text && !text.includes("=")) return;
    const hash = new URLSearchParams(text);
    state.q = hash.get("q") || "";
    state.sort.clear();
    state.filters.clear();
    for (const [key, select] of selects) {
      const value = hash.get(key) || "";
      select.value = [...select.options].some((option) => option.value === value) ? value : "";
      if (select.value) state.filters.set(key, select.value);
      select.classList.toggle("on", Boolean(select.value));
    }
    state.picked = (hash.get("pick") || "").split(",").filter((name) => boxes.has(name)).slice(0, 2);
    show();
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
    for (const [key, value] of state.filters) hash.set(key, value);
    if (state.picked.length) hash.set("pick", state.picked.join(","));
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
