// The page: asks every two seconds, and touches only what has changed. What comes from the program is written as text, never as HTML.

const EVERY = 2000;
const MOMENTS = 180;
const SPANS = [60, 120, 240, 360]; // seconds that a chart may show
const SLICE = 100; // rows that are made in one frame
const SOME = 5; // verdicts that are shown at first
const MOST_FLIGHTS = 50;

const el = (id) => document.getElementById(id);

/** Writes a text if it is another one. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// ---- Figures as text ----

const grouped = new Intl.NumberFormat("en");

/** All digits, as far as a number of JavaScript has them. */
const count = (n) => (Number.isSafeInteger(n) ? grouped.format(n) : `≈ ${n.toPrecision(4)}`);

/** Where there is little room. */
function brief(n) {
  const power = n < 1e7 ? 0 : Math.min(4, Math.floor(Math.log10(n) / 3));
  return power === 0 ? count(n) : `${short(n / 1000 ** power)} ${["", "k", "M", "G", "T"][power]}`;
}

const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]];

function time(seconds) {
  if (seconds === 0) return "0 s";
  const [unit, name] = UNITS.find(([unit]) => seconds >= unit) ?? UNITS.at(-1);
  return `${short(seconds / unit)} ${name}`;
}

function bytes(n) {
  const power = Math.min(4, Math.floor(Math.log2(Math.max(n, 1)) / 10));
  return power === 0 ? `${n} B` : `${short(n / 1024 ** power)} ${["", "KiB", "MiB", "GiB", "TiB"][power]}`;
}

/** Three digits. */
function short(x) {
  const digits = x >= 100 || x === 0 ? 0 : x >= 10 ? 1 : 2;
  return grouped.format(x.toFixed(digits));
}

const percent = (ratio) => (ratio === null ? "–" : `${(ratio * 100).toFixed(1)} %`);
const seconds = (duration) => (duration ? duration.secs + duration.nanos / 1e9 : 0);
const counted = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;

// ---- Asking ----

const KEY = "memo-inspect token";

/** Takes the token out of the address, so that it is not copied, or kept in the history. */
function takeToken() {
  const address = new URL(location.href);
  const token = address.searchParams.get("token");
  if (token === null) return;
  sessionStorage.setItem(KEY, token);
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
}

async function ask(path, method = "GET") {
  const headers = { "x-memo-inspect": "1" };
  const token = sessionStorage.getItem(KEY);
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(path, { method, headers, signal: AbortSignal.timeout(15000) });
  if (answer.status === 401) throw new NeedsToken();
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}

class NeedsToken extends Error {}

// ---- Hits and misses of the last minutes ----

class Series {
  /** Each: when, in which time, how many. */
  points = [];
  last = null;

  /** A new state of the counters. */
  add(taken, hits, misses) {
    // Another program answers now, whose time begins anew.
    if (this.last && taken < this.last.taken) [this.points, this.last] = [[], null];
    const last = this.last;
    if (last && taken - last.taken < 0.3) return;
    this.last = { taken, hits, misses };
    if (last) this.push(taken, taken - last.taken, Math.max(0, hits - last.hits), Math.max(0, misses - last.misses));
  }

  push(at, during, hits, misses) {
    this.points.push({ at, during, hits, misses });
    if (this.points.length > MOMENTS) this.points.shift();
  }

  get now() {
    const point = this.points.at(-1);
    return point ? { hits: point.hits / point.during, misses: point.misses / point.during } : { hits: 0, misses: 0 };
  }

  get newest() {
    return this.points.at(-1)?.at ?? 0;
  }

  /** As much time as there is something to show of. */
  get span() {
    const first = this.points[0];
    const known = first ? this.newest - first.at + first.during : 0;
    return SPANS.find((span) => span >= known) ?? SPANS.at(-1);
  }

  /** Of all calls that it knows of; none without calls. */
  get ratio() {
    let [hits, calls] = [0, 0];
    for (const point of this.points) [hits, calls] = [hits + point.hits, calls + point.hits + point.misses];
    return calls === 0 ? null : hits / calls;
  }

