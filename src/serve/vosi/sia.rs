//! VOSI capabilities of an SIA 2.0 service: a capability without an extension (SIA 2.0 section 2.3).

use super::{VS, XSI};
use crate::serve::xml::Xml;

/// What there is to say of an SIA service.
#[derive(Debug, Clone)]
pub struct SiaCapabilities {
    /// URL of the service, without a slash at its end.
    pub base: String,
    /// Identifier of the way to authenticate where nobody is served without.
    pub security: Option<String>,
}

/// The document.
pub fn sia_capabilities(service: &SiaCapabilities) -> String {
    let namespaces = [
        ("xmlns:vosi", "http://www.ivoa.net/xml/VOSICapabilities/v1.0"),
        XSI,
        ("xmlns:vr", "http://www.ivoa.net/xml/VOResource/v1.0"),
        VS,
    ];
    let mut xml = Xml::new();
    xml.element("vosi:capabilities", &namespaces, |xml| {
        for (standard, version, path) in [
            ("SIA#query-2.0", "2.0", "/query"),
            ("VOSI#capabilities", "1.0", "/capabilities"),
            ("VOSI#availability", "1.0", "/availability"),
        ] {
            let standard = format!("ivo://ivoa.net/std/{standard}");
            xml.element("capability", &[("standardID", &standard)], |xml| {
                let attributes =
                    [("xsi:type", "vs:ParamHTTP"), ("role", "std"), ("version", version)];
                xml.element("interface", &attributes, |xml| {
                    let url = format!("{}{path}", service.base);
                    xml.leaf("accessURL", &[("use", "full")], &url);
                    // VOSI documents are read without a name, whatever the queries need.
                    let security = service.security.iter().filter(|_| path == "/query");
                    for method in security {
                        xml.empty("securityMethod", &[("standardID", method)]);
                    }
                });
            });
        }
    });
    xml.finish()
}
