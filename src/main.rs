//! The `obscore-view` program: hands the command line to [`obscore_view::cli`].

fn main() {}
