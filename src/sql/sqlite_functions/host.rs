//! Functions by pointers: the one place where SQLite's C interface is called for them.
//!
//! In: a connection and the table of functions. Out: their registration; for every call its arguments
//! as Rust values, and the answer given back. Nothing unwinds into C: a panic becomes an error.

use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;

use libsqlite3_sys as ffi;

use super::call::{Answer, Argument, Arguments, Body, Function, Outcome, State};
use crate::functions::Wrong;
use crate::sql::region;

/// Adds all functions of this process, those of [`region::sqlite`] among them, to a connection of the
/// SQLite that is linked into it. The answer is `SQLITE_OK`, or the code of what SQLite refuses.
///
/// # Safety
/// `db` must be an open connection of that SQLite which no other thread uses at the moment.
pub unsafe fn register(db: *mut ffi::sqlite3) -> c_int {
    // SAFETY: the caller vouches for the connection.
    if let Err(code) = unsafe { region::sqlite::register(db) } {
        return code;
    }
    for function in super::all() {
        let mut flags = ffi::SQLITE_UTF8 | ffi::SQLITE_INNOCUOUS;
        if function.deterministic {
            flags |= ffi::SQLITE_DETERMINISTIC;
        }
        let (scalar, step, last) = match function.body {
            Body::Scalar(_) => (Some(call as _), None, None),
            Body::Aggregate(_) => (None, Some(add as _), Some(finish as _)),
        };
        for &count in function.counts {
            let data = std::ptr::from_ref(function).cast_mut().cast::<c_void>();
            let name = function.name.as_ptr();
            // SAFETY: the caller vouches for the connection; the name is a C string, and both it and
            // the data, which nobody writes to, are there for ever; the callbacks have the
            // signatures that SQLite calls.
            let code = unsafe {
                ffi::sqlite3_create_function_v2(
                    db, name, count, flags, data, scalar, step, last, None,
                )
            };
            if code != ffi::SQLITE_OK {
                return code;
            }
        }
    }
    ffi::SQLITE_OK
}

/// The function that a call is of.
///
/// # Safety
/// The context must be that of a call of a function registered here.
unsafe fn function(context: *mut ffi::sqlite3_context) -> Option<&'static Function> {
    // SAFETY: the data of all of them is a static `Function`.
    unsafe { ffi::sqlite3_user_data(context).cast_const().cast::<Function>().as_ref() }
}

/// The arguments of a call.
///
/// # Safety
/// `values` must point to `count` values that stay as they are for `'a`.
unsafe fn arguments<'a>(count: c_int, values: *mut *mut ffi::sqlite3_value) -> Arguments<'a> {
    let values = match usize::try_from(count) {
        Ok(count) if count > 0 && !values.is_null() => {
            // SAFETY: the caller vouches for them.
            unsafe { slice::from_raw_parts(values, count) }
        }
        _ => &[],
    };
    // SAFETY: as above.
    Arguments(values.iter().map(|value| unsafe { argument(*value) }).collect())
}

/// One argument.
///
/// # Safety
/// The value must stay as it is for `'a`.
unsafe fn argument<'a>(value: *mut ffi::sqlite3_value) -> Argument<'a> {
    // SAFETY: the caller vouches for the value. The pointer of value_text or value_blob is NULL or
    // holds value_bytes bytes, in this order of calls, until the value is converted again.
    unsafe {
        match ffi::sqlite3_value_type(value) {
            ffi::SQLITE_INTEGER => Argument::Integer(ffi::sqlite3_value_int64(value)),
            ffi::SQLITE_FLOAT => Argument::Double(ffi::sqlite3_value_double(value)),
            ffi::SQLITE_TEXT => {
                let bytes = bytes(ffi::sqlite3_value_text(value), value);
                std::str::from_utf8(bytes).map_or(Argument::Bytes(bytes), Argument::Text)
            }
            ffi::SQLITE_BLOB => {
                Argument::Bytes(bytes(ffi::sqlite3_value_blob(value).cast(), value))
            }
            _ => Argument::Null,
        }
    }
}

/// The bytes at a value's own pointer.
///
/// # Safety
/// `start` must be what value_text or value_blob have just given for the value.
unsafe fn bytes<'a>(start: *const u8, value: *mut ffi::sqlite3_value) -> &'a [u8] {
    // SAFETY: the caller vouches for both.
    let length = usize::try_from(unsafe { ffi::sqlite3_value_bytes(value) }).unwrap_or(0);
    // SAFETY: SQLite keeps so many bytes there.
    if start.is_null() { &[] } else { unsafe { slice::from_raw_parts(start, length) } }
}

