//! The functions of the strategy `functions` for SQLite.
//!
//! In: a connection. Out: `obscore_s_ra`, `obscore_s_dec`, `obscore_s_fov` (region, all_types) and
//! `obscore_s_region` (region, all_types, dali) on it, deterministic and innocuous, with the
//! arguments of their namesakes in PostgreSQL. [`register`] adds them to a connection of this
//! process, [`register_loaded`] to the host that loads the extension of `sql/sqlite`.
//!
//! This is the library's only code that calls C. Callbacks do not unwind: nothing in them panics.

use std::ffi::{CStr, c_char, c_int, c_uchar, c_void};
use std::slice;
use std::sync::OnceLock;

use libsqlite3_sys as ffi;

use crate::region::{RegionColumns, RegionOptions, Winding, columns};

type Callback =
    unsafe extern "C" fn(*mut ffi::sqlite3_context, c_int, *mut *mut ffi::sqlite3_value);
type Destructor = Option<unsafe extern "C" fn(*mut c_void)>;

type CreateFunction = unsafe extern "C" fn(
    *mut ffi::sqlite3,
    *const c_char,
    c_int,
    c_int,
    *mut c_void,
    Option<Callback>,
    Option<Callback>,
    Option<unsafe extern "C" fn(*mut ffi::sqlite3_context)>,
    Destructor,
) -> c_int;

/// The routines of SQLite that the functions need, as the library or a host provides them.
#[derive(Clone, Copy)]
struct Routines {
    create_function: CreateFunction,
    result_double: unsafe extern "C" fn(*mut ffi::sqlite3_context, f64),
    result_null: unsafe extern "C" fn(*mut ffi::sqlite3_context),
    result_text: unsafe extern "C" fn(*mut ffi::sqlite3_context, *const c_char, c_int, Destructor),
    value_bytes: unsafe extern "C" fn(*mut ffi::sqlite3_value) -> c_int,
    value_int: unsafe extern "C" fn(*mut ffi::sqlite3_value) -> c_int,
    value_text: unsafe extern "C" fn(*mut ffi::sqlite3_value) -> *const c_uchar,
    value_type: unsafe extern "C" fn(*mut ffi::sqlite3_value) -> c_int,
}

/// Whose routines a callback calls: it has no argument of its own to tell.
trait Host {
    /// The routines; `None` before registration.
    fn routines() -> Option<Routines>;
}

/// The SQLite that is linked into this process.
struct Linked;

impl Host for Linked {
    fn routines() -> Option<Routines> {
        Some(Routines {
            create_function: ffi::sqlite3_create_function_v2,
            result_double: ffi::sqlite3_result_double,
            result_null: ffi::sqlite3_result_null,
            result_text: ffi::sqlite3_result_text,
            value_bytes: ffi::sqlite3_value_bytes,
            value_int: ffi::sqlite3_value_int,
            value_text: ffi::sqlite3_value_text,
            value_type: ffi::sqlite3_value_type,
        })
    }
}

/// The SQLite that has loaded this code as an extension.
struct Loading;

static LOADING: OnceLock<Routines> = OnceLock::new();

impl Host for Loading {
    fn routines() -> Option<Routines> {
        LOADING.get().copied()
    }
}

/// Adds the functions to a connection of the SQLite that is linked into this process.
///
/// # Errors
/// The result code of SQLite when it refuses.
///
/// # Safety
/// `db` must be an open connection of that SQLite which no other thread uses at the moment.
pub unsafe fn register(db: *mut ffi::sqlite3) -> Result<(), c_int> {
    // SAFETY: the caller vouches for the connection.
    unsafe { register_with::<Linked>(db) }
}

/// Adds the functions to a connection of a host that loads this code as an extension.
///
/// # Errors
/// The result code of SQLite when it refuses, `SQLITE_ERROR` when a routine is missing.
///
/// # Safety
/// Both pointers must be those that SQLite gave to the extension's entry point.
pub unsafe fn register_loaded(
    db: *mut ffi::sqlite3,
    api: *const ffi::sqlite3_api_routines,
) -> Result<(), c_int> {
    // SAFETY: the caller vouches for the table, which lives as long as the host's library.
    let table = unsafe { api.cast::<Table>().as_ref() }.ok_or(ffi::SQLITE_ERROR)?;
    let routines = read(table).ok_or(ffi::SQLITE_ERROR)?;
    // A second connection of the same host brings the same routines.
    let _ = LOADING.set(routines);
    // SAFETY: the caller vouches for the connection.
    unsafe { register_with::<Loading>(db) }
}

/// The beginning of SQLite's `struct sqlite3_api_routines`, as its `sqlite3ext.h` orders it: only
/// pointers to functions, and new ones at the end only. Those not needed are gaps.
#[repr(C)]
struct Table {
    aggregate_context_to_result_blob: [usize; 79],
    result_double: Option<unsafe extern "C" fn(*mut ffi::sqlite3_context, f64)>,
    result_error_to_result_int64: [usize; 4],
    result_null: Option<unsafe extern "C" fn(*mut ffi::sqlite3_context)>,
    result_text:
        Option<unsafe extern "C" fn(*mut ffi::sqlite3_context, *const c_char, c_int, Destructor)>,
    result_text16_to_value_blob: [usize; 17],
    value_bytes: Option<unsafe extern "C" fn(*mut ffi::sqlite3_value) -> c_int>,
    value_bytes16_to_value_double: [usize; 2],
    value_int: Option<unsafe extern "C" fn(*mut ffi::sqlite3_value) -> c_int>,
    value_int64_to_value_numeric_type: [usize; 2],
    value_text: Option<unsafe extern "C" fn(*mut ffi::sqlite3_value) -> *const c_uchar>,
    value_text16_to_value_text16le: [usize; 3],
    value_type: Option<unsafe extern "C" fn(*mut ffi::sqlite3_value) -> c_int>,
    vmprintf_to_config: [usize; 48],
    create_function_v2: Option<CreateFunction>,
}

