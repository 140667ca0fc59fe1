//! Descriptions of services that a client can call from a table (DataLink 1.1 section 4).

use super::{Datatype, Field};

/// A service with its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// XML ID; may be empty.
    pub id: String,
    /// Name; `this` for the service that answers.
    pub name: String,
    /// Description; may be empty.
    pub description: String,
    /// What is said of the service: `standardID`, `accessURL`.
    pub params: Vec<Param>,
    /// The parameters that it takes.
    pub inputs: Vec<Param>,
}

/// A PARAM element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Everything that a FIELD has as well.
    pub field: Field,
    /// Its value; empty where the client chooses one.
    pub value: String,
    /// The values that a client can choose; none where all of the type are possible.
    pub options: Vec<String>,
    /// The lowest and the highest value that make sense; empty where there is none. The highest of a shape is one
    /// that encloses all.
    pub limits: [String; 2],
}

impl Param {
    /// A parameter without a value.
    pub fn new(name: &str, datatype: Datatype, arraysize: &str) -> Self {
        let field = Field {
            id: String::new(),
            name: name.to_owned(),
            datatype,
            arraysize: arraysize.to_owned(),
            xtype: String::new(),
            unit: String::new(),
            ucd: String::new(),
            utype: String::new(),
            reference: String::new(),
            description: String::new(),
        };
        Self { field, value: String::new(), options: Vec::new(), limits: Default::default() }
    }

    /// A text with its value.
    pub fn text(name: &str, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..Self::new(name, Datatype::Char, "*") }
    }
}
