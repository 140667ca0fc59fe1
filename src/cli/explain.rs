//! `explain`: the long form of a diagnostic.

use super::output::{Terminal, product};
use super::{Failure, Outcome};
use crate::diag::{CODES, Diagnostic, explain, nearest};

/// Explain a diagnostic code; without one, list all codes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The code in brackets behind a message, such as M003.
    code: Option<String>,
}

pub fn run(arguments: &Arguments, _: &Terminal) -> Result<Outcome, Failure> {
    let text = match &arguments.code {
        None => {
            let codes = CODES.iter().copied().flatten();
            codes.map(|code| format!("{}  {}\n", code.code, code.title)).collect()
        }
        Some(name) => match explain(name) {
            Some(code) => format!("{}: {}\n\n{}\n", code.code, code.title, code.text),
            None => {
                let known = CODES.iter().copied().flatten().map(|code| code.code);
                let diagnostic = Diagnostic::error("D002", format!("there is no code `{name}`"));
                let diagnostic = match nearest(&name.to_uppercase(), known) {
                    Some(near) => diagnostic.help(format!("did you mean {near}?")),
                    None => diagnostic.help("`obscore-view explain` lists all codes"),
                };
                return Err(vec![diagnostic].into());
            }
        },
    };
    product(&text, None)?;
    Ok(Outcome::Done)
}
