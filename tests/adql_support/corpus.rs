//! The queries of `fixtures/adql`, one a line.

/// The queries of a file, with their line breaks.
pub fn corpus(name: &str) -> Vec<String> {
    let path = format!("{}/fixtures/adql/{name}.adql", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a file");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let unescape = |line: &str| {
        let line = line.replace("\\\\", "\u{1}").replace("\\n", "\n").replace("\\t", "\t");
        line.replace("\\r", "\r").replace('\u{1}', "\\")
    };
    lines.map(unescape).collect()
}
