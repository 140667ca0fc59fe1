//! A row of a links document (DataLink 1.1 section 3.2).

use crate::votable::{Datatype, Field, Value};

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To a URL.
    Url(String),
    /// To the service with this XML ID in the same document.
    Service(String),
    /// Nowhere; why.
    Nothing(String),
}

/// A link. Texts that are empty are NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The identifier as the client gave it.
    pub id: String,
    /// Where it leads.
    pub target: Target,
    /// What it is, for people.
    pub description: String,
    /// What it is, as a term of the IVOA's vocabulary `datalink/core`.
    pub semantics: String,
    /// Media type of what is there.
    pub content_type: String,
    /// Bytes, where they are known.
    pub content_length: Option<i64>,
    /// Kind of product, as a term of the vocabulary `product-type`.
    pub content_qualifier: String,
    /// What it is in Butler's words: a dataset type, with the component of a composite.
    pub local_semantics: String,
    /// Whether it leads to somebody else, who may want to know more of a client than this service does.
    pub is_elsewhere: bool,
}

/// Whether a client must say who it is to follow links, and whether this one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Whether links of this service need an identity.
    pub needs_identity: bool,
}

impl Link {
    /// A link with nothing but its meaning.
    pub fn new(id: &str, semantics: &str, target: Target) -> Self {
        Self {
            id: id.to_owned(),
            target,
            description: String::new(),
            semantics: semantics.to_owned(),
            content_type: String::new(),
            content_length: None,
            content_qualifier: String::new(),
            local_semantics: String::new(),
            is_elsewhere: false,
        }
    }

    /// Its cells. Whoever can see a link of this service may follow it.
    pub fn cells(&self, access: Access) -> [Value<'_>; 12] {
        let (url, service, error) = match &self.target {
            Target::Url(url) => (url.as_str(), "", ""),
            Target::Service(id) => ("", id.as_str(), ""),
            Target::Nothing(why) => ("", "", why.as_str()),
        };
        let leads = !matches!(self.target, Target::Nothing(_)) && !self.is_elsewhere;
        let auth = if access.needs_identity { "true" } else { "false" };
        [
            Value::Text(&self.id),
            text(url),
            text(service),
            text(error),
            text(&self.description),
            Value::Text(&self.semantics),
            text(&self.content_type),
            self.content_length.map_or(Value::Null, Value::Int),
            text(&self.content_qualifier),
            text(&self.local_semantics),
            if leads { Value::Text(auth) } else { Value::Null },
            if leads { Value::Bool(true) } else { Value::Null },
        ]
    }
}

fn text(text: &str) -> Value<'_> {
    if text.is_empty() { Value::Null } else { Value::Text(text) }
}

/// The columns of a links document. A text of the type that the standard has for identifiers is ASCII; where a
/// client sent others, theirs is another.
pub fn fields(ascii_ids: bool) -> Vec<Field> {
    use Datatype::{Boolean, Long, UnicodeChar};
    let field = |name: &str, datatype: Datatype, unit: &str, ucd: &str| Field {
        id: String::new(),
        name: name.to_owned(),
        datatype,
        arraysize: if datatype.is_text() { "*".to_owned() } else { String::new() },
        xtype: String::new(),
        unit: unit.to_owned(),
        ucd: ucd.to_owned(),
        utype: String::new(),
        reference: String::new(),
        description: String::new(),
    };
    let char = Datatype::Char;
    vec![
        field("ID", if ascii_ids { char } else { UnicodeChar }, "", "meta.id;meta.main"),
        field("access_url", char, "", "meta.ref.url"),
        field("service_def", char, "", "meta.ref"),
        field("error_message", UnicodeChar, "", "meta.code.error"),
        field("description", UnicodeChar, "", "meta.note"),
        field("semantics", char, "", "meta.code"),
        field("content_type", char, "", "meta.code.mime"),
        field("content_length", Long, "byte", "phys.size;meta.file"),
        field("content_qualifier", char, "", ""),
        field("local_semantics", UnicodeChar, "", "meta.id.assoc"),
        field("link_auth", char, "", "meta.code"),
        field("link_authorized", Boolean, "", "meta.code"),
    ]
}
