//! The loadable extension of SQLite: `obscore_s_ra`, `obscore_s_dec`, `obscore_s_fov` and
//! `obscore_s_region` for any program that loads extensions.
//!
//! `cargo build --release --example obscore_view_sqlite` makes
//! `target/release/examples/libobscore_view_sqlite.so`; then
//! `sqlite3 -cmd ".load target/release/examples/libobscore_view_sqlite" butler.sqlite3`.

use std::ffi::{c_char, c_int};

use libsqlite3_sys::{SQLITE_OK, sqlite3, sqlite3_api_routines};
use obscore_view::sql::region::sqlite::register_loaded;

/// The entry point that SQLite looks for.
///
/// # Safety
/// To be called by SQLite only.
// SAFETY: the name belongs to SQLite's protocol for extensions, and this file defines it once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqlite3_extension_init(
    db: *mut sqlite3,
    _message: *mut *mut c_char,
    api: *const sqlite3_api_routines,
) -> c_int {
    // SAFETY: both pointers are SQLite's own.
    match unsafe { register_loaded(db, api) } {
        Ok(()) => SQLITE_OK,
        Err(code) => code,
    }
}
