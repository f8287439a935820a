// What is here makes the pages quicker to use; without it everything can still be read and reached.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const say = (form, text) => { one(".status", form).textContent = text; };

  // ---- tables that sort

  const DAY = /^\d{1,2} [A-Z][a-z]+ \d{4}$/;
  const key = (cell) => {
    const text = cell.textContent.trim();
    if (text.startsWith("[")) return null; // a mark of what is not there goes last, whichever way
    if (DAY.test(text)) return Date.parse(text);
    if (!cell.classList.contains("number")) return text.toLowerCase();
    const value = parseFloat(text.replace("−", "-").replace(/[^\d.-]/g, ""));
    return Number.isNaN(value) ? null : value * (text.includes("million") ? 1e6 : 1);
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en-GB"));
  const sort = (table, column, way) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [key(row.cells[column]), row]);
    rows.sort(([a], [b]) => (a === null) - (b === null) || (a === null ? 0 : way * compare(a, b)));
    body.append(...rows.map(([, row]) => row));
  };
  for (const table of all("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const ascending = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        sort(table, column, ascending ? 1 : -1);
      });
    });
  }

  // ---- links to share

  for (const link of all("a.share")) {
    link.addEventListener("click", () => {
      if (!navigator.clipboard) return;
      navigator.clipboard.writeText(link.href).then(
        () => { link.firstChild.textContent = "Link copied"; },
        () => {}, // the address is in the address bar
      );
    });
  }

  // ---- a borough by its name, or by a postcode district, which is never sent anywhere

  const finder = one("#finder");
  if (finder) {
    finder.hidden = false;
    const POSTCODE = /^([A-Z]{1,2}\d[A-Z\d]?)(\s*\d[A-Z]{2})?$/;
    const items = all("#boroughs li");
    const districts = (item, ...parts) => parts.flatMap((part) => (item.dataset[part] ?? "").split(" ")).filter(Boolean);
    const known = [...new Set(items.flatMap((item) => districts(item, "all", "most", "some")))];
    const names = (found) => found.map((item) => item.textContent).join(", ").replace(/, ([^,]*)$/, " and $1");
    const show = (found) => items.forEach((item) => { item.hidden = !found.includes(item); });
    let first = null;
    const byPostcode = (typed) => {
      // Central districts go on with a letter: who types SW1 may mean SW1A, SW1E and so on.
      const meant = known.includes(typed) ? [typed] : known.filter((one) => /[A-Z]$/.test(one) && one.slice(0, -1) === typed);
      const having = (...parts) => items.filter((item) => districts(item, ...parts).some((one) => meant.includes(one)));
      const found = having("all", "most", "some");
      const [most] = meant.length === 1 ? having("all", "most") : [];
      const rest = found.filter((item) => item !== most);
      show(found);
      first = most ?? found[0];
      if (!found.length) return `No ${finder.dataset.place} borough has postcodes that begin with ${typed}`;
      if (!most) return `Parts of ${typed} are in ${names(found)}`;
      if (having("all").includes(most)) return `${typed} is in ${names([most])}`;
      return `Most of ${typed} is in ${names([most])}${rest.length ? `, and some is in ${names(rest)}` : ""}`;
    };
    const byName = (typed) => {
      const found = items.filter((item) => item.textContent.toLowerCase().includes(typed.toLowerCase()));
      show(found);
      [first] = found;
      if (!typed) return "";
      return found.length ? `${found.length} ${found.length === 1 ? "borough" : "boroughs"} found` : "No borough has that in its name";
    };
    finder.addEventListener("input", () => {
      const typed = one("input", finder).value.trim();
      const postcode = known.length && POSTCODE.exec(typed.toUpperCase());
      say(finder, postcode ? byPostcode(postcode[1]) : byName(typed));
    });
    finder.addEventListener("submit", (event) => {
      event.preventDefault();
      if (first) location.href = one("a", first).href;
    });
  }

  // ---- services by theme, borough, provider and end

  const filter = one("#filter");
  if (filter) {
    filter.hidden = false;
    const rows = all("#services tbody tr");
    const fields = ["words", "theme", "borough", "provider"].map((name) => one(`#${name}`));
    const [words, theme, borough, provider] = fields;
    const soon = one("#soon");
    const asked = new URLSearchParams(location.search);
    fields.forEach((field) => { field.value = asked.get(field.id) ?? ""; });
    soon.checked = asked.has("soon");
    const apply = () => {
      const typed = words.value.trim().toLowerCase();
      let count = 0;
      for (const row of rows) {
        const [name, of, paid] = [...row.cells].map((cell) => cell.textContent);
        const shown = `${name} ${paid}`.toLowerCase().includes(typed) && (!theme.value || of === theme.value)
          && (!borough.value || row.dataset.areas.split(" ").includes(borough.value))
          && (!provider.value || paid.split("; ").includes(provider.value) || paid === provider.value)
          && (!soon.checked || row.dataset.soon === "yes");
        row.hidden = !shown;
        count += shown;
      }
      say(filter, `${count} of ${rows.length} services shown`);
      const query = new URLSearchParams(fields.filter((field) => field.value).map((field) => [field.id, field.value]));
      if (soon.checked) query.set("soon", "yes");
      try { history.replaceState(null, "", query.size ? `?${query}` : location.pathname); } catch { /* a file has no history to write */ }
    };
    filter.addEventListener("input", apply);
    filter.addEventListener("reset", () => setTimeout(apply));
    filter.addEventListener("submit", (event) => event.preventDefault());
    apply();
  }

  // ---- two or three boroughs

  const pick = one("#pick");
  if (pick) {
    const MOST = 3;
    const boxes = all("input", pick);
    const asked = decodeURIComponent(location.hash.slice(1)).split("+");
    boxes.forEach((box) => { box.checked = asked.includes(box.value); });
    boxes.filter((box) => box.checked).slice(MOST).forEach((box) => { box.checked = false; });
    const apply = (write) => {
      const chosen = boxes.filter((box) => box.checked);
      boxes.forEach((box) => { box.disabled = !box.checked && chosen.length >= MOST; });
      const classes = chosen.map((box) => `a-${box.value}`);
      for (const row of all(".drawn tbody tr")) row.hidden = classes.length > 0 && !classes.includes(row.className);
      all(".drawn details").forEach((part) => { part.open = classes.length > 0; });
      say(pick, chosen.length ? `${chosen.map((box) => box.labels[0].textContent).join(", ")}${chosen.length === MOST ? ": that is as many as can be compared" : ""}` : "");
      if (write) {
        try { history.replaceState(null, "", chosen.length ? `#${chosen.map((box) => box.value).join("+")}` : location.pathname + location.search); } catch { /* as above */ }
      }
    };
    pick.addEventListener("input", () => apply(true));
    apply(false);
  }
})();
