//! VOSI capabilities of services without an extension of their own: SIA 2.0 (section 2.3), SODA 1.0.

use super::{VS, XSI};
use crate::serve::xml::Xml;

/// A capability: identifier and version of its standard, its path, the way to authenticate where nobody is served
/// without.
pub type Plain<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

/// A capability whose parameters are told, to be put behind its URL.
#[derive(Debug, Clone, Copy)]
pub struct Parametric<'a> {
    /// What every capability has.
    pub plain: Plain<'a>,
    /// Media type of its answers.
    pub result: &'a str,
    /// Its parameters, which are texts: name, whether it has to be there, description.
    pub parameters: &'a [(&'a str, bool, &'a str)],
}

/// The document of a service at `base`, a URL without a slash at its end.
pub fn plain_capabilities(base: &str, all: &[Plain<'_>]) -> String {
    document(|xml| all.iter().for_each(|one| capability(xml, base, one, "full", |_| ())))
}

/// The document of a service at `base` that takes parameters by GET and POST, with the others beside it.
pub fn parametric_capabilities(base: &str, one: &Parametric<'_>, others: &[Plain<'_>]) -> String {
    document(|xml| {
        capability(xml, base, &one.plain, "base", |xml| {
            xml.leaf("queryType", &[], "GET");
            xml.leaf("queryType", &[], "POST");
            xml.leaf("resultType", &[], one.result);
            for (name, is_required, description) in one.parameters {
                let usage = if *is_required { "required" } else { "optional" };
                xml.element("param", &[("use", usage), ("std", "true")], |xml| {
                    xml.leaf("name", &[], name);
                    xml.leaf("description", &[], description);
                    xml.leaf("dataType", &[], "string");
                });
            }
        });
        others.iter().for_each(|one| capability(xml, base, one, "full", |_| ()));
    })
}

fn document(inside: impl FnOnce(&mut Xml)) -> String {
    let namespaces = [
        ("xmlns:vosi", "http://www.ivoa.net/xml/VOSICapabilities/v1.0"),
        XSI,
        ("xmlns:vr", "http://www.ivoa.net/xml/VOResource/v1.0"),
        VS,
    ];
    let mut xml = Xml::new();
    xml.element("vosi:capabilities", &namespaces, inside);
    xml.finish()
}

fn capability(
    xml: &mut Xml,
    base: &str,
    (standard, version, path, security): &Plain<'_>,
    usage: &str,
    more: impl FnOnce(&mut Xml),
) {
    xml.element("capability", &[("standardID", standard)], |xml| {
        let attributes = [("xsi:type", "vs:ParamHTTP"), ("role", "std"), ("version", version)];
        xml.element("interface", &attributes, |xml| {
            xml.leaf("accessURL", &[("use", usage)], &format!("{base}{path}"));
            if let Some(method) = security {
                xml.empty("securityMethod", &[("standardID", method)]);
            }
            more(xml);
        });
    });
}
