//! The `obscore-view` program: hands the command line to [`obscore_view::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    obscore_view::cli::main()
}
