//! User-defined functions: those of the IVOA's catalogue.

use super::super::tree::{Node, Value};
use super::Checker;
use super::scope::Scope;
use crate::adql::{CATALOGUE, Expression, Identifier, Place};
use crate::catalog::Type;
use crate::diag::Result;
use crate::votable::Datatype;

/// What an argument is.
#[derive(Clone, Copy)]
enum Wants {
    Number,
    Text,
    Time,
    Point,
    Shape,
}

use Wants::{Number, Point, Shape, Text, Time};

impl Checker<'_> {
    /// A call; [`adql::lint`](crate::adql::lint) has found the name and counted the arguments.
    pub fn call(
        &mut self,
        name: &Identifier,
        arguments: &[Expression],
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Value> {
        let lower = name.text.to_ascii_lowercase();
        let Some(known) = CATALOGUE.iter().find(|known| known.name == lower) else {
            return Err(self.wrong("Q036", format!("there is no function `{name}`"), place));
        };
        let integers = || Type::Opaque {
            datatype: Datatype::Long,
            arraysize: "*".to_owned(),
            xtype: String::new(),
        };
        let (wants, kind, unit): (&[Wants], Type, &str) = match known.name {
            "ivo_healpix_index" if arguments.len() == 2 => (&[Number, Point], Type::Long, ""),
            "ivo_healpix_index" => (&[Number, Number, Number], Type::Long, ""),
            "ivo_healpix_center" => (&[Number, Number], Type::Point, ""),
            "ivo_hasword" | "ivo_hashlist_has" | "ivo_nocasematch" => {
                (&[Text, Text], Type::Integer, "")
            }
            "ivo_interval_overlaps" => (&[Number, Number, Number, Number], Type::Integer, ""),
            "ivo_to_jd" | "ivo_to_mjd" => (&[Time], Type::Double, "d"),
            "ivo_hms_to_degrees" | "ivo_dms_to_degrees" => (&[Text], Type::Double, "deg"),
            "ivo_epoch_prop_pos" => (&[Number; 8], Type::Point, ""),
            "ivo_geom_transform" => (&[Text, Text, Shape], Type::Region, ""),
            "ivo_normal_random" => (&[Number, Number], Type::Double, ""),
            "ivo_string_agg" => (&[Text, Text], Type::Unicode, ""),
            "ivo_histogram" => (&[Number, Number, Number, Number], integers(), ""),
            other => {
                let message = format!("`{other}` is not offered by this service");
                let help = match other {
                    "ivo_simbadpoint" => "look the object up first, and write its POINT",
                    _ => "/capabilities lists the functions",
                };
                return Err(self.wrong_help("Q113", message, place, help));
            }
        };
        let mut values = Vec::with_capacity(arguments.len());
        for (argument, wanted) in arguments.iter().zip(wants) {
            values.push(match wanted {
                Number => self.number_of(argument, scope, known.name)?,
                Text => self.text(argument, scope, known.name)?,
                Time => self.time(argument, scope, known.name)?,
                Point => self.point(argument, scope, known.name)?,
                Shape => self.shape(argument, scope, known.name)?,
            });
        }
        let kind = match (known.name, values.last().and_then(|last| last.kind.clone())) {
            ("ivo_geom_transform", Some(kind)) => kind,
            _ => kind,
        };
        let sql = match (known.name, arguments.len()) {
            ("ivo_healpix_index", 2) => "ivo_healpix_index_at",
            (name, _) => name,
        };
        let aggregates = matches!(sql, "ivo_string_agg" | "ivo_histogram");
        let mut value = Value::new(Node::Call(sql, values, aggregates), kind, place);
        unit.clone_into(&mut value.unit);
        Ok(value)
    }

    fn time(&mut self, argument: &Expression, scope: &Scope<'_>, what: &str) -> Result<Value> {
        let value = self.value(argument, scope)?;
        match &value.kind {
            Some(kind) if kind.is_text() => self.as_timestamp(value),
            None | Some(Type::Timestamp) => Ok(value.or_of(&Type::Timestamp)),
            Some(kind) => {
                let help = "t_min and t_max are MJD already";
                Err(self.unfit(what, "a timestamp", kind, value.place, help))
            }
        }
    }
}
