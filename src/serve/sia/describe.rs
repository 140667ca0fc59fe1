//! What the service says of its parameters (SIA 2.0 section 3.1.2, DataLink 1.1 section 4).
//!
//! In: the URL of the query, and values that columns have. Out: a descriptor of the service itself.

use super::names::{Meaning, PARAMETERS, Parameter, SCOPE};
use super::values::Values;
use crate::stream::answer::OFFERS;
use crate::votable::{Datatype, Descriptor, Param};

/// Identifier of the protocol.
pub const STANDARD: &str = "ivo://ivoa.net/std/SIA#query-2.0";

/// The description of the query at `url`.
pub fn descriptor(url: &str, values: &Values) -> Descriptor {
    let described = |parameter| param(parameter, values);
    let mut inputs: Vec<Param> = PARAMETERS.iter().map(described).collect();
    let mut maxrec = Param::new("MAXREC", Datatype::Int, "");
    "Most rows; 0 for this description alone".clone_into(&mut maxrec.field.description);
    inputs.push(maxrec);
    let mut format = Param::text("RESPONSEFORMAT", "");
    "Format of the answer".clone_into(&mut format.field.description);
    format.options = OFFERS.iter().map(|offer| offer.mime.to_owned()).collect();
    inputs.push(format);
    Descriptor {
        id: String::new(),
        name: "this".to_owned(),
        description:
            "Finds images and cubes. Parameters can be repeated: values of one are alternatives, \
                      different ones must all hold."
                .to_owned(),
        params: vec![Param::text("standardID", STANDARD), Param::text("accessURL", url)],
        inputs,
    }
}

fn param(parameter: &Parameter, values: &Values) -> Param {
    let mut param = match parameter.meaning {
        Meaning::Overlaps(..) | Meaning::Within(_) => {
            let mut param = Param::new(parameter.name, Datatype::Double, "2");
            "interval".clone_into(&mut param.field.xtype);
            param
        }
        Meaning::Level(..) => Param::new(parameter.name, Datatype::Int, ""),
        // POS as well: the xtypes of shapes are for numbers without a keyword before them.
        _ => Param::text(parameter.name, ""),
    };
    parameter.unit.clone_into(&mut param.field.unit);
    parameter.description.clone_into(&mut param.field.description);
    param.options = match (values.of(parameter.name), parameter.meaning) {
        // What is there, as far as it can be asked for.
        (Some(present), Meaning::IsOneOf(_, possible)) => {
            let possible = |value: &&String| possible.contains(&value.as_str());
            present.iter().filter(possible).cloned().collect()
        }
        (Some(present), _) => present.to_vec(),
        (None, Meaning::IsOneOf(_, possible) | Meaning::Lists(_, possible)) => {
            possible.iter().map(|value| (*value).to_owned()).collect()
        }
        _ => Vec::new(),
    };
    if param.options.is_empty() && parameter.name == "DPTYPE" {
        param.options = SCOPE.1.iter().map(|value| (*value).to_owned()).collect();
    }
    param
}
