//! `adql`: parse, lint and lay out a query, without a registry.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::output::{Terminal, product};
use super::{Failure, Outcome};
use crate::adql::{self, TokenKind, Version};
use crate::diag::{Diagnostic, Result, Severity, Source};

/// Check and lay out an ADQL query; exit 0 when it is legal, 1 when it is not.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file with the query; `-` or nothing for stdin.
    file: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Stage::Format)]
    stage: Stage,
    /// The version of the language, as TAP's LANG names it.
    #[arg(long, value_enum, ignore_case = true, default_value_t = Language::V2_1)]
    lang: Language,
    /// Refuse what this program understands beyond the standard, such as CASE.
    #[arg(long)]
    strict: bool,
    /// A user-defined function that is allowed beside those of the IVOA's catalogue; repeatable.
    #[arg(long = "udf", value_name = "NAME")]
    functions: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// The words of the query with their places.
    Tokens,
    /// The tree of the query.
    Ast,
    /// The query, laid out.
    Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    /// ADQL 2.0.
    #[value(name = "ADQL-2.0", alias = "2.0")]
    V2_0,
    /// ADQL 2.1.
    #[value(name = "ADQL-2.1", alias = "2.1", alias = "ADQL")]
    V2_1,
}

pub fn run(arguments: &Arguments, terminal: Terminal) -> Result<Outcome, Failure> {
    let source = read(arguments.file.as_deref())?;
    let version = match arguments.lang {
        Language::V2_0 => Version::V2_0,
        Language::V2_1 => Version::V2_1,
    };
    if arguments.stage == Stage::Tokens {
        return match adql::tokens(&source) {
            Ok(tokens) => {
                let positions = adql::Positions::new(&source);
                let lines = tokens.iter().map(|token| {
                    let (line, column) = positions.line_column(token.span.start);
                    let text = source.text().get(token.span.start..token.span.end);
                    format!("{line}:{column}\t{}\t{}\n", token.kind, text.unwrap_or_default())
                });
                product(&lines.collect::<String>(), None)?;
                Ok(Outcome::Done)
            }
            Err(errors) => Ok(refused(&errors, terminal)),
        };
    }
    let parsed = match adql::parse_as(&source, version) {
        Ok(parsed) => parsed,
        Err(errors) => return Ok(refused(&errors, terminal)),
    };
    let mut findings = parsed.warnings;
    findings.extend(adql::lint(&parsed.query, &source, &arguments.functions));
    if arguments.strict {
        for finding in findings.iter_mut().filter(|finding| finding.code == "Q060") {
            finding.severity = Severity::Error;
        }
    }
    if arguments.stage == Stage::Format {
        findings.extend(comments(&source));
    }
    for finding in &findings {
        terminal.say(finding);
    }
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok(Outcome::Findings);
    }
    let text = match arguments.stage {
        Stage::Ast => adql::outline(&parsed.query, &source),
        _ => adql::format(&parsed.query),
    };
    product(&text, None)?;
    Ok(Outcome::Done)
}

fn refused(errors: &[Diagnostic], terminal: Terminal) -> Outcome {
    for error in errors {
        terminal.say(error);
    }
    Outcome::Findings
}

/// The layout is made from the tree, which has no comments.
fn comments(source: &Source) -> Option<Diagnostic> {
    let tokens = adql::tokens(source).ok()?;
    let first = tokens.iter().find(|token| token.kind == TokenKind::Comment)?;
    Some(
        Diagnostic::note("Q066", "the layout leaves comments out")
            .at(source, first.span, "this one and what follows it")
            .help("keep the query as it was written where they matter"),
    )
}

fn read(file: Option<&Path>) -> Result<Source> {
    let failed = |name: &str, error: std::io::Error| {
        Box::new(
            Diagnostic::error("Q070", format!("cannot read `{name}`: {error}"))
                .help("name a text file in UTF-8, or give the query on stdin"),
        )
    };
    match file {
        Some(path) if path != Path::new("-") => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|error| failed(&name, error))?;
            Ok(Source::new(name, text))
        }
        _ => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|error| failed("stdin", error))?;
            Ok(Source::new("stdin", text))
        }
    }
}
