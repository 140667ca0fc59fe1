//! The XML of jobs, in the order of the schema `UWS-v1.1.xsd`.

use super::{Instant, Job, Parameter};
use crate::serve::xml::Xml;

const NAMESPACES: [(&str, &str); 3] = [
    ("xmlns:uws", "http://www.ivoa.net/xml/UWS/v1.0"),
    ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
];
const NIL: (&str, &str) = ("xsi:nil", "true");

/// A root with namespaces, and a version where the schema has one.
fn root(name: &str, versioned: bool, inside: impl FnOnce(&mut Xml)) -> String {
    let mut attributes = NAMESPACES.to_vec();
    if versioned {
        attributes.push(("version", "1.1"));
    }
    let mut xml = Xml::new();
    xml.element(name, &attributes, inside);
    xml.finish()
}

/// The document of a job at `url`.
pub fn job(job: &Job, url: &str) -> String {
    root("uws:job", true, |xml| {
        xml.leaf("uws:jobId", &[], &job.id);
        if let Some(run_id) = &job.run_id {
            xml.leaf("uws:runId", &[], run_id);
        }
        nillable(xml, "uws:ownerId", job.owner.as_deref());
        xml.leaf("uws:phase", &[], job.phase.name());
        time(xml, "uws:quote", job.quote);
        xml.leaf("uws:creationTime", &[], &job.created.to_string());
        time(xml, "uws:startTime", job.started);
        time(xml, "uws:endTime", job.ended);
        xml.leaf("uws:executionDuration", &[], &job.duration.to_string());
        time(xml, "uws:destruction", job.destruction);
        xml.element("uws:parameters", &[], |xml| write_parameters(xml, &job.parameters, url));
        write_results(xml, job, url, &[]);
        if let Some(error) = &job.error {
            let kind = if error.transient { "transient" } else { "fatal" };
            xml.element("uws:errorSummary", &[("type", kind), ("hasDetail", "true")], |xml| {
                xml.leaf("uws:message", &[], &error.message);
            });
        }
    })
}

/// The list of jobs; `list` is its URL.
pub fn job_list(jobs: &[Job], list: &str) -> String {
    root("uws:jobs", true, |xml| {
        for job in jobs {
            let url = format!("{list}/{}", job.id);
            let attributes =
                [("id", job.id.as_str()), ("xlink:type", "simple"), ("xlink:href", &url)];
            xml.element("uws:jobref", &attributes, |xml| {
                xml.leaf("uws:phase", &[], job.phase.name());
                if let Some(run_id) = &job.run_id {
                    xml.leaf("uws:runId", &[], run_id);
                }
                nillable(xml, "uws:ownerId", job.owner.as_deref());
                xml.leaf("uws:creationTime", &[], &job.created.to_string());
            });
        }
    })
}

/// The parameters of the job at `url`.
pub fn parameters(parameters: &[Parameter], url: &str) -> String {
    root("uws:parameters", false, |xml| write_parameters(xml, parameters, url))
}

/// The results of the job at `url`.
pub fn results(job: &Job, url: &str) -> String {
    let mut xml = Xml::new();
    write_results(&mut xml, job, url, &NAMESPACES);
    xml.finish()
}

fn write_parameters(xml: &mut Xml, parameters: &[Parameter], url: &str) {
    for parameter in parameters {
        if parameter.by_reference {
            let attributes = [("id", parameter.id.as_str()), ("byReference", "true")];
            let place = format!("{url}/parameters/{}", segment(&parameter.id));
            xml.leaf("uws:parameter", &attributes, &place);
        } else {
            xml.leaf("uws:parameter", &[("id", &parameter.id)], &parameter.value);
        }
    }
}

fn write_results(xml: &mut Xml, job: &Job, url: &str, namespaces: &[(&str, &str)]) {
    if job.results.is_empty() {
        return xml.empty("uws:results", namespaces);
    }
    xml.element("uws:results", namespaces, |xml| {
        for result in &job.results {
            let (place, size) =
                (format!("{url}/results/{}", segment(&result.id)), result.size.to_string());
            let attributes = [
                ("id", result.id.as_str()),
                ("xlink:type", "simple"),
                ("mime-type", &result.media_type),
                ("size", &size),
                ("xlink:href", &place),
            ];
            xml.empty("uws:result", &attributes);
        }
    });
}

/// A name as a part of a path.
fn segment(name: &str) -> String {
    // Spaces become plus signs in forms, which paths do not know.
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

fn nillable(xml: &mut Xml, name: &str, text: Option<&str>) {
    match text {
        Some(text) => xml.leaf(name, &[], text),
        None => xml.empty(name, &[NIL]),
    }
}

fn time(xml: &mut Xml, name: &str, instant: Option<Instant>) {
    nillable(xml, name, instant.map(|instant| instant.to_string()).as_deref());
}
