//! `adql`: parse, lint and lay out a query, without a registry.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::output::{Terminal, product};
use super::{Failure, Outcome, written};
use crate::adql::{self, TokenKind};
use crate::diag::{Diagnostic, Severity, Source};

/// Check and lay out an ADQL query; exit 0 when it is legal, 1 when it is not.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file with the query; `-` or nothing for stdin.
    file: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Stage::Format)]
    stage: Stage,
    /// The version of the language: ADQL-2.1 or ADQL-2.0.
    #[arg(long, default_value = "ADQL-2.1")]
    lang: String,
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

pub fn run(arguments: &Arguments, terminal: Terminal) -> Result<Outcome, Failure> {
    let source = match &arguments.file {
        Some(path) if path != Path::new("-") => written::file(path)?,
        _ => written::stdin()?,
    };
    let version = written::version(&arguments.lang)?;
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
