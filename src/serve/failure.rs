//! What clients are told of errors.
//!
//! In: a diagnostic. Out: an HTTP status, and the error document of DALI 1.1 section 4.4. What is
//! the client's fault is told in full; what is not goes to the log, since it may name hosts and
//! files, and the client is told so.

use axum::http::StatusCode;

use crate::diag::Diagnostic;
use crate::votable::{Document, Version, error_document};

/// The status that fits a diagnostic's code.
pub fn status(code: &str) -> StatusCode {
    match code {
        "S016" => StatusCode::PAYLOAD_TOO_LARGE,
        "S018" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "S020" | "S025" | "S026" | "S050" | "S051" | "S052" | "S053" => StatusCode::NOT_FOUND,
        "S021" | "S022" | "S055" => StatusCode::FORBIDDEN,
        "S054" => StatusCode::GONE,
        "S056" => StatusCode::NOT_IMPLEMENTED,
        "S058" => StatusCode::RANGE_NOT_SATISFIABLE,
        "S060" => StatusCode::PRECONDITION_FAILED,
        "S023" | "S031" | "S033" | "S034" | "S057" => StatusCode::SERVICE_UNAVAILABLE,
        "S032" => StatusCode::GATEWAY_TIMEOUT,
        "S040" => StatusCode::UNAUTHORIZED,
        "S030" | "S063" => StatusCode::INTERNAL_SERVER_ERROR,
        // The database is busy or takes too long.
        "R027" => StatusCode::SERVICE_UNAVAILABLE,
        // Queries, uploads, parameters.
        _ if code.starts_with(['Q', 'V', 'S', 'F']) => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Whether the same request may succeed another time.
pub fn is_transient(code: &str) -> bool {
    status(code).is_server_error() && !["S032", "S056"].contains(&code)
}

/// Whether the client may see what happened.
fn is_public(error: &Diagnostic) -> bool {
    !status(error.code).is_server_error() || error.code.starts_with('S') && error.code != "S030"
}

/// What clients are told of failures that are not theirs.
pub const HIDDEN: &str = "the service failed; its operator finds the reason in the log";

/// The error in one line.
pub fn line(error: &Diagnostic) -> String {
    if !is_public(error) {
        return format!("{HIDDEN} [{}]", error.code);
    }
    std::iter::once(error.to_string())
        .chain(error.help.iter().cloned())
        .collect::<Vec<_>>()
        .join("; ")
}

/// The error with the place it is about and all help.
pub fn text(error: &Diagnostic) -> String {
    if !is_public(error) {
        return line(error);
    }
    if error.labels.is_empty() { line(error) } else { error.render(false) }
}

/// A VOTable that says what is wrong, and nothing else.
pub fn document(text: &str) -> Vec<u8> {
    let nothing = Document { version: Version::V1_4, ..Document::default() };
    // Writing to memory does not fail.
    error_document(Vec::new(), &nothing, text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::diag::{CODES, Source, Span};

    #[test]
    fn every_code_has_a_fitting_status() {
        for code in CODES.iter().copied().flatten() {
            let status = status(code.code);
            assert!(status.is_client_error() || status.is_server_error(), "{}", code.code);
        }
        assert_eq!(status("Q010"), StatusCode::BAD_REQUEST);
        assert_eq!(status("R022"), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn hosts_stay_inside_and_places_go_out() {
        let inside = Diagnostic::error("R022", "nothing accepts connections at secret.host");
        assert!(!text(&inside).contains("secret") && !line(&inside).contains("secret"));
        let source = Source::new("query", "SELECT a FRM b");
        let outside = Diagnostic::error("S011", "no such word")
            .at(&source, Span::new(9, 12), "")
            .help("did you mean `FROM`?");
        assert_eq!(line(&outside), "query:1:10: no such word [S011]; did you mean `FROM`?");
        assert!(text(&outside).contains("^^^") && text(&outside).contains("SELECT a FRM b"));
        let document = String::from_utf8(document("a < b")).unwrap();
        assert!(document.contains(">a &lt; b<"), "{document}");
    }
}
