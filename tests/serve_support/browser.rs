//! A browser that the tests drive: headless Chromium, by its DevTools protocol over two pipes.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

/// A browser with one page.
pub struct Browser {
    child: Child,
    commands: File,
    answers: BufReader<File>,
    session: Option<String>,
    number: u64,
    /// What the page did and said: requests, errors, messages of the console.
    pub events: Vec<Value>,
    _folder: tempfile::TempDir,
}

impl Browser {
    /// Starts one.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pipe = |name: &str| {
            let path = folder.path().join(name);
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            path
        };
        let (commands, answers) = (pipe("commands"), pipe("answers"));
        let flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-dev-shm-usage \
                     --disable-background-networking --disable-component-update --hide-scrollbars \
                     --remote-debugging-pipe";
        // Descriptors 3 and 4 are the browser's, by convention.
        let script = format!(
            "exec chromium {flags} --user-data-dir='{}' about:blank 3<'{}' 4>'{}'",
            folder.path().join("profile").display(),
            commands.display(),
            answers.display(),
        );
        let child = Command::new("sh")
            .args(["-c", &script])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own, so that all its processes can be ended.
            .process_group(0)
            .spawn()
            .unwrap();
        // Opened for both directions, so that opening does not wait for a browser that is not there.
        let open = |path: &PathBuf| File::options().read(true).write(true).open(path).unwrap();
        let mut browser = Self {
            child,
            commands: open(&commands),
            answers: BufReader::new(open(&answers)),
            session: None,
            number: 0,
            events: Vec::new(),
            _folder: folder,
        };
        std::thread::sleep(Duration::from_millis(300));
        let gone = browser.child.try_wait().unwrap();
        assert!(gone.is_none(), "chromium does not start (scripts/setup installs it): {gone:?}");
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.call(
            "Target.attachToTarget",
            json!({"targetId": target["targetId"], "flatten": true}),
        );
        browser.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Calls a method of the protocol.
    pub fn call(&mut self, method: &str, parameters: impl Into<Value>) -> Value {
        self.number += 1;
        let parameters = parameters.into();
        let mut command = json!({"id": self.number, "method": method, "params": &parameters});
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        self.commands.write_all(format!("{command}\0").as_bytes()).unwrap();
        loop {
            let mut bytes = Vec::new();
            self.answers.read_until(0, &mut bytes).unwrap();
            bytes.pop();
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            if answer["id"] == json!(self.number) {
                // A page that goes while it is asked leaves the question to the next one.
                if answer.to_string().contains("Inspected target navigated") {
                    std::thread::sleep(Duration::from_millis(50));
                    return self.call(method, parameters);
                }
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
            if answer.get("id").is_none() {
                self.events.push(answer);
            }
        }
    }

    /// The value of an expression in the page.
    pub fn eval(&mut self, expression: &str) -> Value {
        let parameters =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", parameters);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// A text that an expression gives.
    pub fn text(&mut self, expression: &str) -> String {
        self.eval(expression).as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an expression is true.
    pub fn wait(&mut self, expression: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        // While a page is replaced there may be nothing to evaluate in.
        let guarded =
            format!("(() => {{ try {{ return !!({expression}); }} catch {{ return false; }} }})()");
        while self.eval(&guarded) != json!(true) {
            if Instant::now() > deadline {
                let page = self.text("document.body.innerText");
                panic!("never: {expression}\n{page}");
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Opens a URL and waits until it is there.
    pub fn open(&mut self, url: &str) {
        self.eval("window.before = true");
        self.call("Page.navigate", json!({"url": url}));
        self.wait("!window.before && document.readyState === 'complete'");
    }

    /// Clicks what leads to another page, and waits for that.
    pub fn follow(&mut self, selector: &str) {
        self.eval(&format!("window.before = true, document.querySelector({selector:?}).click()"));
        self.wait("!window.before && document.readyState === 'complete'");
    }

    /// Presses a key; `modifiers` are 2 for Ctrl.
    pub fn key(&mut self, key: &str, code: u32, modifiers: u32) {
        for kind in ["keyDown", "keyUp"] {
            self.call(
                "Input.dispatchKeyEvent",
                json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code,
                       "modifiers": modifiers}),
            );
        }
    }

    /// The size of the window, and whether colours are dark.
    pub fn look(&mut self, width: u32, dark: bool) {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false}),
        );
        let value = if dark { "dark" } else { "light" };
        self.call(
            "Emulation.setEmulatedMedia",
            json!({"features": [{"name": "prefers-color-scheme", "value": value}]}),
        );
    }

    /// Photographs the whole page.
    pub fn photograph(&mut self, path: &Path) {
        let shot = self.call("Page.captureScreenshot", json!({"captureBeyondViewport": true}));
        let bytes = BASE64_STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// The URLs that were asked for since the start.
    pub fn requested(&self) -> Vec<String> {
        let sent =
            self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        sent.map(|event| event["params"]["request"]["url"].as_str().unwrap().to_owned()).collect()
    }

    /// What went wrong in the page since the start: exceptions, blocked files, failed requests.
    pub fn complaints(&self) -> Vec<&Value> {
        let wrong = |event: &&Value| {
            event["method"] == "Runtime.exceptionThrown"
                || event["method"] == "Log.entryAdded"
                    && event["params"]["entry"]["level"] == "error"
        };
        self.events.iter().filter(wrong).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
    }
}
