//! From all places to [`Settings`].

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use super::table::SETTINGS;
use super::value::{Given, Origin};
use super::{
    CutoutSettings, FileSettings, Flags, JobSettings, Like, Limits, LinkSettings, Location,
    LogFormat, Settings, Tokens, file,
};
use crate::db::{Environment, Prepare};
use crate::diag::{Diagnostic, Result};
use crate::objects::Address;
use crate::serve::datalink::declared;

/// Reads the settings. Paths start at the directory of `environment`.
///
/// # Errors
/// S001 to S006, all that were found.
pub fn read(flags: &Flags, environment: &Environment) -> Result<Settings, Vec<Diagnostic>> {
    let mut given: BTreeMap<&'static str, Given> = BTreeMap::new();
    if let Some(path) = &flags.file {
        given.extend(file::read(&environment.path(&path.to_string_lossy()))?);
    }
    // A variable that is empty counts as unset; a flag that is empty takes back what was set.
    let said = |(_, given): &&(_, Given)| {
        !(given.text.is_empty() && matches!(given.origin, Origin::Variable(_)))
    };
    given.extend(flags.given.iter().filter(said).cloned());
    given.retain(|_, given| !given.text.is_empty());
    for setting in SETTINGS.iter().filter(|setting| !setting.default.is_empty()) {
        let text = setting.default.to_owned();
        given.entry(setting.key).or_insert(Given { text, origin: Origin::Default });
    }
    let mut gathered = Gathered { given, environment, wrong: Vec::new() };
    let settings = gathered.settings();
    match (settings, gathered.wrong.is_empty()) {
        (Some(settings), true) => Ok(settings),
        _ => Err(gathered.wrong),
    }
}

struct Gathered<'a> {
    given: BTreeMap<&'static str, Given>,
    environment: &'a Environment,
    wrong: Vec<Diagnostic>,
}

