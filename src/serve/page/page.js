// Spares the reader the loading of pages: every step here is one that forms and links can do as well.
"use strict";

const $ = (id) => document.getElementById(id);
const result = $("result");

// The same page for other parameters, as a document; scripts in it do not run.
async function page(parameters) {
  const answer = await fetch($("choices").getAttribute("action").split("#")[0], {
    method: "POST",
    body: new URLSearchParams(parameters),
  });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function error(text) {
  const line = document.createElement("p");
  line.className = "error";
  line.setAttribute("role", "alert");
  line.textContent = text;
  return line;
}

// Takes the query box's text, its error and the snippets from a page.
function take(other, withQuery) {
  $("trouble")?.remove();
  const trouble = other.getElementById("trouble");
  if (trouble) {
    document.querySelector("#ask .actions").before(document.adoptNode(trouble));
    return;
  }
  if (withQuery) $("adql").value = other.getElementById("adql").value;
  $("elsewhere").replaceWith(other.getElementById("elsewhere"));
  offerCopies($("elsewhere"));
}

// Only what was asked for last counts, whichever answer comes first.
let latest = 0;

async function renew(parameters, withQuery) {
  latest += 1;
  const mine = latest;
  try {
    const other = await page(parameters);
    if (mine === latest) take(other, withQuery);
  } catch {
    result.replaceChildren(error("The service does not answer."));
  }
}

// A button for each text that can be copied.
function offerCopies(place) {
  for (const text of place.querySelectorAll("pre[id]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
      } catch {
        // Without a secure context there is no clipboard: select, so that Ctrl-C copies.
        getSelection().selectAllChildren(text);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    text.before(button);
  }
}

const asked = () => ({ QUERY: $("adql").value, MAXREC: $("maxrec").value });

$("choices").addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = new FormData($("choices"));
  chosen.set("compose", "1");
  chosen.set("MAXREC", $("maxrec").value);
  renew(chosen, true);
});
$("choices").addEventListener("change", () => $("choices").requestSubmit());

$("examples")?.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  renew({ example: new URL(link.href).searchParams.get("example"), MAXREC: $("maxrec").value }, true);
});

for (const id of ["adql", "maxrec"]) {
  $(id).addEventListener("change", () => renew(asked(), false));
}

let running = null;

// The table and its ending from the page that answers, or the error in it.
function show(text, seconds) {
  // Its own style would be refused here, and reported.
  const bare = text.replace(/<style>.*?<\/style>/s, "");
  const other = new DOMParser().parseFromString(bare, "text/html");
  const found = [];
  const table = other.querySelector("table");
  if (table) {
    const frame = document.createElement("div");
    frame.className = "rows";
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", "Rows of the answer");
    frame.append(table);
    found.push(frame);
  }
  for (const line of other.querySelectorAll("p.ending, p.error, pre.error")) found.push(line);
  const time = document.createElement("p");
  time.className = "note";
  time.textContent = `${seconds.toFixed(2)} s`;
  result.replaceChildren(...found, time);
}

$("ask").addEventListener("submit", async (event) => {
  const form = $("ask");
  if ($("format").value !== "html") return;
  event.preventDefault();
  running?.abort();
  const mine = new AbortController();
  running = mine;
  result.setAttribute("aria-busy", "true");
  const began = performance.now();
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, signal: mine.signal });
    const text = await answer.text();
    if (running === mine) show(text, (performance.now() - began) / 1000);
  } catch (reason) {
    if (reason.name !== "AbortError") result.replaceChildren(error("The service does not answer."));
  } finally {
    if (running === mine) {
      running = null;
      result.removeAttribute("aria-busy");
      result.scrollIntoView({ block: "nearest" });
    }
  }
});

$("adql").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("ask").requestSubmit();
});

// Counts that were not there in time.
async function follow(pause) {
  if ($("holdings").getAttribute("aria-busy") !== "true") return;
  await new Promise((done) => setTimeout(done, pause));
  try {
    const other = await page(asked());
    $("holdings").replaceWith(other.getElementById("holdings"));
    // Lists are filled once, and not under the reader's hand.
    if (!$("choices").contains(document.activeElement)) {
      $("choices").replaceChildren(...other.getElementById("choices").childNodes);
    }
  } catch {
    // Next time.
  }
  follow(Math.min(pause * 1.5, 10000));
}

// The section below follows the query by itself here.
document.querySelector("#ask [formaction]").hidden = true;
offerCopies($("elsewhere"));
follow(700);
