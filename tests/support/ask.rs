//! Runs an oracle script of `tests/oracle` with the Python that has Butler installed.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Feeds `input` as JSON to the script and reads JSON from its output.
pub fn ask(script: &str, input: &Value) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var_os("OBSCORE_VIEW_PYTHON")
        .map_or_else(|| root.join(".venv/bin/python"), Into::into);
    let script = root.join("tests/oracle").join(script);
    let mut child = Command::new(&python)
        .arg(&script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!(
                "the oracle needs a Python with lsst-daf-butler and lsst-dax-obscore: {error}; \
                 make one in .venv or name one in OBSCORE_VIEW_PYTHON (tried {})",
                python.display()
            )
        });
    let text = serde_json::to_vec(input).unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || pipe.write_all(&text));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{} failed", script.display());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A small deterministic generator (xorshift), so that a failure is reproducible.
pub struct Dice(u64);

impl Dice {
    /// A generator with that seed, which must not be zero.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % sides
    }

    /// One of the choices.
    #[allow(dead_code, reason = "not every test picks")]
    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.roll(choices.len())]
    }
}