const _: () = {
    assert!(std::mem::offset_of!(Table, result_double) == 79 * size_of::<usize>());
    assert!(std::mem::offset_of!(Table, value_type) == 113 * size_of::<usize>());
    assert!(std::mem::offset_of!(Table, create_function_v2) == 162 * size_of::<usize>());
};

fn read(table: &Table) -> Option<Routines> {
    Some(Routines {
        create_function: table.create_function_v2?,
        result_double: table.result_double?,
        result_null: table.result_null?,
        result_text: table.result_text?,
        value_bytes: table.value_bytes?,
        value_int: table.value_int?,
        value_text: table.value_text?,
        value_type: table.value_type?,
    })
}

unsafe fn register_with<H: Host>(db: *mut ffi::sqlite3) -> Result<(), c_int> {
    let functions: [(&CStr, c_int, Callback); 4] = [
        (c"obscore_s_ra", 2, s_ra::<H>),
        (c"obscore_s_dec", 2, s_dec::<H>),
        (c"obscore_s_fov", 2, s_fov::<H>),
        (c"obscore_s_region", 3, s_region::<H>),
    ];
    let routines = H::routines().ok_or(ffi::SQLITE_ERROR)?;
    let flags = ffi::SQLITE_UTF8 | ffi::SQLITE_DETERMINISTIC | ffi::SQLITE_INNOCUOUS;
    for (name, count, callback) in functions {
        let data = std::ptr::null_mut();
        // SAFETY: the name is a C string, the callback has the signature that SQLite calls, and
        // the caller of the public functions vouches for the connection.
        let code = unsafe {
            (routines.create_function)(
                db,
                name.as_ptr(),
                count,
                flags,
                data,
                Some(callback),
                None,
                None,
                None,
            )
        };
        if code != ffi::SQLITE_OK {
            return Err(code);
        }
    }
    Ok(())
}

/// Columns of the arguments (region, all_types, dali); `None` when one is NULL or the region is not
/// text.
///
/// # Safety
/// `values` must point to `count` values of a function call in progress.
unsafe fn arguments(
    routines: &Routines,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) -> Option<RegionColumns> {
    // SAFETY: SQLite passes `count` valid values, which stay valid during the call.
    let values = unsafe { slice::from_raw_parts(values, usize::try_from(count).ok()?) };
    for value in values {
        // SAFETY: as above.
        if unsafe { (routines.value_type)(*value) } == ffi::SQLITE_NULL {
            return None;
        }
    }
    let (region, all_types) = (*values.first()?, *values.get(1)?);
    // SAFETY: as above.
    if unsafe { (routines.value_type)(region) } != ffi::SQLITE_TEXT {
        return None;
    }
    // SAFETY: as above; the pointer of value_text is NULL or holds value_bytes bytes, in this
    // order of calls, until the value is converted again.
    let bytes = unsafe {
        let text = (routines.value_text)(region);
        let length = usize::try_from((routines.value_bytes)(region)).ok()?;
        if text.is_null() { &[][..] } else { slice::from_raw_parts(text, length) }
    };
    // SAFETY: as above.
    let flag = |value| unsafe { (routines.value_int)(value) } != 0;
    let dali = values.get(2).is_none_or(|value| flag(*value));
    let options = RegionOptions {
        winding: if dali { Winding::Dali } else { Winding::Butler },
        all_region_types: flag(all_types),
    };
    Some(columns(std::str::from_utf8(bytes).ok()?, options).0)
}

/// Answers a call with a double.
///
/// # Safety
/// The arguments must be those of a function call in progress.
unsafe fn answer<H: Host>(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
    pick: impl Fn(RegionColumns) -> Option<f64>,
) {
    let Some(routines) = H::routines() else { return };
    // SAFETY: SQLite's own arguments are passed on.
    match unsafe { arguments(&routines, count, values) }.and_then(pick) {
        // SAFETY: the context is that of the call.
        Some(value) => unsafe { (routines.result_double)(context, value) },
        // SAFETY: the context is that of the call.
        None => unsafe { (routines.result_null)(context) },
    }
}

unsafe extern "C" fn s_ra<H: Host>(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite's own arguments are passed on.
    unsafe { answer::<H>(context, count, values, |columns| columns.s_ra) }
}

unsafe extern "C" fn s_dec<H: Host>(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite's own arguments are passed on.
    unsafe { answer::<H>(context, count, values, |columns| columns.s_dec) }
}

unsafe extern "C" fn s_fov<H: Host>(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite's own arguments are passed on.
    unsafe { answer::<H>(context, count, values, |columns| columns.s_fov) }
}

unsafe extern "C" fn s_region<H: Host>(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    let Some(routines) = H::routines() else { return };
    // SAFETY: SQLite's own arguments are passed on.
    let text = unsafe { arguments(&routines, count, values) }.and_then(|columns| columns.s_region);
    let length = text.as_ref().and_then(|text| c_int::try_from(text.len()).ok());
    match (text, length) {
        (Some(text), Some(length)) => {
            // SAFETY: the text has `length` bytes, and SQLITE_TRANSIENT makes SQLite copy them.
            unsafe {
                let copy = ffi::SQLITE_TRANSIENT();
                (routines.result_text)(context, text.as_ptr().cast(), length, copy);
            }
        }
        // SAFETY: the context is that of the call.
        _ => unsafe { (routines.result_null)(context) },
    }
}
