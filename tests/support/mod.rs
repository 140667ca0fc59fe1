//! Shared by the integration tests: the real Butler, throw-away PostgreSQL, cached registries, and
//! the comparison of rows. Use it with `mod support;`.
//!
//! What is missing on the machine is a panic that says how to get it, never a silent skip.

// Every test binary compiles all of this and uses a part of it.
#![allow(dead_code, unreachable_pub)]

pub mod compare;
pub mod files;
pub mod postgres;
pub mod python;
pub mod survey;
pub mod table;
pub mod view;

use std::path::{Path, PathBuf};

/// The root of the package.
pub fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of `tests/oracle`.
pub fn oracle_file(name: &str) -> PathBuf {
    package().join("tests/oracle").join(name)
}

/// Where test products are kept between runs: `target/oracle`.
pub fn cache() -> PathBuf {
    let folder = package().join("target/oracle");
    std::fs::create_dir_all(&folder).expect("target is writable");
    folder
}