/// What Rust code gives, its panics as errors.
fn guarded<T>(work: impl FnOnce() -> Result<T, Wrong>) -> Result<T, Wrong> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Wrong("internal error; please report it".to_owned())))
}

/// Gives the answer of a call.
///
/// # Safety
/// The context must be that of the call in progress.
unsafe fn give(context: *mut ffi::sqlite3_context, function: &Function, outcome: Outcome) {
    let length = |bytes: &[u8]| c_int::try_from(bytes.len()).unwrap_or(c_int::MAX);
    // SAFETY: the caller vouches for the context. Texts and bytes have the length given, which SQLite
    // limits below `c_int::MAX`, and SQLITE_TRANSIENT makes it copy them.
    unsafe {
        match outcome {
            Ok(Answer::Null) => ffi::sqlite3_result_null(context),
            Ok(Answer::Integer(number)) => ffi::sqlite3_result_int64(context, number),
            Ok(Answer::Double(number)) => ffi::sqlite3_result_double(context, number),
            Ok(Answer::Text(text)) if length(text.as_bytes()) == c_int::MAX => {
                ffi::sqlite3_result_error_toobig(context);
            }
            Ok(Answer::Bytes(bytes)) if length(&bytes) == c_int::MAX => {
                ffi::sqlite3_result_error_toobig(context);
            }
            Ok(Answer::Text(text)) => {
                let (start, copy) = (text.as_ptr().cast(), ffi::SQLITE_TRANSIENT());
                ffi::sqlite3_result_text(context, start, length(text.as_bytes()), copy);
            }
            Ok(Answer::Bytes(bytes)) => {
                let (start, copy) = (bytes.as_ptr().cast(), ffi::SQLITE_TRANSIENT());
                ffi::sqlite3_result_blob(context, start, length(&bytes), copy);
            }
            Err(wrong) => {
                let message = format!("{}: {wrong}", function.shown);
                let start = message.as_ptr().cast();
                ffi::sqlite3_result_error(context, start, length(message.as_bytes()));
            }
        }
    }
}

unsafe extern "C" fn call(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite's own arguments are passed on, and used during the call only.
    let (function, arguments) = unsafe { (function(context), arguments(count, values)) };
    let Some(function) = function else { return };
    let Body::Scalar(body) = function.body else { return };
    let outcome = if arguments.has_null() && !function.takes_null {
        Ok(Answer::Null)
    } else {
        guarded(|| body(&arguments))
    };
    // SAFETY: the context is that of the call.
    unsafe { give(context, function, outcome) }
}

unsafe extern "C" fn add(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite's own arguments are passed on, and used during the call only.
    let (function, arguments) = unsafe { (function(context), arguments(count, values)) };
    let Some(function) = function else { return };
    let Body::Aggregate(new) = function.body else { return };
    let size = c_int::try_from(size_of::<*mut State>()).unwrap_or(0);
    // SAFETY: the memory has that size, begins as zeros, is aligned for pointers, and is that of this
    // aggregate alone until `finish` has run; a pointer in it comes from the box made here.
    let state = unsafe {
        let Some(slot) =
            ffi::sqlite3_aggregate_context(context, size).cast::<*mut State>().as_mut()
        else {
            ffi::sqlite3_result_error_nomem(context);
            return;
        };
        if slot.is_null() {
            *slot = Box::into_raw(Box::new(new()));
        }
        &mut **slot
    };
    if let Err(wrong) = guarded(|| state.add(&arguments)) {
        // SAFETY: the context is that of the call.
        unsafe { give(context, function, Err(wrong)) }
    }
}

unsafe extern "C" fn finish(context: *mut ffi::sqlite3_context) {
    // SAFETY: the context is SQLite's own. Without rows there is no memory; else it holds what `add`
    // has put there, and this is the last call that sees it.
    let (function, state) = unsafe {
        let slot = ffi::sqlite3_aggregate_context(context, 0).cast::<*mut State>();
        let state = slot.as_mut().map(|slot| std::mem::replace(slot, std::ptr::null_mut()));
        let state = state.filter(|state| !state.is_null()).map(|state| Box::from_raw(state));
        (function(context), state)
    };
    let (Some(function), Some(mut state)) = (function, state) else { return };
    let outcome = guarded(|| Ok(state.finish()));
    // SAFETY: the context is that of the call.
    unsafe { give(context, function, outcome) }
}
