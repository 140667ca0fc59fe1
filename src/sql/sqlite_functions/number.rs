//! Numbers: rounding, remainders, casts, randomness. What has no value gives NULL.

use super::call::{Argument, Function, scalar};
use crate::functions::{
    double, integer, integer_of_text, modulo, normal, round, truncate, uniform, whole,
};

pub(super) const FUNCTIONS: &[Function] =
    &[
        scalar(c"adql_mod", "MOD", &[2], |a| Ok(modulo(a.number(0)?, a.number(1)?).into())),
        scalar(c"adql_whole", "an integer", &[3], |a| {
            Ok(whole(a.integer(0)?, a.text(1)?, a.integer(2)?)?.into())
        }),
        scalar(c"adql_round", "ROUND", &[2], |a| Ok(round(a.number(0)?, a.integer(1)?).into())),
        scalar(c"adql_truncate", "TRUNCATE", &[2], |a| {
            Ok(truncate(a.number(0)?, a.integer(1)?).into())
        }),
        scalar(c"adql_rand", "RAND", &[0], |_| Ok(uniform().into())).random(),
        scalar(c"adql_integer", "CAST", &[2], |a| {
            let bits = a.integer(1)?;
            let number = match a.at(0) {
                Argument::Double(number) => integer(number, bits),
                _ => integer_of_text(&a.written(0)?, bits),
            };
            Ok(number?.into())
        }),
        scalar(c"adql_double", "CAST", &[1], |a| match a.at(0) {
            Argument::Text(text) => Ok(double(text)?.into()),
            _ => Ok(a.number(0)?.into()),
        }),
        scalar(c"ivo_normal_random", "ivo_normal_random", &[2], |a| {
            Ok(normal(a.number(0)?, a.number(1)?).into())
        })
        .random(),
    ];
