// The compare page: loads two runs' outcomes by script elements (file:// allows nothing else), counts, draws, and diffs programs.
(() => {
  "use strict";
  const runs = JSON.parse(document.querySelector("[data-runs]").textContent);
  const known = new Map(runs.map((run) => [run[0], run]));
  const first = document.querySelector("[data-a]");
  const second = document.querySelector("[data-b]");
  const result = document.querySelector("[data-result]");
  const words = document.querySelector("[data-words]");
  const loaded = { run: new Map(), code: new Map() };
  const pending = new Map();
  let filter = "differ";

  window.magibench = (kind, value) => {
    loaded[kind].set(value.run, value);
    const wait = pending.get(`${kind} ${value.run}`);
    if (wait) wait.resolve(value);
  };
  // Only names in the page's own list become part of an address.
  const load = (kind, name) => {
    if (loaded[kind].has(name)) return Promise.resolve(loaded[kind].get(name));
    const key = `${kind} ${name}`;
    if (!pending.has(key)) {
      const wait = {};
      wait.promise = new Promise((resolve, reject) => { wait.resolve = resolve; wait.reject = reject; });
      pending.set(key, wait);
      const script = document.createElement("script");
      script.src = `data/${kind === "run" ? "compare" : "code"}/${name}.js`;
      script.onerror = () => { pending.delete(key); wait.reject(new Error(`${script.src} can't be read`)); };
      document.head.append(script);
    }
    return pending.get(key).promise;
  };
  const make = (tag, text, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  // ---- statistics: the same as `magibench compare` (harness/statistics.py)
  const choose = (n, k) => {
    let value = 1n;
    for (let i = 1n; i <= BigInt(k); i += 1n) value = value * (BigInt(n) - BigInt(k) + i) / i;
    return value;
  };
  const mcnemar = (a, b) => {
    const total = a + b;
    let tail = 0n;
    for (let i = 0; i <= Math.min(a, b); i += 1) tail += choose(total, i);
    const scale = 10n ** 12n;
    return Math.min(1, Number(2n * tail * scale / 2n ** BigInt(total)) / 1e12);
  };
  const tango = (a, b, pairs) => {
    const estimate = (a - b) / pairs;
    const score = (d) => {
      const half = -a - b + (2 * pairs - a + b) * d;
      const c = -b * d * (1 - d);
      const q = (Math.sqrt(Math.max(0, half * half - 8 * pairs * c)) - half) / (4 * pairs);
      const variance = pairs * (2 * q + d * (1 - d));
      const distance = a - b - pairs * d;
      if (variance <= 0) return distance ? Math.sign(distance) * Infinity : 0;
      return distance / Math.sqrt(variance);
    };
    const solve = (low, high, target) => {
      for (let i = 0; i < 60; i += 1) {
        const middle = (low + high) / 2;
        if (score(middle) > target) low = middle; else high = middle;
      }
      return (low + high) / 2;
    };
    const z = 1.959963984540054;
    return [solve(-1, estimate, z), solve(estimate, 1, -z)];
  };
  const points = (x) => { const text = (100 * x).toFixed(1); return x > 0 && text !== "0.0" ? `+${text}` : text.replace("-", "−"); };
  const percent = (x) => (100 * x).toFixed(1);
  const chance = (p) => (p < 0.001 ? "< 0.001" : p.toFixed(3));

  // ---- lines that differ: the longest common subsequence
  const diff = (left, right) => {
    const a = left.split("\n");
    const b = right.split("\n");
    const best = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i -= 1) {
      for (let j = b.length - 1; j >= 0; j -= 1) {
        best[i][j] = a[i] === b[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
      }
    }
    const out = [];
    let i = 0;
    let j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) { out.push([" ", a[i]]); i += 1; j += 1; }
      else if (i < a.length && (j >= b.length || best[i + 1][j] >= best[i][j + 1])) { out.push(["−", a[i]]); i += 1; }
      else { out.push(["+", b[j]]); j += 1; }
    }
    return out;
  };
  const code = async (a, b, at, box) => {
    const name = a.problems[at][0];
    box.replaceChildren(make("p", "Loading …", { class: "quiet small" }));
    try {
      const [left, right] = await Promise.all([load("code", a.run), load("code", b.run)]);
      const pre = make("pre", "", { class: "code diff" });
      for (const [sign, line] of diff(left.programs[name] || "", right.programs[name] || "")) {
        const kind = { "−": "only-a", "+": "only-b", " ": "" }[sign];
        pre.append(make("span", `${sign} ${line}\n`, kind ? { class: kind } : {}));
      }
      box.replaceChildren(
        make("p", "", { class: "small quiet" },
          make("span", `− ${a.model}`, { class: "only-a" }), "  ", make("span", `+ ${b.model}`, { class: "only-b" })), pre);
    } catch (error) {
      box.replaceChildren(make("p", String(error.message), { class: "quiet small" }));
    }
  };

  const show = (a, b) => {
    const other = new Map(b.problems.map(([name], at) => [name, b.cells[at]]));
    const rows = a.problems.map(([name, page], at) => ({ name, page, at, a: a.cells[at], b: other.get(name) }))
      .filter((row) => row.b && row.a[1] && row.b[1]);
    const rate = (cell) => cell[0] / cell[1];
    const mean = (side) => rows.reduce((sum, row) => sum + rate(row[side]), 0) / rows.length;
    const single = rows.every((row) => row.a[1] === 1 && row.b[1] === 1);
    const solved = (cell) => rate(cell) >= 0.5;
    const counts = { both: 0, a: 0, b: 0, neither: 0 };
    for (const row of rows) {
      row.kind = solved(row.a) ? (solved(row.b) ? "both" : "a") : solved(row.b) ? "b" : "neither";
      counts[row.kind] += 1;
    }
    const difference = mean("a") - mean("b");
    words.textContent = `${a.benchmark}, ${rows.length} problems, ${a.suite}`;
    const figure = (name, big, small, main) => make("div", "", { class: main ? "figure main" : "figure" },
      make("p", name, { class: "name" }), make("p", big, { class: "big" }), make("p", small, { class: "quiet small" }));
    let verdict = "Several samples a problem: `magibench compare` bootstraps the interval.";
    if (single) {
      const [low, high] = tango(counts.a, counts.b, rows.length);
      const p = mcnemar(counts.a, counts.b);
      verdict = `95 % interval ${points(low)} to ${points(high)}; p ${p < 0.001 ? "" : "= "}${chance(p)} (exact McNemar)${p >= 0.05 ? ": these problems don't tell them apart" : ""}`;
    }
    const figures = make("section", "", { class: "figures", "aria-label": "Scores" },
      figure(a.model, percent(mean("a")), a.setting), figure(b.model, percent(mean("b")), b.setting),
      figure("Difference in points", points(difference), verdict, true));
    const kinds = { differ: `They differ ${counts.a + counts.b}`, a: `◐ Only ${a.model} ${counts.a}`, b: `◑ Only ${b.model} ${counts.b}`,
      both: `● Both ${counts.both}`, neither: `○ Neither ${counts.neither}`, all: `All ${rows.length}` };
    const tabs = make("div", "", { class: "tabs", role: "group", "aria-label": "Which problems" });
    const list = make("ol", "", { class: "grid matrix" });
    const table = make("div", "", { class: "differences" });
    const draw = () => {
      for (const button of tabs.children) button.setAttribute("aria-pressed", String(button.dataset.kind === filter));
      list.replaceChildren(...rows.map((row) => {
        const sign = { both: "●", a: "◐", b: "◑", neither: "○" }[row.kind];
        const say = { both: "both", a: `only ${a.model}`, b: `only ${b.model}`, neither: "neither" }[row.kind];
        const link = make("a", "", { class: `cell ${{ both: "pass", a: "first", b: "second", neither: "none" }[row.kind]}`,
          href: `problems/${a.board}/${row.page}.html`, title: `${row.name}: ${say}` },
        make("span", sign, { "aria-hidden": "true" }), make("span", `${row.name}: ${say}`, { class: "sr" }));
        return make("li", "", {}, link);
      }));
      const wanted = rows.filter((row) => filter === "all" || (filter === "differ" ? row.kind === "a" || row.kind === "b" : row.kind === filter));
      table.replaceChildren(...wanted.map((row) => {
        const box = make("div", "");
        const item = make("details", "", { class: "pair" },
          make("summary", "", {}, make("b", row.name), " ", make("span", row.a[3], { class: `chip ${row.a[2]}` }), " ", make("span", row.b[3], { class: `chip ${row.b[2]}` })),
          make("p", "", { class: "small" }, make("a", "The problem's page", { href: `problems/${a.board}/${row.page}.html` })), box);
        if (a.code && b.code) item.addEventListener("toggle", () => { if (item.open && !box.children.length) code(a, b, row.at, box); });
        else box.append(make("p", "Programs of these runs are not published.", { class: "small quiet" }));
        return item;
      }));
      if (!wanted.length) table.append(make("p", "No problem is of this kind.", { class: "quiet" }));
    };
    for (const [kind, label] of Object.entries(kinds)) {
      const button = make("button", label, { type: "button" });
      button.dataset.kind = kind;
      button.addEventListener("click", () => { filter = kind; write(); draw(); });
      tabs.append(button);
    }
    const heading = (text) => make("h2", text);
    result.replaceChildren(figures,
      make("section", "", {}, heading("Problem by problem"), list),
      make("section", "", {}, heading("Programs beside each other"), tabs, table),
      make("p", "", { class: "small quiet after" }, make("a", a.model, { href: `runs/${a.run}.html` }), " and ", make("a", b.model, { href: `runs/${b.run}.html` }), ": where these runs come from."));
    draw();
  };

  const write = () => {
    const hash = new URLSearchParams({ a: first.value, b: second.value });
    if (filter !== "differ") hash.set("show", filter);
    history.replaceState(null, "", `#${hash}`);
  };
  const options = (select, rows) => {
    const groups = new Map();
    for (const [name, model, setting, table] of rows) {
      if (!groups.has(table)) groups.set(table, make("optgroup", "", { label: table }));
      groups.get(table).append(make("option", `${model} (${setting})`, { value: name }));
    }
    select.replaceChildren(...groups.values());
  };
  const rivals = () => runs.filter((run) => run[3] === known.get(first.value)[3] && run[0] !== first.value);
  const start = async () => {
    if (!known.has(first.value) || !known.has(second.value)) {
      result.replaceChildren(make("p", "There is no other run of this table to compare with.", { class: "quiet" }));
      return;
    }
    result.replaceChildren(make("p", "Loading …", { class: "quiet" }));
    try {
      show(...await Promise.all([load("run", first.value), load("run", second.value)]));
    } catch (error) {
      result.replaceChildren(make("p", String(error.message), { class: "quiet" }));
    }
  };
  const read = () => {
    const hash = new URLSearchParams(location.hash.slice(1));
    filter = hash.get("show") || "differ";
    options(first, runs);
    if (known.has(hash.get("a"))) first.value = hash.get("a");
    options(second, known.has(first.value) ? rivals() : []);
    if (known.has(hash.get("b"))) second.value = hash.get("b");
    start();
  };
  first.addEventListener("change", () => { options(second, rivals()); write(); start(); });
  second.addEventListener("change", () => { write(); start(); });
  addEventListener("hashchange", read);
  document.querySelector("[data-choose]").hidden = false;
  read();
})();
