//! Asking a service over HTTP, by a client that nobody here wrote.

use std::time::{Duration, Instant};

use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::redirect::Policy;

use super::process::Serving;

/// So much that no database answers it within a minute.
pub const SLOW: &str = "SELECT COUNT(*) AS n FROM butler.dataset AS a, butler.dataset AS b, butler.dataset AS c, butler.dataset AS d \
     WHERE a.ingest_date < b.ingest_date OR c.ingest_date > d.ingest_date OR a.run < d.run";

/// One that shows redirects.
pub fn client() -> Client {
    Client::builder().redirect(Policy::none()).timeout(Duration::from_mins(1)).build().unwrap()
}

/// A header's value; empty without it.
pub fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
}

impl Serving {
    /// A GET below the base URL of TAP.
    pub fn get(&self, path: &str) -> RequestBuilder {
        client().get(format!("{}{path}", self.base))
    }

    /// A POST of a form.
    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        client().post(format!("{}{path}", self.base)).form(form).send().unwrap()
    }

    /// A query, answered as CSV.
    pub fn sync(&self, query: &str) -> Response {
        self.post("/sync", &[("LANG", "ADQL"), ("FORMAT", "csv"), ("QUERY", query)])
    }

    /// The answer of a query that has one, as CSV without its first line.
    pub fn csv(&self, query: &str) -> String {
        let response = self.sync(query);
        let status = response.status();
        let text = response.text().unwrap();
        assert_eq!(status, 200, "{query}: {text}");
        text.split_once("\r\n").unwrap().1.to_owned()
    }

    /// What is there.
    pub fn text(&self, path: &str) -> String {
        let response = self.get(path).send().unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().unwrap()
    }

    /// Makes a job; its path.
    pub fn create(&self, form: &[(&str, &str)]) -> String {
        let response = self.post("/async", form);
        assert_eq!(response.status(), 303);
        let place = header(&response, "location");
        place.strip_prefix(&self.base).unwrap_or_else(|| panic!("{place}")).to_owned()
    }

    /// Makes a job of a query and starts it; its path.
    pub fn start(&self, query: &str) -> String {
        self.create(&[("LANG", "ADQL"), ("FORMAT", "csv"), ("QUERY", query), ("PHASE", "RUN")])
    }

    /// Waits for a phase of a job; its document.
    pub fn until(&self, job: &str, phase: &str) -> String {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let document = self.text(job);
            if document.contains(&format!("<uws:phase>{phase}</uws:phase>")) {
                return document;
            }
            assert!(Instant::now() < deadline, "not {phase}: {document}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
