//! Why a view cannot be installed or removed.
//!
//! In: what a database holds. Out: the diagnostic of what is in the way; nothing is changed then.

use super::compare::newer_tool;
use super::object::{Deployed, Found};
use crate::diag::{Diagnostic, Result};

/// Something that is not ours has a name that we need.
pub fn names(deployed: &Deployed) -> Result<()> {
    let Some(first) = deployed.others.first() else { return Ok(()) };
    Err(Box::new(in_the_way(first, &deployed.others)))
}

/// The diagnostic of [`names`].
pub fn in_the_way(first: &Found, all: &[Found]) -> Diagnostic {
    let message = match &first.stamp {
        Some(stamp) => {
            format!("{} {} belongs to the view {}", first.kind, first.reference, stamp.view)
        }
        None => format!("a {} {} is in the way", first.kind, first.reference),
    };
    let mut diagnostic = Diagnostic::error("D004", message)
        .help("obscore-view replaces and drops only what carries its stamp; nothing was changed")
        .help("choose another place with --schema or --view, or rename or drop what is there");
    if all.len() > 1 {
        let names: Vec<&str> = all.iter().skip(1).map(|found| found.reference.as_str()).collect();
        diagnostic = diagnostic.help(format!("also in the way: {}", names.join(", ")));
    }
    diagnostic
}

/// What is there was made by a later version of this tool.
pub fn version(deployed: &Deployed, own: &str) -> Result<()> {
    let Some(newer) = newer_tool(deployed, own) else { return Ok(()) };
    let message = format!("the view was made by obscore-view {newer}; this is {own}");
    Err(Box::new(
        Diagnostic::error("D005", message)
            .help(format!("use obscore-view {newer} or newer"))
            .help("--force replaces it all the same"),
    ))
}

/// Others depend on what would be dropped.
pub fn dependants(dependants: &[String]) -> Result<()> {
    let Some(first) = dependants.first() else { return Ok(()) };
    let more = dependants.len() - 1;
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let mut diagnostic =
        Diagnostic::error("D006", format!("not ours, and depends on the view: {first}{more}"));
    if dependants.len() > 1 {
        diagnostic = diagnostic.help(format!("all of them: {}", dependants.join(", ")));
    }
    Err(Box::new(
        diagnostic.help("nothing was changed; drop it first, and make it again afterwards"),
    ))
}
