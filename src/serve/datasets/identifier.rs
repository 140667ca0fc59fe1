//! Identifiers as clients write them.
//!
//! In: text. Out: what it names: a dataset of Butler's by its UUID (`butler://label/uuid`, a bare UUID), or whatever
//! a DID of the mapping says. Any text is one.

use uuid::Uuid;

/// An identifier of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// A UUID, with the label of the repository where there is one.
    Uuid(Uuid, Option<String>),
    /// Another text: a publisher's or creator's DID.
    Did(String),
}

/// The scheme of Butler's own URIs.
const SCHEME: &str = "butler://";

impl Identifier {
    /// Reads an identifier; blanks around it do not count.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if let Some(id) = uuid(text) {
            return Self::Uuid(id, None);
        }
        let is_butler =
            text.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
        let parts =
            text.get(SCHEME.len()..).filter(|_| is_butler).and_then(|rest| rest.rsplit_once('/'));
        match parts.and_then(|(label, id)| Some((label, uuid(id)?))) {
            Some((label, id)) => {
                let label = Some(label).filter(|label| !label.is_empty());
                Self::Uuid(id, label.map(str::to_owned))
            }
            None => Self::Did(text.to_owned()),
        }
    }
}

/// A UUID as Butler writes it: 32 digits with hyphens, or without.
fn uuid(text: &str) -> Option<Uuid> {
    let is_one = [32, 36].contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    Uuid::try_parse(text).ok().filter(|_| is_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms() {
        let id = Uuid::from_u128(0x0195_8f2c_1c2d_7b6a_9a65_3a35_1f7e_8d01);
        let hyphens = id.to_string();
        let plain = id.simple().to_string().to_uppercase();
        assert_eq!(Identifier::parse(&hyphens), Identifier::Uuid(id, None));
        assert_eq!(Identifier::parse(&format!(" {plain}\n")), Identifier::Uuid(id, None));
        for (text, label) in [
            (format!("butler://dp02/{hyphens}"), Some("dp02")),
            (format!("Butler:///{hyphens}"), None),
            (format!("butler://main/run/{hyphens}"), Some("main/run")),
        ] {
            let label = label.map(str::to_owned);
            assert_eq!(Identifier::parse(&text), Identifier::Uuid(id, label), "{text}");
        }
        for text in ["", "butler://", "butler://dp02/x", "ivo://org.rubinobs/a?b=c", "ä", "{}"] {
            assert_eq!(Identifier::parse(text), Identifier::Did(text.to_owned()));
        }
        let urn = format!("urn:uuid:{hyphens}");
        assert_eq!(Identifier::parse(&urn), Identifier::Did(urn.clone()));
    }
}
