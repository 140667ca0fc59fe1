//! SQLite's rows as tuples, through its C interface.
//!
//! In: the driver's connection, locked, so that the statement runs in the session's transaction.
//! Out: chunks, or SQLite's result code and message.

use std::ffi::{CStr, c_int};
use std::ptr::{NonNull, null_mut};

use libsqlite3_sys as ffi;
use sqlx::sqlite::LockedSqliteHandle;
use tokio::sync::mpsc::Sender;

use super::chunks::Chunks;
use crate::lower::Wire;
use crate::value::{Cell, CellRef};

type Failure = (i32, String);

/// A prepared statement; the borrow of the handle keeps its connection alive and unshared.
struct Statement<'a, 'c> {
    raw: NonNull<ffi::sqlite3_stmt>,
    connection: NonNull<ffi::sqlite3>,
    _handle: &'a mut LockedSqliteHandle<'c>,
}

impl Drop for Statement<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: `raw` came from sqlite3_prepare_v3 and is finalized here only.
        unsafe { ffi::sqlite3_finalize(self.raw.as_ptr()) };
    }
}

/// Adds rows to a table of so many columns.
pub fn insert<'r>(
    handle: &mut LockedSqliteHandle<'_>,
    table: &str,
    width: usize,
    rows: impl Iterator<Item = Vec<CellRef<'r>>>,
) -> Result<(), Failure> {
    let marks = vec!["?"; width].join(", ");
    let mut statement =
        Statement::prepare(handle, &format!("INSERT INTO {table} VALUES ({marks})"))?;
    for row in rows {
        statement.bind(row.into_iter())?;
        statement.step()?;
        statement.reset();
    }
    Ok(())
}

/// Sends all rows of `select`, or as many as are received.
pub fn send(
    handle: &mut LockedSqliteHandle<'_>,
    select: &str,
    parameters: &[Cell],
    fields: &[Wire],
    to: &Sender<Vec<u8>>,
) -> Result<(), Failure> {
    let mut statement = Statement::prepare(handle, select)?;
    statement.bind(parameters.iter().map(CellRef::from))?;
    let count = i16::try_from(fields.len()).unwrap_or(i16::MAX);
    let mut chunks = Chunks::new(to);
    while statement.step()? {
        let chunk = chunks.bytes();
        chunk.extend_from_slice(&count.to_be_bytes());
        for (index, wire) in (0..).zip(fields) {
            statement.cell(index, *wire, chunk);
        }
        if !chunks.grown_blocking() {
            return Ok(());
        }
    }
    // Nobody who receives any more is no failure of the database.
    let _ = chunks.send_blocking();
    Ok(())
}

impl<'a, 'c> Statement<'a, 'c> {
    fn prepare(handle: &'a mut LockedSqliteHandle<'c>, sql: &str) -> Result<Self, Failure> {
        let connection = handle.as_raw_handle();
        let Ok(length) = c_int::try_from(sql.len()) else {
            return Err((ffi::SQLITE_TOOBIG, "the statement is too long".to_owned()));
        };
        let mut raw = null_mut();
        // SAFETY: the connection is open and locked by `handle`; `sql` is valid for `length` bytes
        // and `raw` for writing one pointer.
        let code = unsafe {
            ffi::sqlite3_prepare_v3(
                connection.as_ptr(),
                sql.as_ptr().cast(),
                length,
                0,
                &raw mut raw,
                null_mut(),
            )
        };
        match NonNull::new(raw) {
            Some(raw) if code == ffi::SQLITE_OK => Ok(Self { raw, connection, _handle: handle }),
            _ => Err((code, message(connection))),
        }
    }

    /// Gives the parameters their values, the first ones first.
    fn bind<'v>(&mut self, values: impl Iterator<Item = CellRef<'v>>) -> Result<(), Failure> {
        let raw = self.raw.as_ptr();
        for (index, value) in (1..).zip(values) {
            // SAFETY: the statement is valid and not running; SQLITE_TRANSIENT makes SQLite copy the
            // text, which has `length` bytes.
            let code = unsafe {
                match value {
                    CellRef::Null => ffi::sqlite3_bind_null(raw, index),
                    CellRef::Int(number) => ffi::sqlite3_bind_int64(raw, index, number),
                    CellRef::Float(number) => ffi::sqlite3_bind_double(raw, index, number),
                    CellRef::Text(text) => {
                        let length = c_int::try_from(text.len()).unwrap_or(c_int::MAX);
                        let copy = ffi::SQLITE_TRANSIENT();
                        ffi::sqlite3_bind_text(raw, index, text.as_ptr().cast(), length, copy)
                    }
                }
            };
            if code != ffi::SQLITE_OK {
                return Err((code, message(self.connection)));
            }
        }
        Ok(())
    }

    /// Makes the statement ready to run again.
    fn reset(&mut self) {
        // SAFETY: the statement is valid; its code is that of the last step, which was looked at.
        unsafe { ffi::sqlite3_reset(self.raw.as_ptr()) };
    }

    /// Whether there is another row.
    fn step(&mut self) -> Result<bool, Failure> {
        // SAFETY: the statement is valid while `self` lives.
        match unsafe { ffi::sqlite3_step(self.raw.as_ptr()) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            code => Err((code, message(self.connection))),
        }
    }

    /// Appends length and bytes of a cell of the current row.
    fn cell(&mut self, index: c_int, wire: Wire, chunk: &mut Vec<u8>) {
        let raw = self.raw.as_ptr();
        // SAFETY: the statement has a current row here and below; an index that is out of range
        // gives NULL.
        if unsafe { ffi::sqlite3_column_type(raw, index) } == ffi::SQLITE_NULL {
            chunk.extend_from_slice(&(-1_i32).to_be_bytes());
            return;
        }
        match wire {
            Wire::Int | Wire::Timestamp => {
                // SAFETY: as above.
                let number = unsafe { ffi::sqlite3_column_int64(raw, index) };
                field(&number.to_be_bytes(), chunk);
            }
            Wire::Float => {
                // SAFETY: as above.
                let number = unsafe { ffi::sqlite3_column_double(raw, index) };
                field(&number.to_be_bytes(), chunk);
            }
            Wire::Bool => {
                // SAFETY: as above.
                let flag = unsafe { ffi::sqlite3_column_int64(raw, index) } != 0;
                field(&[u8::from(flag)], chunk);
            }
            Wire::Text | Wire::TimestampText | Wire::Uuid | Wire::UuidDigits => {
                // SAFETY: as above; the length is asked for after the conversion to text, and the
                // bytes stay until the statement is stepped.
                let bytes = unsafe {
                    let start = ffi::sqlite3_column_text(raw, index);
                    let length = ffi::sqlite3_column_bytes(raw, index);
                    match usize::try_from(length) {
                        Ok(length) if !start.is_null() => std::slice::from_raw_parts(start, length),
                        _ => &[],
                    }
                };
                field(bytes, chunk);
            }
        }
    }
}

fn field(bytes: &[u8], chunk: &mut Vec<u8>) {
    // SQLite's longest text has 2^31 - 1 bytes.
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    chunk.extend_from_slice(&length.to_be_bytes());
    chunk.extend_from_slice(bytes);
}

fn message(connection: NonNull<ffi::sqlite3>) -> String {
    // SAFETY: the connection is open; its message is a C string that is copied at once.
    unsafe {
        let text = ffi::sqlite3_errmsg(connection.as_ptr());
        if text.is_null() {
            return String::new();
        }
        CStr::from_ptr(text).to_string_lossy().into_owned()
    }
}