  /** Puts what the server remembers before what was seen here. */
  recall(moments, recorded) {
    const [seen, begin] = [this.points, this.points[0]?.at ?? Infinity];
    const first = moments.length - recorded.hits.length;
    this.points = [];
    recorded.hits.forEach((hits, i) => {
      const [at, before] = [moments[first + i], moments[first + i - 1]];
      if (at < begin && at > before) this.push(at, at - before, hits, recorded.misses[i]);
    });
    for (const { at, during, hits, misses } of seen) this.push(at, during, hits, misses);
  }
}

/** The sum of what is remembered of all memos. */
function sum(moments, all) {
  const total = { hits: moments.slice(1).fill(0), misses: moments.slice(1).fill(0) };
  for (const { hits, misses } of all) {
    const first = total.hits.length - hits.length;
    hits.forEach((n, i) => (total.hits[first + i] += n));
    misses.forEach((n, i) => (total.misses[first + i] += n));
  }
  return total;
}

// ---- Charts ----

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [360, 100];

class Chart {
  constructor(lines, big) {
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.svg.setAttribute("preserveAspectRatio", "none");
    if (big) this.svg.setAttribute("role", "img");
    else this.svg.setAttribute("aria-hidden", "true");
    this.path("base").setAttribute("d", `M0 ${HEIGHT}H${WIDTH}`);
    this.lines = lines.map((line) => [this.path(`${line} area`), this.path(line)]);
  }

  path(name) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", name);
    this.svg.append(path);
    return path;
  }

  /** Each line is a list of `[when, height from 0 to 1]`. */
  draw({ newest, span }, lines) {
    lines.forEach((points, i) => {
      const [area, line] = this.lines[i];
      const xs = points.map(([at]) => (WIDTH * (1 + (at - newest) / span)).toFixed(1));
      const all = points.map(([, height], at) => `${xs[at]} ${(HEIGHT * (1 - height)).toFixed(1)}`).join("L");
      line.setAttribute("d", all && `M${all}`);
      area.setAttribute("d", all && `M${xs[0]} ${HEIGHT}L${all}L${xs.at(-1)} ${HEIGHT}Z`);
    });
  }
}

function highest(points) {
  return points.reduce((most, { hits, misses, during }) => Math.max(most, hits / during, misses / during), 0);
}

/** Each point is of the time before it, and so is the first. */
function line(points, height) {
  const first = points[0];
  const line = points.map((point) => [point.at, height(point)]);
  return first ? [[first.at - first.during, height(first)], ...line] : line;
}

function drawCalls(chart, series) {
  const most = highest(series.points) || 1;
  const rate = (of) => line(series.points, (point) => point[of] / point.during / most);
  chart.draw(series, [rate("hits"), rate("misses")]);
}

/** Where nothing was called, the line goes straight on. */
function drawRatio(chart, series) {
  const called = series.points.filter(({ hits, misses }) => hits + misses > 0);
  chart.draw(series, [line(called, ({ hits, misses }) => hits / (hits + misses))]);
}

/** A pair of large charts, with what they say in words. */
class Charts {
  constructor(prefix) {
    this.of = (name) => el(prefix + name);
    this.calls = this.put("calls-chart", ["hits", "misses"]);
    this.ratio = this.put("ratio-chart", ["hits"]);
  }

  put(place, lines) {
    const chart = new Chart(lines, true);
    chart.from = make("span");
    chart.highest = make("span");
    this.of(place).replaceChildren(chart.svg, make("p", { class: "ends" }, chart.from, chart.highest, make("span", {}, "now")));
    return chart;
  }

  draw(series) {
    const { now, ratio } = series;
    const [most, minutes] = [short(highest(series.points)), counted(series.span / 60, "minute", "minutes")];
    write(this.of("hits-now"), short(now.hits));
    write(this.of("misses-now"), short(now.misses));
    write(this.of("ratio-now"), percent(ratio));
    drawCalls(this.calls, series);
    drawRatio(this.ratio, series);
    write(this.calls.highest, `highest ${most}`);
    for (const chart of [this.calls, this.ratio]) write(chart.from, `${minutes} ago`);
    this.calls.svg.setAttribute("aria-label", `${short(now.hits)} hits and ${short(now.misses)} misses per second now, ${most} at most in ${minutes}`);
    this.ratio.svg.setAttribute("aria-label", `${percent(ratio)} of the calls in the last ${minutes} were hits`);
  }
}

// ---- All memos ----

