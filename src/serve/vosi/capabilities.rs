//! VOSI capabilities, with TAPRegExt's description of the TAP service.

use super::features::LANGUAGE;
use super::{FEATURES, VS, XSI};
use crate::serve::xml::Xml;

/// What a TAP service offers.
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// URL of the service, without a slash at its end.
    pub base: String,
    /// User-defined functions.
    pub functions: Vec<Function>,
    /// Formats of answers; the first is the default.
    pub formats: Vec<OutputFormat>,
    /// Whether tables can be uploaded by URL, too.
    pub upload_by_url: bool,
    /// Seconds that a job is kept.
    pub retention: Limit,
    /// Seconds that a job may run.
    pub execution: Limit,
    /// Rows of an answer.
    pub rows: Limit,
    /// Bytes of uploads.
    pub upload_bytes: Limit,
    /// Whether there is something at `/examples`.
    pub examples: bool,
    /// Identifier of the way to authenticate where nobody is served without.
    pub security: Option<String>,
}

/// A limit, with what holds when nothing is asked for. `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limit {
    /// When nothing is asked for.
    pub default: Option<u64>,
    /// The most that can be asked for.
    pub hard: Option<u64>,
}

/// A user-defined function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// `name(argument TYPE, …) -> TYPE`.
    pub form: String,
    /// What it does.
    pub description: String,
}

/// A format of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFormat {
    /// Media type with its parameters, as answers carry it.
    pub media_type: String,
    /// Other names for RESPONSEFORMAT, media types among them.
    pub aliases: Vec<String>,
    /// Identifier of TAPRegExt; empty for none.
    pub identifier: String,
}

const TAP_REG_EXT: &str = "ivo://ivoa.net/std/TAPRegExt";

/// The document.
pub fn capabilities(service: &Capabilities) -> String {
    let namespaces = [
        ("xmlns:vosi", "http://www.ivoa.net/xml/VOSICapabilities/v1.0"),
        XSI,
        ("xmlns:vr", "http://www.ivoa.net/xml/VOResource/v1.0"),
        VS,
        ("xmlns:tr", "http://www.ivoa.net/xml/TAPRegExt/v1.0"),
    ];
    let mut xml = Xml::new();
    xml.element("vosi:capabilities", &namespaces, |xml| {
        let tap = [("standardID", "ivo://ivoa.net/std/TAP"), ("xsi:type", "tr:TableAccess")];
        xml.element("capability", &tap, |xml| {
            interface(xml, service, "vs:ParamHTTP", "1.1", "base", "");
            table_access(xml, service);
        });
        for (fragment, version, path) in [
            ("capabilities", "1.0", "/capabilities"),
            ("availability", "1.0", "/availability"),
            ("tables-1.1", "1.1", "/tables"),
        ] {
            let standard = format!("ivo://ivoa.net/std/VOSI#{fragment}");
            xml.element("capability", &[("standardID", &standard)], |xml| {
                // VOSI documents are read without a name, whatever the queries need.
                let open = Capabilities { security: None, ..service.clone() };
                interface(xml, &open, "vs:ParamHTTP", version, "full", path);
            });
        }
        if service.examples {
            let standard = [("standardID", "ivo://ivoa.net/std/DALI#examples")];
            xml.element("capability", &standard, |xml| {
                interface(xml, service, "vr:WebBrowser", "1.0", "full", "/examples");
            });
        }
    });
    xml.finish()
}

fn interface(
    xml: &mut Xml,
    service: &Capabilities,
    kind: &str,
    version: &str,
    usage: &str,
    path: &str,
) {
    // A page for people is no standard interface.
    let role = (kind == "vs:ParamHTTP").then_some([("role", "std"), ("version", version)]);
    let attributes: Vec<_> =
        [("xsi:type", kind)].into_iter().chain(role.into_iter().flatten()).collect();
    xml.element("interface", &attributes, |xml| {
        xml.leaf("accessURL", &[("use", usage)], &format!("{}{path}", service.base));
        if let Some(security) = &service.security {
            xml.empty("securityMethod", &[("standardID", security)]);
        }
    });
}

fn table_access(xml: &mut Xml, service: &Capabilities) {
    let model = [("ivo-id", "ivo://ivoa.net/std/ObsCore#core-1.1")];
    xml.leaf("dataModel", &model, "ObsCore-1.1");
    xml.element("language", &[], |xml| {
        xml.leaf("name", &[], "ADQL");
        for version in ["2.0", "2.1"] {
            let id = format!("ivo://ivoa.net/std/ADQL#v{version}");
            xml.leaf("version", &[("ivo-id", &id)], version);
        }
        xml.leaf("description", &[], LANGUAGE);
        if !service.functions.is_empty() {
            let kind = [("type", "ivo://ivoa.net/std/TAPRegExt#features-udf")];
            xml.element("languageFeatures", &kind, |xml| {
                for function in &service.functions {
                    feature(xml, &function.form, &function.description);
                }
            });
        }
        for (kind, forms) in FEATURES {
            xml.element("languageFeatures", &[("type", kind)], |xml| {
                forms.iter().for_each(|form| feature(xml, form, ""));
            });
        }
    });
    for format in &service.formats {
        let id = [("ivo-id", format.identifier.as_str())];
        let id = if format.identifier.is_empty() { &[][..] } else { &id[..] };
        xml.element("outputFormat", id, |xml| {
            xml.leaf("mime", &[], &format.media_type);
            for alias in &format.aliases {
                xml.leaf("alias", &[], alias);
            }
        });
    }
    let methods: &[&str] =
        if service.upload_by_url { &["inline", "http", "https"] } else { &["inline"] };
    for method in methods {
        xml.empty("uploadMethod", &[("ivo-id", &format!("{TAP_REG_EXT}#upload-{method}"))]);
    }
    limit(xml, "retentionPeriod", service.retention, None);
    limit(xml, "executionDuration", service.execution, None);
    limit(xml, "outputLimit", service.rows, Some("row"));
    limit(xml, "uploadLimit", service.upload_bytes, Some("byte"));
}

fn feature(xml: &mut Xml, form: &str, description: &str) {
    xml.element("feature", &[], |xml| {
        xml.leaf("form", &[], form);
        xml.leaf_if("description", description);
    });
}

fn limit(xml: &mut Xml, name: &str, limit: Limit, unit: Option<&str>) {
    let values = [("default", limit.default), ("hard", limit.hard)];
    if values.iter().all(|(_, value)| value.is_none()) {
        return;
    }
    let unit: Vec<_> = unit.map(|unit| ("unit", unit)).into_iter().collect();
    xml.element(name, &[], |xml| {
        for (name, value) in values {
            if let Some(value) = value {
                xml.leaf(name, &unit, &value.to_string());
            }
        }
    });
}
