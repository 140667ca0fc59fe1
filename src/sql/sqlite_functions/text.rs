//! Texts: case, patterns, casts, timestamps.

use super::call::{Function, scalar};
use crate::functions::{first_characters, ilike, like, timestamp};

pub(super) const FUNCTIONS: &[Function] = &[
    scalar(c"adql_lower", "LOWER", &[1], |a| Ok(a.written(0)?.to_lowercase().into())),
    scalar(c"adql_upper", "UPPER", &[1], |a| Ok(a.written(0)?.to_uppercase().into())),
    scalar(c"adql_like", "LIKE", &[2], |a| Ok(like(&a.written(0)?, &a.written(1)?).into())),
    scalar(c"adql_ilike", "ILIKE", &[2], |a| Ok(ilike(&a.written(0)?, &a.written(1)?).into())),
    scalar(c"adql_text", "CAST", &[1], |a| Ok(a.written(0)?.into())),
    scalar(c"adql_char", "CAST", &[2], |a| {
        Ok(first_characters(&a.written(0)?, a.integer(1)?).to_owned().into())
    }),
    scalar(c"adql_timestamp", "CAST", &[1], |a| Ok(timestamp(a.text(0)?)?.into())),
];
