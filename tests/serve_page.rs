//! The page for people, in a browser that nobody here wrote, with scripts and without.
//!
//! Photographs of what it looks like are left in `target/page`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;
mod support;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use reqwest::blocking::Client;
use serde_json::json;
use serve_support::browser::Browser;
use serve_support::process::{Served, Serving, State, mapping};
use support::postgres::Cluster;
use support::survey::Survey;

/// A running service of the demo's registry.
struct Demo {
    serving: Serving,
    page: String,
    _state: State,
}

fn demo(options: &[&str]) -> Demo {
    let state = State::new();
    let root = state.path().join("repo");
    let made = Command::new(env!("CARGO_BIN_EXE_obscore-view")).arg("demo").arg(&root).output();
    assert!(made.unwrap().status.success());
    let serving = Served::new(&root, &root.join("mapping.yaml")).with(options).start(&state);
    let page = serving.base.strip_suffix("tap").unwrap().to_owned();
    Demo { serving, page, _state: state }
}

fn photo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/page").join(name)
}

/// Texts whose colour is too near to that of their ground (WCAG 2.1, AA).
const FAINT: &str = "(() => {
  const ink = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const bytes = (colour) => {
    ink.clearRect(0, 0, 1, 1); ink.fillStyle = colour; ink.fillRect(0, 0, 1, 1);
    return ink.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const found = bytes(getComputedStyle(e).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  };
  const faint = [];
  for (const e of document.body.querySelectorAll('*')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || e.closest('svg')) continue;
    const [a, b] = [light(bytes(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(e.tagName + ' ' + e.textContent.slice(0, 20) + ' ' + ratio);
  }
  return faint;
})()";

/// Fields that nobody who does not see them can name.
const NAMELESS: &str =
    "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
  .filter((e) => !e.labels.length).map((e) => e.outerHTML)";

#[test]
fn with_scripts() {
    let demo = demo(&[]);
    let mut browser = Browser::start();
    browser.look(1280, false);
    browser.open(&demo.page);
    browser.wait("document.getElementById('holdings').getAttribute('aria-busy') === 'false'");

    // What is in the demo is known from `demo` itself: 116 raws, 104 visit images, 54 coadds.
    let holdings = browser.text("document.getElementById('holdings').innerText");
    for fact in ["274", "lsst.visit_image", "DemoMonitor", "2025-03-26", "Dec −34.7° to +7.3°"]
    {
        assert!(holdings.contains(fact), "{fact}: {holdings}");
    }
    let row = "[...document.querySelectorAll('#holdings tr')].find((r) => r.textContent.includes('lsst.raw')).innerText";
    assert!(browser.text(row).ends_with("116"));
    let list = |name: &str| {
        format!("[...document.querySelectorAll('#{name} option')].map((o) => o.value).join()")
    };
    assert_eq!(browser.text(&list("instrument_name")), ",DemoCam,DemoMonitor");
    assert_eq!(browser.text(&list("em_filter_name")), ",g,r,white");
    assert_eq!(browser.text(&list("obs_collection")), ",Demo.Preview");
    assert_eq!(
        browser.text(&list("dataproduct_subtype")),
        ",lsst.deep_coadd,lsst.raw,lsst.visit_image"
    );

    // Choices become a query, and that an answer on the same page.
    let choose = |name: &str, value: &str| {
        format!(
            "(() => {{ const e = document.getElementById('{name}'); e.value = '{value}'; \
             e.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
        )
    };
    browser.eval(&choose("dataproduct_subtype", "lsst.visit_image"));
    browser.eval(&choose("position", "40 -34.4"));
    browser.wait("document.getElementById('adql').value.includes('POINT(40, -34.4)')");
    let adql = browser.text("document.getElementById('adql').value");
    assert!(adql.contains("dataproduct_subtype = 'lsst.visit_image'"), "{adql}");
    browser.wait("document.getElementById('curl').textContent.includes('POINT(40, -34.4)')");
    browser.eval("document.querySelector('button.run').click()");
    browser.wait("document.querySelector('#result tbody tr')");
    let counted = Client::new()
        .post(format!("{}/sync", demo.serving.base))
        .form(&[("LANG", "ADQL"), ("FORMAT", "csv"), ("QUERY", &adql)])
        .send()
        .unwrap()
        .text()
        .unwrap();
    let rows = counted.lines().count() - 1;
    assert!(rows > 1, "{counted}");
    assert_eq!(browser.eval("document.querySelectorAll('#result tbody tr').length"), json!(rows));
    let link = browser.text("document.querySelector('#result tbody a').href");
    // Where the mapping has links of others, rows lead to those of this service.
    let own = demo.serving.base.replace("/tap", "/datalink/links?ID=butler%3A//ivoa/");
    assert!(link.starts_with(&own), "{link}");
    browser.photograph(&photo("light.png"));

    // Fewer rows than there are, by the keyboard.
    browser.eval(
        "document.getElementById('maxrec').value = 2, document.getElementById('adql').focus()",
    );
    browser.key("Enter", 13, 2);
    browser.wait("document.querySelector('#result .overflow')");
    let ending = browser.text("document.querySelector('#result .overflow').textContent");
    assert_eq!(ending, "2 rows; there are more than these");

    // An error has its place.
    browser.eval("document.getElementById('adql').value = 'SELECT obs_idd\\nFROM ivoa.ObsCore'");
    assert_eq!(browser.complaints(), Vec::<&serde_json::Value>::new());
    browser.eval("document.querySelector('button.run').click()");
    browser.wait("document.querySelector('#result pre.error')");
    let error = browser.text("document.querySelector('#result pre.error').textContent");
    assert!(error.contains("^^^^^^^") && error.contains("did you mean obs_id?"), "{error}");
    // The browser itself notes that the answer had a status of 400; from here on that is no complaint.
    browser.events.retain(|event| event["method"] != "Log.entryAdded");

    // A choice that cannot be meant keeps the query and says why.
    browser.eval(&choose("radius", "wide"));
    browser.wait("document.getElementById('trouble')");
    assert!(browser.text("document.getElementById('trouble').textContent").contains("no radius"));
    assert!(browser.text("document.getElementById('adql').value").contains("obs_idd"));
    browser.events.retain(|event| event["method"] != "Log.entryAdded");

    // What is copied means the same query, whatever is in it.
    let odd = "SELECT TOP 1 'it''s \"$HOME\" \\ `x` é' AS x\nFROM ivoa.ObsCore";
    browser.eval(&format!(
        "(() => {{ const e = document.getElementById('adql'); e.value = {}; \
         e.dispatchEvent(new Event('change')); }})()",
        json!(odd)
    ));
    browser.wait("document.getElementById('curl').textContent.includes('$HOME')");
    let printed = |program: &str, text: &str| {
        let run = Command::new(program).args(["-c", text]).output().unwrap();
        String::from_utf8(run.stdout).unwrap() + &String::from_utf8_lossy(&run.stderr)
    };
    let curl = browser.text("document.getElementById('curl').textContent");
    assert_eq!(printed("sh", &curl).trim(), "x\r\n\"it's \"\"$HOME\"\" \\ `x` é\"", "{curl}");
    let stilts = browser.text("document.getElementById('stilts').textContent");
    let arguments = printed("sh", &format!("stilts() {{ printf '%s\\n' \"$@\"; }}\n{stilts}"));
    assert!(arguments.contains(&format!("adql={odd}\n")), "{arguments}");
    let pyvo = browser.text("document.getElementById('pyvo').textContent");
    let search = pyvo.split_once("rows = service.search(").unwrap().1;
    let literal = search.split_once(", maxrec").unwrap().0;
    assert_eq!(printed("python3", &format!("print({literal})")).trim(), odd);

    // An example, and what is not asked of anybody else.
    browser.eval("document.querySelector('#examples li:nth-child(2) a').click()");
    browser.wait("document.getElementById('pyvo').textContent.includes('ORDER BY t_min DESC')");
    assert!(!browser.text("location.href").contains("example="));
    let foreign: Vec<String> =
        browser.requested().into_iter().filter(|url| !url.starts_with(&demo.page)).collect();
    assert_eq!(foreign, ["about:blank"; 0], "asked of others");
    assert_eq!(browser.complaints(), Vec::<&serde_json::Value>::new());
}

#[test]
fn for_everybody() {
    let demo = demo(&[]);
    let mut browser = Browser::start();
    browser.open(&demo.page);
    browser.wait("document.getElementById('holdings').getAttribute('aria-busy') === 'false'");
    browser.eval("document.querySelector('button.run').click()");
    browser.wait("document.querySelector('#result tbody tr')");
    for (width, dark, name) in
        [(1280, false, "rows.png"), (1280, true, "dark.png"), (400, false, "narrow.png")]
    {
        browser.look(width, dark);
        assert_eq!(browser.eval(FAINT), json!([]), "{name}");
        let wider = "[...document.querySelectorAll('body *')].filter((e) => !e.closest('.rows table, .panel, .skip') \
                     && e.getBoundingClientRect().right > document.documentElement.clientWidth) \
                     .map((e) => e.outerHTML.slice(0, 80))";
        assert_eq!(browser.eval(wider), json!([]), "{name} is wider than the window");
        let room = browser.eval("document.getElementById('adql').offsetWidth / innerWidth");
        assert!(room.as_f64().unwrap() > 0.6, "{name}: {room} of the width for the query");
        browser.photograph(&photo(name));
    }
    assert_eq!(browser.eval(NAMELESS), json!([]));
    let outline = "['header', 'main', 'footer', 'nav[aria-label]', 'h1'].map((s) => document.querySelectorAll(`body > ${s}, ${s}`).length > 0)";
    assert_eq!(browser.eval(outline), json!(vec![true; 5]));
    browser.open(&demo.page);
    browser.key("Tab", 9, 0);
    assert_eq!(browser.text("document.activeElement.textContent"), "To the query");
}

#[test]
fn without_scripts() {
    let demo = demo(&[]);
    let mut browser = Browser::start();
    browser.look(1280, false);
    browser.call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    browser.open(&demo.page);
    // Counts that are late come with a page that is loaded again by itself.
    browser.wait("document.getElementById('holdings').getAttribute('aria-busy') === 'false'");
    browser.eval("document.getElementById('em_filter_name').value = 'g', document.getElementById('from').value = '2025-03-26'");
    browser.follow("#choices button");
    let adql = browser.text("document.getElementById('adql').value");
    assert!(adql.contains("em_filter_name = 'g'") && adql.contains("t_max >= 60760"), "{adql}");
    assert_eq!(browser.text("document.getElementById('em_filter_name').value"), "g");
    let pyvo = browser.text("document.getElementById('pyvo').textContent");
    assert!(pyvo.contains("em_filter_name = 'g'"), "{pyvo}");
    browser.photograph(&photo("no_scripts.png"));

    browser.eval("document.getElementById('maxrec').value = 3");
    browser.follow("button.run");
    assert!(browser.text("location.href").ends_with("/tap/sync"));
    assert_eq!(browser.eval("document.querySelectorAll('tbody tr').length"), json!(3));
    assert!(browser.text("document.body.innerText").contains("there are more than these"));
    assert_eq!(browser.eval(FAINT), json!([]));
    browser.photograph(&photo("answer.png"));

    browser.open(&demo.page);
    browser.follow("#examples li:nth-child(2) a");
    assert!(browser.text("document.getElementById('adql').value").contains("ORDER BY t_min DESC"));
    // What is typed reaches the snippets by a button, and is no markup wherever it lands.
    let hostile = "SELECT '</textarea></pre><script>x</script>\\'' FROM ivoa.ObsCor";
    browser.eval(&format!("document.getElementById('adql').value = \"{hostile}\""));
    browser.follow("#ask button[formaction]");
    let back = browser.text("document.getElementById('adql').value");
    assert_eq!(back, hostile.replace("\\'", "'"));
    assert_eq!(browser.eval("document.querySelectorAll('script').length"), json!(1));
    browser.follow("button.run");
    let error = browser.text("document.querySelector('pre.error').textContent");
    assert!(error.contains("'</textarea></pre>"), "{error}");
    assert_eq!(browser.eval("document.querySelectorAll('script').length"), json!(0));
    browser.photograph(&photo("error.png"));
}

fn get(url: &str, headers: &[(&str, &str)]) -> reqwest::blocking::Response {
    let request = headers
        .iter()
        .fold(Client::new().get(url), |request, (name, value)| request.header(*name, *value));
    request.send().unwrap()
}

/// The same registry on both databases, in one service: the same holdings.
#[test]
fn two_repositories() {
    let repository = Survey::newest().postgres(Cluster::shared());
    let other = Survey::newest().sqlite();
    let (root, file) = (other.root.display().to_string(), mapping().display().to_string());
    let state = State::new();
    let serving = Served::new(&repository.root, &mapping())
        .with(&["--add", "other", &root, &file])
        .start(&state);
    let mut browser = Browser::start();
    browser.look(1280, false);
    browser.open(serving.base.strip_suffix("tap").unwrap());
    browser.wait("document.getElementById('holdings').getAttribute('aria-busy') === 'false'");
    browser.photograph(&photo("two.png"));
    let holdings = browser.text("document.getElementById('holdings').innerText");
    let (_, both) = holdings.split_once("ivoa.ObsCore").unwrap();
    let (here, there) = both.split_once("other.ObsCore").unwrap();
    assert_eq!(here.trim(), there.split("Counted from").next().unwrap().trim());
    assert!(here.contains("Dec ") && !here.contains("too many"), "{here}");
    // A choice is made in one of the two.
    browser.eval("document.getElementById('table').value = 'other.ObsCore'");
    browser.eval("document.querySelector('#choices button').click()");
    browser.wait("document.getElementById('adql').value.includes('FROM other.ObsCore')");
}

#[test]
fn behind_a_proxy() {
    let demo = demo(&["--trust-proxy", "true"]);
    let proxy = [
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "data.example"),
        ("x-forwarded-prefix", "/obs"),
    ];
    let page = get(&demo.page, &proxy).text().unwrap();
    assert!(page.contains("value=\"https://data.example/obs/tap\""));
    assert!(page.contains("href=\"/obs/page/page-") && page.contains("action=\"/obs/tap/sync\""));
    let inner = demo.page.trim_start_matches("http://").trim_end_matches('/');
    assert!(!page.contains(inner), "the inner address is shown");

    // Names with digests, kept for ever, not sent twice.
    let page = get(&demo.page, &[]).text().unwrap();
    for ending in [".js\"", ".css\"", ".svg\""] {
        let end = page.find(ending).unwrap() + ending.len() - 1;
        let begin = page[..end].rfind('"').unwrap() + 1;
        let file = get(&format!("{}{}", demo.page, &page[begin..end]), &[]);
        assert!(file.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        let tag = file.headers()["etag"].to_str().unwrap().to_owned();
        let again = get(&format!("{}{}", demo.page, &page[begin..end]), &[("if-none-match", &tag)]);
        assert_eq!((file.status().as_u16(), again.status().as_u16()), (200, 304));
    }
    assert_eq!(get(&format!("{}page/..%2f..%2fCargo.toml", demo.page), &[]).status(), 404);
}

#[test]
fn nothing_is_told_to_those_who_may_not_ask() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::write(&tokens, "0123456789abcdef0123456789abcdef ada\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&tokens, mode).unwrap();
    let demo = demo(&["--tokens", tokens.to_str().unwrap()]);
    let page = get(&demo.page, &[]);
    assert_eq!(page.status(), 401);
    assert!(page.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    assert!(page.headers().contains_key("content-security-policy"));
    let page = page.text().unwrap();
    assert!(page.contains("this service needs a token") && !page.contains("DemoCam"));
    assert!(page.contains("$TOKEN"));
    let header = ("authorization", "Bearer 0123456789abcdef0123456789abcdef");
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while !get(&demo.page, &[header]).text().unwrap().contains("DemoCam") {
        assert!(std::time::Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn one_command_to_a_service() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        Command::new(env!("CARGO_BIN_EXE_obscore-view"))
            .args(["demo", "--serve"])
            .arg(folder.path().join("repo"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    // The second finds the first one's port taken.
    let (mut children, mut pages) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let mut child = start();
        let output = BufReader::new(child.stdout.take().unwrap());
        children.push(child);
        let mut lines = output.lines().map(Result::unwrap);
        let page =
            lines.find_map(|line| Some(line.strip_prefix("Page")?.trim().to_owned())).unwrap();
        let snippet: Vec<String> = lines
            .skip_while(|line| !line.starts_with("import pyvo"))
            .take_while(|line| !line.starts_with("Ctrl-C"))
            .collect();
        assert!(snippet.iter().any(|line| line.contains(&format!("\"{page}tap\""))), "{snippet:?}");
        pages.push(page);
    }
    assert_ne!(pages[0], pages[1]);
    for page in &pages {
        assert!(get(page, &[]).text().unwrap().contains("Demo.Preview"));
    }
    for child in &mut children {
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(child.wait().unwrap().success());
    }
}
