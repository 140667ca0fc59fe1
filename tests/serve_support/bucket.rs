//! An object store that speaks S3: moto's, a process of its own, with one bucket.

#![allow(dead_code, unreachable_pub)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use serde_json::Value;

use crate::support::python::script;

/// A running store with its bucket; it and what it has go when dropped.
pub struct Bucket {
    child: Child,
    lines: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    /// Where it is, and who may use it.
    said: Value,
}

impl Bucket {
    /// Starts one. A strict one answers only those who sign with its secret.
    pub fn start(strict: bool) -> Self {
        let mut command = script("object_store.py");
        if strict {
            command.arg("--strict");
        }
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = pipes.spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let said = serde_json::from_str(&line).unwrap_or_else(|error| {
            panic!("moto (scripts/setup installs it) does not start: {error}")
        });
        Self { child, lines: Mutex::new((input, output)), said }
    }

    fn text(&self, key: &str) -> String {
        self.said[key].as_str().unwrap().to_owned()
    }

    /// The secret of whoever may use it.
    pub fn secret(&self) -> String {
        self.text("secret")
    }

    /// The value of `--jobs-results`.
    pub fn url(&self) -> String {
        format!("s3://{}/of/jobs", self.text("bucket"))
    }

    /// The variables that lead to it, and empty ones that would lead elsewhere.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.text("endpoint")),
            ("AWS_ACCESS_KEY_ID", self.text("key")),
            ("AWS_SECRET_ACCESS_KEY", self.secret()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT_URL_S3", String::new()),
            ("AWS_SESSION_TOKEN", String::new()),
        ]
    }

    /// The variable of a profile that leads to it, as Rubin writes it.
    pub fn profile(&self, name: &'static str) -> Vec<(&'static str, String)> {
        let secret = self.secret().replace('/', "%2F").replace('+', "%2B");
        let place = self.text("endpoint").replace("http://", "");
        vec![(name, format!("http://{}:{secret}@{place}", self.text("key")))]
    }

    /// Asks it by a client that nobody here wrote.
    fn ask(&self, question: &str) -> Value {
        let mut lines = self.lines.lock().unwrap();
        writeln!(lines.0, "{question}").unwrap();
        let mut line = String::new();
        lines.1.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Its objects: name, size, number of parts that they came in.
    pub fn objects(&self) -> Vec<(String, u64, u64)> {
        let one = |one: &Value| {
            let number = |key: &str| one[key].as_u64().unwrap();
            (one["name"].as_str().unwrap().to_owned(), number("size"), number("parts"))
        };
        self.ask("objects").as_array().unwrap().iter().map(one).collect()
    }

    /// Number of uploads that are not complete.
    pub fn uploads(&self) -> usize {
        self.ask("uploads").as_array().unwrap().len()
    }

    /// The text of an object.
    pub fn get(&self, name: &str) -> String {
        self.ask(&format!("get {name}")).as_str().unwrap().to_owned()
    }

    /// The root of a datastore in it.
    pub fn root(&self) -> String {
        format!("s3://{}/store", self.text("bucket"))
    }

    /// Puts a file into it.
    pub fn put(&self, file: &std::path::Path, name: &str) {
        self.ask(&format!("put {} {name}", file.display()));
    }

    /// The URL for a method on an object that boto3 signs, at some time and for so many seconds.
    pub fn signed(&self, method: &str, time: &str, seconds: u64, name: &str) -> String {
        self.ask(&format!("sign {method} {time} {seconds} {name}")).as_str().unwrap().to_owned()
    }

    /// Ends it without a word.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// A command that finds it.
    pub fn known_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.variables())
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