const COLUMNS = [
  { key: "name", label: "Memo" },
  { key: "lately", label: "Lately", title: "Hits and misses per second of the last minutes", value: ({ series }) => series.now.hits + series.now.misses },
  { key: "hits", label: "Hits", value: ({ info }) => info.stats.hits, show: brief },
  { key: "misses", label: "Misses", value: ({ info }) => info.stats.misses, show: brief },
  { key: "ratio", label: "Hit %", value: ({ info }) => info.hit_ratio, show: (ratio) => (ratio * 100).toFixed(1) },
  { key: "living", label: "Living", value: ({ info }) => info.living, show: brief },
  { key: "awaiting", label: "Awaiting", title: "Results of dead objects that no sweep has reclaimed yet", value: ({ info }) => info.stats.awaiting_sweep, show: brief },
  { key: "pinned", label: "Pinned", title: "Bytes of dead objects that no sweep has reclaimed yet", value: ({ info }) => info.stats.pinned_bytes, show: bytes },
  { key: "computing", label: "Computing", title: "Time in bodies and in all that they call, estimated", value: ({ info }) => info.compute_seconds, show: time },
  { key: "own", label: "Own", title: "Time in bodies without other memos, estimated", value: ({ info }) => info.own_seconds, show: time },
  { key: "mean", label: "Mean", title: "Time of one compute", value: ({ info }) => info.mean_seconds, show: time },
  { key: "saved", label: "Saved", title: "Hits times the mean: to compare two states of one memo", value: ({ info }) => info.saved_seconds, show: time },
];
const FIGURES = COLUMNS.filter(({ show }) => show);

/** A name that may be broken between its parts. */
const parts = (name) => name.split(/(?<=::)|(?=<)/).flatMap((part, i) => (i ? [make("wbr"), part] : [part]));

const link = (name) => `#memo=${encodeURIComponent(name)}`;

class Row {
  constructor(memo) {
    this.memo = memo;
    const { name, file, line } = memo.info;
    this.mark = make("span", { class: "mark", role: "img", hidden: "" }, "!");
    const title = [this.mark, make("a", { href: link(name) }, ...parts(name)), make("small", { title: `${file}:${line}` }, `${file.split(/[/\\]/).slice(-2).join("/")}:${line}`)];
    this.chart = new Chart(["hits", "misses"], false);
    this.cells = FIGURES.map(({ label }) => make("td", { class: "number", role: "cell", "data-label": label }));
    const drawn = make("td", { class: "drawn", role: "cell" }, make("div", { class: "spark" }, this.chart.svg));
    this.tr = make("tr", { role: "row" }, make("th", { scope: "row", role: "rowheader" }, ...title), drawn, ...this.cells);
    this.tr.row = this;
  }

  /** Only what has changed. The chart waits until it is to be seen. */
  update() {
    FIGURES.forEach(({ value, show }, i) => this.figure(this.cells[i], value(this.memo), show));
    this.tellWorst(this.memo.info.verdicts[0]);
    this.draw();
  }

  draw() {
    if (this.isSeen) drawCalls(this.chart, this.memo.series);
  }

  figure(cell, value, show) {
    if (cell.value === value) return;
    cell.value = value;
    cell.textContent = show(value);
    cell.classList.toggle("quiet", value === 0);
  }

  tellWorst(worst) {
    if (this.worst === worst?.says) return;
    this.worst = worst?.says;
    this.mark.hidden = !worst;
    this.mark.title = worst?.says ?? "";
    this.mark.setAttribute("aria-label", worst?.says ?? "");
    this.mark.classList.toggle("bad", worst?.rank === 0);
  }
}

class Table {
  memos = new Map();
  sort = { key: "computing", down: true };
  words = "";

  constructor() {
    this.rows = el("rows");
    for (const column of COLUMNS) el("heads").append(this.head(column));
    this.tellSort();
    el("filter").addEventListener("input", () => this.filter(el("filter").value));
    this.sight = new IntersectionObserver((seen) => seen.forEach(({ target, isIntersecting }) => this.see(target.row, isIntersecting)), { rootMargin: "300px" });
  }

  head({ key, label, title, show }) {
    const button = make("button", { type: "button" }, label);
    if (title) button.title = title;
    button.addEventListener("click", () => this.sortBy(key));
    return make("th", { scope: "col", role: "columnheader", "data-key": key, ...(show && { class: "number" }) }, button);
  }

