//! Shared by the tests of the service. Use it with `mod serve_support;`.
//!
//! What is missing on the machine is a panic that says how to get it, never a silent skip.

// Every test binary compiles all of this and uses a part of it.
#![allow(dead_code, unreachable_pub)]

pub mod browser;
pub mod engine;
pub mod http;
pub mod process;

use std::process::Command;

/// The schemas that taplint checks with, which STILTS carries; namespace and file.
const SCHEMAS: [(&str, &str); 10] = [
    ("http://www.ivoa.net/xml/UWS/v1.0", "UWS-v1.1.xsd"),
    ("http://www.w3.org/1999/xlink", "xlink.xsd"),
    ("http://www.ivoa.net/xml/VOSICapabilities/v1.0", "VOSICapabilities-v1.0.xsd"),
    ("http://www.ivoa.net/xml/VOSIAvailability/v1.0", "VOSIAvailability-v1.0.xsd"),
    ("http://www.ivoa.net/xml/VOSITables/v1.0", "VOSITables-v1.1.xsd"),
    ("http://www.ivoa.net/xml/VODataService/v1.1", "VODataService-v1.2.xsd"),
    ("http://www.ivoa.net/xml/VOResource/v1.0", "VOResource-v1.1.xsd"),
    ("http://www.ivoa.net/xml/TAPRegExt/v1.0", "TAPRegExt-v1.0-Erratum1.xsd"),
    ("http://www.ivoa.net/xml/STC/stc-v1.30.xsd", "stc-v1.30.xsd"),
    ("http://www.w3.org/XML/1998/namespace", "xmlnamespace.xsd"),
];

/// What STILTS says against a document by the official schemas, line by line; empty when valid.
pub fn invalidities(document: &str) -> Vec<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), document).unwrap();
    let mut command = Command::new("stilts");
    command.arg("xsdvalidate");
    for (namespace, schema) in SCHEMAS {
        let place = "jar:file:/usr/share/java/starlink-ttools.jar!/uk/ac/starlink/ttools/taplint";
        command.arg(format!("schemaloc={namespace}={place}/{schema}"));
    }
    let output = command
        .arg(format!("doc={}", file.path().display()))
        .output()
        .unwrap_or_else(|error| panic!("stilts (scripts/setup installs it): {error}"));
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    // A document uses some of the schemas.
    let said = |line: &&str| {
        let words = ["ERROR", "WARNING", "Error"];
        !line.contains("Unused custom schema") && words.iter().any(|word| line.contains(word))
    };
    let found: Vec<String> = text.lines().filter(said).map(str::to_owned).collect();
    assert!(!found.is_empty() || output.status.success(), "stilts failed: {text}");
    found
}