impl Gathered<'_> {
    /// A value that there is at least a default of; `None` when it is wrong.
    fn get<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Given, &str) -> Result<T>,
    ) -> Option<T> {
        let given = self.given.get(key)?;
        match read(given, key) {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong.push(*error);
                None
            }
        }
    }

    fn text(&self, key: &'static str) -> Option<String> {
        self.given.get(key).map(|given| given.text.clone())
    }

    fn list(&self, key: &'static str) -> Vec<String> {
        self.given.get(key).map(Given::list).unwrap_or_default()
    }

    fn count(&mut self, key: &'static str) -> Option<usize> {
        let number = self.get(key, Given::number)?;
        if number == 0 {
            self.refuse(key, "S003", "cannot be 0");
        }
        usize::try_from(number).ok()
    }

    fn refuse(&mut self, key: &'static str, code: &'static str, message: &str) {
        if let Some(given) = self.given.get(key) {
            self.wrong.push(given.wrong(key, code, message));
        }
    }

    /// Complains when `small` is more than `large`, where 0 is no limit if `open`.
    fn order<T: PartialOrd + Default>(
        &mut self,
        open: bool,
        (small, low): (&'static str, Option<T>),
        (large, high): (&'static str, Option<T>),
    ) {
        if let (Some(low), Some(high)) = (low, high)
            && low > high
            && !(open && high == T::default())
        {
            let more = self.given.get(large).map(|given| given.text.clone()).unwrap_or_default();
            // The one that was set is to blame, not the default.
            let blamed = match self.given.get(small).map(|given| &given.origin) {
                Some(Origin::Default) => large,
                _ => small,
            };
            let message =
                format!("does not fit: `{small}` is more than `{large}`, which is {more}");
            self.refuse(blamed, "S004", &message);
        }
    }

    fn prepare(&mut self) -> Option<Prepare> {
        let choices =
            [("auto", Prepare::Direct), ("true", Prepare::Always), ("false", Prepare::Never)];
        self.get("prepared", |given, key| given.choice(key, &choices))
    }

    fn settings(&mut self) -> Option<Settings> {
        let limits = self.limits();
        let jobs = self.jobs();
        let files = self.files();
        let datalink = self.datalink();
        let cutouts = self.cutouts();
        let tokens = self.get("tokens", |given, _| Tokens::read(&path_of(given, self.environment)));
        let levels = [
            ("error", tracing::Level::ERROR),
            ("warn", tracing::Level::WARN),
            ("info", tracing::Level::INFO),
            ("debug", tracing::Level::DEBUG),
            ("trace", tracing::Level::TRACE),
        ];
        let log_level = self.get("log_level", |given, key| given.choice(key, &levels));
        let forms = [("text", LogFormat::Text), ("json", LogFormat::Json)];
        let log = self.get("log", |given, key| given.choice(key, &forms));
        let bind = self.get("bind", Given::address);
        let trust_proxy = self.get("trust_proxy", Given::switch);
        let prepare = self.prepare();
        let readings = [("standard", Like::Standard), ("dax_obscore", Like::DaxObscore)];
        let sia = self.get("sia.like", |given, key| given.choice(key, &readings));
        let anonymous = self.get("anonymous", Given::switch);
        let identity_header = self.text("identity_header");
        if identity_header.is_some() && trust_proxy == Some(false) {
            let message = "needs `trust_proxy`: without it anybody could claim to be anybody";
            self.refuse("identity_header", "S004", message);
        }
        if let Some(name) = &identity_header
            && axum::http::HeaderName::try_from(name.as_str()).is_err()
        {
            self.refuse("identity_header", "S003", "is not the name of a header");
        }
        let base_url = self.base_url();
        let identified = identity_header.is_some() || self.given.contains_key("tokens");
        if !identified && anonymous == Some(false) {
            let message =
                "leaves nobody to answer: there are neither tokens nor an identity header";
            self.refuse("anonymous", "S004", message);
        }
        Some(Settings {
            bind: bind?,
            base_url,
            trust_proxy: trust_proxy?,
            prepare: prepare?,
            identity_header,
            tokens: tokens.unwrap_or_default(),
            anonymous: anonymous.unwrap_or(!identified),
            cors: self.list("cors"),
            log: log?,
            log_level: log_level?,
            limits: limits?,
            jobs: jobs?,
            upload_hosts: self.list("upload_hosts"),
            sia: sia?,
            files: files?,
            datalink: datalink?,
            cutouts: cutouts?,
        })
    }

    fn base_url(&mut self) -> Option<String> {
        let text = self.text("base_url")?;
        let url = url::Url::parse(&text);
        let fits = url.is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.query().is_none()
                && url.fragment().is_none()
        });
        if !fits {
            self.refuse("base_url", "S003", "is not a URL such as https://example.org/obscore");
        }
        Some(text.trim_end_matches('/').to_owned())
    }

    fn limits(&mut self) -> Option<Limits> {
        let rows = self.get("limits.rows", Given::number);
        let most_rows = self.get("limits.most_rows", Given::number);
        self.order(true, ("limits.rows", rows), ("limits.most_rows", most_rows));
        let job_time = self.get("limits.job_time", Given::time);
        let most_job_time = self.get("limits.most_job_time", Given::time);
        self.order(true, ("limits.job_time", job_time), ("limits.most_job_time", most_job_time));
        let sync_time = self.get("limits.sync_time", Given::time);
        let upload_bytes = self.get("limits.upload_bytes", Given::bytes);
        let upload_rows = self.get("limits.upload_rows", Given::number);
        let query_bytes = self.get("limits.query_bytes", Given::bytes);
        let queries = self.count("limits.queries");
        let queue_time = self.get("limits.queue_time", Given::time);
        let header_time = self.get("limits.header_time", Given::time);
        let stall_time = self.get("limits.stall_time", Given::time);
        let grace = self.get("limits.grace", Given::time);
        for (key, time) in [
            ("limits.sync_time", sync_time),
            ("limits.header_time", header_time),
            ("limits.stall_time", stall_time),
        ] {
            if time.is_some_and(|time| time.is_zero()) {
                self.refuse(key, "S003", "cannot be 0");
            }
        }
        Some(Limits {
            rows: rows?,
            most_rows: most_rows?,
            sync_time: sync_time?,
            job_time: job_time?,
            most_job_time: most_job_time?,
            upload_bytes: upload_bytes?,
            upload_rows: upload_rows?,
            query_bytes: query_bytes?,
            queries: queries?,
            queue_time: queue_time?,
            header_time: header_time?,
            stall_time: stall_time?,
            grace: grace?,
        })
    }

    fn cutouts(&mut self) -> Option<CutoutSettings> {
        let command = self.list("cutouts.command");
        let worker = self.text("cutouts.worker");
        if let Some(worker) = &worker {
            let url = url::Url::parse(worker);
            if !url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
                self.refuse("cutouts.worker", "S003", "is not an http or https URL");
            }
            if !command.is_empty() {
                let message = "does not fit: `cutouts.command` makes cutouts already";
                self.refuse("cutouts.worker", "S004", message);
            }
        }
        if let Some(program) = command.first()
            && !is_program(program, self.environment)
        {
            let message = format!("names no program: there is no `{program}` that can be executed");
            self.refuse("cutouts.command", "S003", &message);
        }
        let is_on = self.get("cutouts", Given::switch);
        let pixels = self.get("cutouts.pixels", Given::number);
        let bytes = self.get("cutouts.bytes", Given::bytes);
        let job_bytes = self.get("cutouts.job_bytes", Given::bytes);
        let running = self.count("cutouts.running");
        Some(CutoutSettings {
            is_on: is_on?,
            command,
            worker,
            pixels: pixels?,
            bytes: bytes?,
            job_bytes: job_bytes?,
            running: running?,
        })
    }

    fn datalink(&mut self) -> Option<LinkSettings> {
        let environment = self.environment;
        let services = match self.given.contains_key("datalink.services") {
            true => self
                .get("datalink.services", |given, _| declared::read(&path_of(given, environment))),
            false => Some(Vec::new()),
        };
        let related = self.get("datalink.related", Given::number);
        let ids = self.count("datalink.ids");
        let access_urls = self.get("datalink.access_urls", Given::switch);
        Some(LinkSettings {
            services: services?,
            related: related?,
            ids: ids?,
            access_urls: access_urls?,
        })
    }

    fn files(&mut self) -> Option<FileSettings> {
        let is_on = self.get("files", Given::switch);
        let is_local = self.get("files.local", Given::switch);
        let signed = self.get("files.signed_time", Given::time);
        // Amazon's own limit.
        let longest = std::time::Duration::from_hours(7 * 24);
        if signed.is_some_and(|signed| signed.is_zero() || signed > longest) {
            self.refuse("files.signed_time", "S003", "is between 1s and 7d");
        }
        let folders = self.list("files.folders");
        let folders = folders.iter().map(|folder| self.environment.path(folder)).collect();
        Some(FileSettings { is_on: is_on?, is_local: is_local?, folders, signed: signed? })
    }

    fn jobs(&mut self) -> Option<JobSettings> {
        let retention = self.get("jobs.retention", Given::time);
        let most_retention = self.get("jobs.most_retention", Given::time);
        self.order(false, ("jobs.retention", retention), ("jobs.most_retention", most_retention));
        let running = self.count("jobs.running");
        let queued = self.get("jobs.queued", Given::number);
        let kept = self.get("jobs.kept", Given::number);
        let attempts = self.count("jobs.attempts");
        let silence = self.get("jobs.silence", Given::time);
        if silence.is_some_and(|silence| silence < std::time::Duration::from_secs(1)) {
            self.refuse("jobs.silence", "S003", "cannot be less than a second");
        }
        let list_anonymous = self.get("jobs.list_anonymous", Given::switch);
        let results = self.get("jobs.results", |given, key| {
            let wrong = |why: String| given.wrong(key, "S003", &why).help(Address::FORM);
            Ok(Address::parse(&given.text).map_err(wrong)?)
        });
        let folder = self.given.get("jobs.folder");
        Some(JobSettings {
            folder: folder.map(|given| path_of(given, self.environment)),
            results,
            database: self.text("jobs.database").map(Location),
            running: running?,
            queued: queued?,
            kept: kept?,
            retention: retention?,
            most_retention: most_retention?,
            attempts: u32::try_from(attempts?).unwrap_or(u32::MAX),
            silence: silence?,
            list_anonymous: list_anonymous?,
        })
    }
}

fn path_of(given: &Given, environment: &Environment) -> std::path::PathBuf {
    environment.path(&given.text)
}

/// Whether a program can be started by this name: looked for as the system does.
fn is_program(name: &str, environment: &Environment) -> bool {
    let is_executable = |path: std::path::PathBuf| {
        let found = std::fs::metadata(path);
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    if name.contains('/') {
        // No shell is there to know a home.
        return !name.starts_with('~') && is_executable(environment.path(name));
    }
    let folders = environment.get("PATH").unwrap_or("/bin:/usr/bin");
    std::env::split_paths(folders)
        .any(|folder| is_executable(environment.path(&folder.to_string_lossy()).join(name)))
}