  /** Figures begin with the largest, names with the first. */
  sortBy(key) {
    this.sort = { key, down: key === this.sort.key ? !this.sort.down : key !== "name" };
    this.tellSort();
    this.arrange();
  }

  tellSort() {
    for (const head of el("heads").children) {
      if (head.dataset.key === this.sort.key) head.setAttribute("aria-sort", this.sort.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  see(row, isSeen) {
    row.isSeen = isSeen;
    if (isSeen) row.draw();
  }

  redraw() {
    for (const { row } of this.memos.values()) row?.draw();
  }

  update(memos, taken) {
    for (const info of memos) {
      const memo = this.memo(info);
      memo.info = info;
      memo.series.add(taken, info.stats.hits, info.stats.misses);
      memo.row?.update();
    }
    // What someone points at, or has the focus in, stays where it is.
    if (!this.rows.matches(":hover, :focus-within")) this.arrange();
    this.tellShown();
  }

  memo(info) {
    const { name } = info;
    if (!this.memos.has(name)) this.memos.set(name, { info, series: new Series() });
    return this.memos.get(name);
  }

  /** Brings the rows into order, and makes some of those that are missing: the rest in the next frame. */
  arrange() {
    let [next, made] = [this.rows.firstElementChild, 0];
    for (const memo of this.sorted()) {
      if (!memo.row && made++ === SLICE) return void requestAnimationFrame(() => this.arrange());
      const { tr } = (memo.row ??= this.row(memo));
      if (tr === next) next = next.nextElementSibling;
      else this.rows.insertBefore(tr, next);
    }
  }

  row(memo) {
    const row = new Row(memo);
    row.update();
    row.tr.hidden = !this.wants(memo);
    this.sight.observe(row.tr);
    return row;
  }

  sorted() {
    const { value } = COLUMNS.find(({ key }) => key === this.sort.key);
    const way = this.sort.down ? -1 : 1;
    const byName = (one, other) => one.info.name.localeCompare(other.info.name);
    const by = value ? (one, other) => way * (value(one) - value(other)) || byName(one, other) : (one, other) => way * byName(one, other);
    return [...this.memos.values()].sort(by);
  }

  filter(words) {
    this.words = words.trim().toLowerCase();
    for (const memo of this.memos.values()) if (memo.row) memo.row.tr.hidden = !this.wants(memo);
    this.tellShown();
  }

  wants({ info }) {
    return `${info.name} ${info.file}:${info.line}`.toLowerCase().includes(this.words);
  }

  tellShown() {
    const all = [...this.memos.values()];
    const shown = all.filter((memo) => this.wants(memo)).length;
    write(el("shown"), this.words ? `${count(shown)} of ${counted(all.length, "memo", "memos")}` : counted(all.length, "memo", "memos"));
    el("none").hidden = shown > 0;
    write(el("none"), all.length === 0 ? "No memo was used yet." : "No memo has this in its name or place.");
  }
}

// ---- The overview around the table ----

class Overview {
  table = new Table();
  total = new Series();
  charts = new Charts("");
  areAllShown = false;

  constructor() {
    el("all-verdicts").addEventListener("click", () => {
      this.areAllShown = !this.areAllShown;
      this.tellVerdicts();
    });
  }

  async ask() {
    const all = await ask("api/memos");
    if (showing === this) this.show(all);
    await (this.recalling ??= this.recall());
  }

  /** What was before this page was opened. Without it, the charts begin now. */
  async recall() {
    const { moments, memos } = await ask("api/history").catch(() => ({ moments: [], memos: {} }));
    this.total.recall(moments, sum(moments, Object.values(memos)));
    for (const [name, recorded] of Object.entries(memos)) this.table.memos.get(name)?.series.recall(moments, recorded);
    this.table.redraw();
    this.charts.draw(this.total);
  }

  show({ program, status, taken, control, also, memos }) {
    this.memos = memos;
    el("overview").hidden = false;
    el("sweep").hidden = !control;
    tellProgram(program, status);
    const of = (value) => memos.reduce((sum, memo) => sum + value(memo), 0);
    this.total.add(taken, of(({ stats }) => stats.hits), of(({ stats }) => stats.misses));
    this.table.update(memos, taken);
    this.charts.draw(this.total);
    write(el("living"), count(of(({ living }) => living)));
    write(el("held"), bytes(of(({ stats }) => stats.entry_bytes + (stats.value_bytes ?? 0))));
    write(el("awaiting"), count(of(({ stats }) => stats.awaiting_sweep)));
    write(el("pinned"), bytes(of(({ stats }) => stats.pinned_bytes)));
    this.tellVerdicts();
    el("also").hidden = also.length === 0;
    list(el("also-list"), also);
  }

  tellVerdicts() {
    const all = this.memos.flatMap((memo) => memo.verdicts.map((verdict) => ({ memo, verdict })));
    all.sort((one, other) => one.verdict.rank - other.verdict.rank);
    const shown = this.areAllShown ? all : all.slice(0, SOME);
    el("verdicts").hidden = all.length === 0;
    el("all-verdicts").hidden = all.length <= SOME;
    write(el("all-verdicts"), this.areAllShown ? "Show fewer" : `Show all ${count(all.length)}`);
    tell(el("verdict-list"), shown, ({ memo, verdict }) => [make("a", { href: link(memo.name) }, ...parts(memo.name)), ": ", ...said(verdict)]);
  }
}

function tellProgram(program, status) {
  write(el("program"), program && `of ${program}`);
  write(el("status"), status ?? "");
}

/** Writes a list anew, if it is another one. */
function tell(list, all, says) {
  const now = JSON.stringify(all.map(({ memo, verdict }) => [memo?.name, verdict.says]));
  if (list.now === now) return;
  list.now = now;
  list.replaceChildren(...all.map((one) => make("li", one.verdict.rank === 0 ? { class: "bad" } : {}, ...says(one))));
}

/** A sentence, whose subject may stand before it. */
function said({ says, advice }, as = (text) => text) {
  return [`${as(says)}. `, make("span", { class: "advice" }, advice)];
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

// ---- In flight ----

function showInFlight({ computes, waits }) {
  write(el("computes"), count(computes.length));
  write(el("waits"), count(computes.reduce((sum, { waiting }) => sum + waiting, 0)));
  write(el("longest"), computes.length ? time(Math.max(...computes.map((compute) => seconds(compute.running_for)))) : "–");
  const lines = [...computes.map(ofCompute), ...waits.map(ofWait)];
  const left = lines.length - MOST_FLIGHTS;
  if (left > 0) lines.splice(MOST_FLIGHTS, left, `and ${count(left)} more`);
  if (lines.length === 0) lines.push("Nothing is being computed.");
  list(el("flight-list"), lines);
}

/** One item for each line. */
function list(into, lines) {
  while (into.children.length > lines.length) into.lastChild.remove();
  lines.forEach((line, i) => write(into.children[i] ?? into.appendChild(make("li")), line));
}

const during = (word, duration) => (duration ? ` ${word} ${time(seconds(duration))}` : "");
const thread = ({ name, number }) => (name ? `thread ${name}` : `thread ${number}`);

function ofCompute({ memo, file, line, by, running_for, waiting, longest_wait }) {
  const parked = by.Parked;
  const last = parked?.last_polled ? `, last ${time(seconds(parked.last_polled))} ago` : "";
  const who = parked ? `a future polled ${counted(parked.polls, "time", "times")}${last}` : `by ${thread(by.Thread)}`;
  const waits = waiting ? `; ${counted(waiting, "call waits", "calls wait")}${longest_wait ? `, the first for ${time(seconds(longest_wait))}` : ""}` : "";
  return `${memo} (${file}:${line})${during("for", running_for)}, ${who}${waits}`;
}

function ofWait({ thread: who, inside, memo, computed_by, waiting_for }) {
  const where = inside ? ` inside ${inside}` : "";
  const what = memo ? ` for ${memo}` : "";
  const by = computed_by ? `, which ${thread(computed_by)} computes,` : "";
  return `${thread(who)} waits${where}${what}${by}${during("for", waiting_for)}`;
}

// ---- One memo ----

class OneMemo {
  charts = new Charts("memo-");

  constructor() {
    el("clear").addEventListener("click", () => this.clear());
    el("explain").addEventListener("click", () => this.explain());
    el("count-owners").addEventListener("click", () => this.countOwners());
  }

  /** A memo to look at from now on. */
  open(name) {
    [this.name, this.series] = [name, null];
    write(el("memo-name"), name);
    for (const id of ["memo-verdicts", "figures", "miss-list"]) el(id).replaceChildren();
    el("memo-verdicts").now = "";
    write(el("owners"), "");
  }

  async ask() {
    const name = this.name;
    const one = await ask(`api/memo?name=${encodeURIComponent(name)}`);
    const series = this.series ?? (await this.recall(name));
    if (showing !== this || name !== this.name) return;
    this.series = series;
    this.show(one);
  }

  async recall(name) {
    const { moments, memos } = await ask(`api/history?name=${encodeURIComponent(name)}`);
    const series = new Series();
    if (memos[name]) series.recall(moments, memos[name]);
    return series;
  }

  show({ program, status, taken, control, memo, figures, median, most, spans, explained, reasons, misses }) {
    el("memo").hidden = false;
    tellProgram(program, status);
    this.series.add(taken, memo.stats.hits, memo.stats.misses);
    this.charts.draw(this.series);
    write(el("memo-place"), `${memo.file}:${memo.line}`);
    write(el("memo-options"), memo.options && `#[weak_memo(${memo.options})]`);
    tell(el("memo-verdicts"), memo.verdicts.map((verdict) => ({ verdict })), ({ verdict }) => [...said(verdict, capital), ...this.owner(memo, verdict)]);
    figures.forEach((figure, i) => this.figure(figure, i));
    this.showTimes(median, most, spans);
    this.showMisses(control, explained, reasons, misses);
  }

  owner({ suspected_owner: owner }, { rank }) {
    return owner && rank === 0 ? [" It is a ", make("code", {}, owner), "."] : [];
  }

  figure({ name, help, value }, i) {
    const row = el("figures").children[i] ?? el("figures").appendChild(make("tr", { "data-figure": name }, make("th", { scope: "row" }, label(name)), make("td", { class: "number" }), make("td", { class: "quiet" }, help)));
    write(row.children[1], name.includes("seconds") ? time(value) : name.includes("bytes") ? bytes(value) : count(value));
  }

  /** From the first span in which there is something to the last. */
  showTimes(median, most, spans) {
    const filled = spans.map(([, computes]) => computes > 0);
    const shown = spans.slice(filled.indexOf(true), filled.lastIndexOf(true) + 1);
    const highest = Math.max(...shown.map(([, computes]) => computes));
    el("times").hidden = spans.length === 0;
    write(el("times-said"), `Half of them took ${within(median)}, 99 in 100 ${within(most)}, estimated.`);
    while (el("spans").children.length > shown.length) el("spans").lastChild.remove();
    shown.forEach(([end, computes], i) => {
      const row = el("spans").children[i] ?? el("spans").appendChild(make("tr", {}, make("th", { scope: "row" }), make("td", { class: "number" }), make("td", { class: "bar", "aria-hidden": "true" }, make("i"))));
      write(row.children[0], atMost(end));
      write(row.children[1], count(computes));
      row.querySelector("i").style.width = `${(100 * computes) / highest}%`;
    });
  }

  showMisses(control, explained, reasons, misses) {
    el("controls").hidden = !control;
    el("explain").setAttribute("aria-pressed", explained);
    el("misses").hidden = !explained && misses.length === 0;
    const counts = reasons.filter(([, n]) => n > 0).map(([reason, n]) => `${count(n)} ${reason.replaceAll("_", " ")}`);
    write(el("reasons"), counts.join(", ") || "None since then.");
    const list = el("miss-list");
    while (list.children.length > misses.length) list.lastChild.remove();
    misses.forEach((miss, i) => write(list.children[i] ?? list.appendChild(make("li")), miss));
  }

  async clear() {
    if (!confirm(`Clear all results of ${this.name}? They are computed anew when they are asked for.`)) return;
    await change(`api/clear?name=${encodeURIComponent(this.name)}`, ({ cleared }) =>
      cleared === null ? "Its results are lent, and cannot be cleared." : `${counted(cleared, "result was", "results were")} cleared.`);
  }

  async countOwners() {
    const name = this.name;
    try {
      const owners = await ask(`api/owners?name=${encodeURIComponent(name)}`);
      if (name === this.name) write(el("owners"), toldOf(owners));
    } catch (trouble) {
      tellTrouble(trouble);
    }
  }

  async explain() {
    const on = el("explain").getAttribute("aria-pressed") !== "true";
    await change(`api/explain?name=${encodeURIComponent(this.name)}&on=${on}`, ({ explained }) =>
      explained ? "Misses are noted from now on." : "Misses are not noted any more.");
  }
}

/** How many objects have results. */
function toldOf(owners) {
  if (owners === null) return "They are listed nowhere: its results lie in the objects, and are lent.";
  const most = owners.most.length > 1 ? `; those with most have ${owners.most.map(ofObject).join(", ")}` : "";
  return `${counted(owners.count, "object has", "objects have")} results${most}.${toldOfAges(owners)}`;
}

const ofObject = ({ results, age_seconds: age }) => (age === null ? count(results) : `${count(results)} (${time(age)} old)`);

function toldOfAges({ count: all, ages }) {
  if (all === 0) return "";
  if (ages === null) return " How old they are is known of those that come while misses are explained.";
  const whose = ages.known === all ? "They" : `Those ${count(ages.known)} whose age is known`;
  return ages.known === 1
    ? ` ${all === 1 ? "It" : "The one whose age is known"} is ${time(ages.oldest_seconds)} old.`
    : ` ${whose} are ${time(ages.youngest_seconds)} to ${time(ages.oldest_seconds)} old, half of them over ${time(ages.median_seconds)}.`;
}

const within = (end) => (end === null ? "more than a minute" : `up to ${time(end)}`);
const atMost = (end) => (end === null ? "more" : time(end));
const label = (name) => name.replace(/_total$/, "").replace("_seconds", " time").replaceAll("_", " ");

async function change(path, say) {
  try {
    write(el("said"), say(await ask(path, "POST")));
  } catch (trouble) {
    tellTrouble(trouble);
  }
  await Promise.all([look(), lookInFlight()]);
}

// ---- What is looked at, and when ----

const overview = new Overview();
const one = new OneMemo();

function route() {
  const name = /^#memo=(.*)/.exec(location.hash)?.[1];
  el("overview").hidden = true;
  el("memo").hidden = true;
  write(el("said"), "");
  showing = name === undefined ? overview : one;
  document.title = name === undefined ? "Memos" : `${decode(name)} – Memos`;
  if (name === undefined) el("overview").hidden = !overview.memos;
  else one.open(decode(name));
  return look();
}

/** A name that someone has typed may be no code at all. */
function decode(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

let showing = overview;
let looks = 0;

async function look() {
  const number = ++looks;
  const trouble = await showing.ask().catch((trouble) => trouble);
  if (number !== looks) return;
  tellTrouble(trouble);
  if (!trouble) write(el("freshness"), `as of ${new Date().toLocaleTimeString()}`);
}

/** By itself: it comes even if the figures do not. What is in its way is in theirs, and told there. */
async function lookInFlight() {
  const inFlight = await ask("api/in-flight").catch(() => null);
  if (!inFlight) return;
  if (showing === overview) el("overview").hidden = false;
  showInFlight(inFlight);
}

function tellTrouble(trouble) {
  const needsToken = trouble instanceof NeedsToken;
  el("ask").hidden = !needsToken;
  el("trouble").hidden = !trouble || (needsToken && !sessionStorage.getItem(KEY));
  if (!trouble) return;
  const lost = trouble instanceof TypeError || trouble.name === "TimeoutError";
  write(el("trouble"), needsToken ? "This is not the token." : lost ? "The program does not answer: what is shown is old." : trouble.message);
}

const isPaused = () => el("pause").getAttribute("aria-pressed") === "true";

async function keep(looking) {
  if (!isPaused() && !document.hidden && el("ask").hidden) await looking();
  setTimeout(() => keep(looking), EVERY);
}

el("show-flights").addEventListener("click", () => {
  el("flights").hidden = !el("flights").hidden;
  el("show-flights").setAttribute("aria-expanded", !el("flights").hidden);
});
el("pause").addEventListener("click", () => el("pause").setAttribute("aria-pressed", !isPaused()));
el("sweep").addEventListener("click", () => change("api/sweep", () => "What was dead is reclaimed."));
el("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, el("token").value);
  el("token").value = "";
  look();
  lookInFlight();
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  el("main").focus();
});
addEventListener("hashchange", () => route().then(() => (showing === one ? el("memo-name") : el("main")).focus()));

takeToken();
keep(lookInFlight);
await route();
setTimeout(() => keep(look), EVERY);
