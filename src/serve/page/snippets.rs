//! A query as other programs take it.
//!
//! In: the URL of the service, the query, the most rows. Out: text to copy; quoted so that it means the
//! query whatever is in it.

/// A way to ask.
#[derive(Debug)]
pub struct Snippet {
    /// Name in the page.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Text to copy.
    pub text: String,
}

/// The ways to ask; `guarded` where a token is needed.
pub fn snippets(tap: &str, adql: &str, maxrec: u64, guarded: bool) -> [Snippet; 3] {
    let header = if guarded { " \\\n  -H \"Authorization: Bearer $TOKEN\"" } else { "" };
    let curl = format!(
        "curl -sS {}{header} \\\n  -d LANG=ADQL -d RESPONSEFORMAT=csv -d MAXREC={maxrec} \\\n  \
         --data-urlencode {}\n",
        shell(&format!("{tap}/sync")),
        shell(&format!("QUERY={adql}")),
    );
    let stilts = format!(
        "stilts tapquery tapurl={} \\\n  maxrec={maxrec} ofmt=ascii \\\n  adql={}\n",
        shell(tap),
        shell(adql),
    );
    [
        Snippet { id: "pyvo", title: "Python (pyvo)", text: pyvo(tap, adql, maxrec, guarded) },
        Snippet { id: "curl", title: "curl", text: curl },
        Snippet { id: "stilts", title: "STILTS (TOPCAT’s command line)", text: stilts },
    ]
}

/// For pyvo.
pub fn pyvo(tap: &str, adql: &str, maxrec: u64, guarded: bool) -> String {
    let (begin, argument) = begin(guarded);
    format!(
        "{begin}service = pyvo.dal.TAPService({}{argument})\n\
         rows = service.search({}, maxrec={maxrec}).to_table()\nprint(rows)\n",
        line(tap),
        block(adql),
    )
}

/// For pyvo: images around a position in degrees.
pub fn pyvo_sia(sia: &str, (ra, dec): (f64, f64), guarded: bool) -> String {
    let (begin, argument) = begin(guarded);
    format!(
        "{begin}service = pyvo.dal.SIA2Service({}{argument})\n\
         rows = service.search(pos=({ra:?}, {dec:?}, 1.0), data_type=\"image\", maxrec=100).to_table()\n\
         print(rows)\n",
        line(sia),
    )
}

/// What comes before a service, and what it takes besides its URL.
fn begin(guarded: bool) -> (&'static str, &'static str) {
    match guarded {
        true => (
            "import pyvo\nimport os, requests\nsession = requests.Session()\n\
             session.headers[\"Authorization\"] = \"Bearer \" + os.environ[\"TOKEN\"]\n",
            ", session=session",
        ),
        false => ("import pyvo\n", ""),
    }
}

/// A string of Python on one line.
fn line(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// A string of Python on as many lines as it has.
fn block(text: &str) -> String {
    if !text.contains('\n') {
        return line(text);
    }
    format!("\"\"\"\n{}\n\"\"\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A word of a POSIX shell.
fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/:._-=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
