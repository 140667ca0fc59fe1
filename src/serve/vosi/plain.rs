//! VOSI capabilities of services without an extension of their own: SIA 2.0 (section 2.3), SODA 1.0.

use super::{VS, XSI};
use crate::serve::xml::Xml;

/// A capability: identifier and version of its standard, its path, the way to authenticate where nobody is served
/// without.
pub type Plain<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

/// The document of a service at `base`, a URL without a slash at its end.
pub fn plain_capabilities(base: &str, all: &[Plain<'_>]) -> String {
    let namespaces = [
        ("xmlns:vosi", "http://www.ivoa.net/xml/VOSICapabilities/v1.0"),
        XSI,
        ("xmlns:vr", "http://www.ivoa.net/xml/VOResource/v1.0"),
        VS,
    ];
    let mut xml = Xml::new();
    xml.element("vosi:capabilities", &namespaces, |xml| {
        for (standard, version, path, security) in all {
            xml.element("capability", &[("standardID", standard)], |xml| {
                let attributes =
                    [("xsi:type", "vs:ParamHTTP"), ("role", "std"), ("version", version)];
                xml.element("interface", &attributes, |xml| {
                    xml.leaf("accessURL", &[("use", "full")], &format!("{base}{path}"));
                    if let Some(method) = security {
                        xml.empty("securityMethod", &[("standardID", method)]);
                    }
                });
            });
        }
    });
    xml.finish()
}
