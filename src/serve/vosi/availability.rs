//! VOSI availability.

use crate::serve::uws::Instant;
use crate::serve::xml::Xml;

/// Whether and since when the service answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// Whether it does now.
    pub available: bool,
    /// Since when.
    pub up_since: Option<Instant>,
    /// For people.
    pub notes: Vec<String>,
}

/// The document.
pub fn availability(availability: &Availability) -> String {
    let namespace = [("xmlns:vosi", "http://www.ivoa.net/xml/VOSIAvailability/v1.0")];
    let mut xml = Xml::new();
    xml.element("vosi:availability", &namespace, |xml| {
        xml.leaf("vosi:available", &[], if availability.available { "true" } else { "false" });
        if let Some(since) = availability.up_since {
            xml.leaf("vosi:upSince", &[], &since.to_string());
        }
        for note in &availability.notes {
            xml.leaf("vosi:note", &[], note);
        }
    });
    xml.finish()
}
