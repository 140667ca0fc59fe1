//! The IVOA's validation queries, in the folder that `ADQL_CONFORMANCE` names: what the file says of each.

use obscore_view::adql::Version;
use quick_xml::Reader;
use quick_xml::events::Event;

/// A query, and whether it is legal.
#[derive(Debug, Clone)]
pub struct Validation {
    /// The file it is from.
    pub file: String,
    /// Whether it is legal.
    pub valid: bool,
    /// The version of the language that it is written in.
    pub version: Version,
    /// The query.
    pub text: String,
}

/// All queries of the folder, file by file.
pub fn validation_queries() -> Vec<Validation> {
    let folder = std::env::var("ADQL_CONFORMANCE").expect("ADQL_CONFORMANCE names a folder");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    files.sort();
    let mut queries = Vec::new();
    for path in files {
        let file = path.file_stem().expect("a name").to_string_lossy().into_owned();
        read(&file, &std::fs::read_to_string(&path).expect("a file"), &mut queries);
    }
    queries
}

fn read(file: &str, text: &str, queries: &mut Vec<Validation>) {
    let mut reader = Reader::from_str(text);
    let mut inside: Option<Validation> = None;
    loop {
        let event = reader.read_event().expect("XML");
        let piece = match (&event, &mut inside) {
            (Event::Eof, _) => return,
            (Event::Start(start), _) if start.name().as_ref() == "adql" => {
                let attribute = |name| start.try_get_attribute(name).expect("XML");
                let valid = attribute("valid").expect("valid or not").value == "true";
                let old = attribute("version").is_some_and(|it| it.value.ends_with("2.0"));
                let version = if old { Version::V2_0 } else { Version::V2_1 };
                let (file, text) = (file.to_owned(), String::new());
                inside = Some(Validation { file, valid, version, text });
                continue;
            }
            (Event::End(end), _) if end.name().as_ref() == "adql" => {
                queries.extend(inside.take());
                continue;
            }
            (Event::Text(text), Some(_)) => text.to_string(),
            (Event::CData(text), Some(_)) => text.to_string(),
            (Event::GeneralRef(entity), Some(_)) => match entity.as_ref() {
                "gt" => ">",
                "lt" => "<",
                "amp" => "&",
                "quot" => "\"",
                "apos" => "'",
                other => panic!("&{other};"),
            }
            .to_owned(),
            _ => continue,
        };
        if let Some(query) = &mut inside {
            query.text.push_str(&piece);
        }
    }
}
