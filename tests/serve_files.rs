//! Files of datasets over HTTP: the real process, on a repository whose files Butler wrote.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;
mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{FileExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::blocking::{RequestBuilder, Response};
use serve_support::http::{client, header};
use serve_support::process::{Served, Serving};
use sha2::{Digest, Sha256};
use support::files::{Files, Stored};
use support::postgres::Cluster;
use support::python::{output, python};

fn serve(files: &Files, options: &[&str]) -> Serving {
    Served::new(&files.repository.root, &files.mapping).with(options).start_alone()
}

/// A service that may give what was ingested without a copy.
fn open(files: &Files) -> Serving {
    serve(files, &["--files-folders", files.outside.to_str().unwrap()])
}

fn url(service: &Serving, path: &str) -> String {
    format!("{}/files/{path}", service.base.trim_end_matches("/tap"))
}

/// A request for a file, without packing.
fn ask(service: &Serving, path: &str) -> RequestBuilder {
    client().get(url(service, path)).header("accept-encoding", "identity")
}

fn get(service: &Serving, path: &str) -> Response {
    ask(service, path).send().unwrap()
}

fn path(stored: &Stored) -> String {
    match stored.component.as_str() {
        "" => stored.id.clone(),
        component => format!("{}/{component}", stored.id),
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Status and text of an answer that is an error.
fn refusal(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(header(&response, "content-type"), "text/plain; charset=utf-8");
    (status, response.text().unwrap())
}

fn refused(service: &Serving, path: &str, status: u16, code: &str) -> String {
    let (found, text) = refusal(get(service, path));
    assert!(found == status && text.contains(&format!("[{code}]")), "{path}: {found} {text}");
    text
}

/// Changes the registry behind everybody's back.
fn change(files: &Files, statement: &str) {
    let patient = ["-cmd", ".timeout 10000"];
    output(Command::new("sqlite3").args(patient).arg(&files.repository.database).arg(statement));
}

/// Says in the records that a dataset's file is somewhere else.
fn move_record(files: &Files, name: &str, place: &str) -> String {
    let id = &files.one(name).id;
    let (place, key) = (place.replace('\'', "''"), id.replace('-', ""));
    change(
        files,
        &format!("UPDATE file_datastore_records SET path='{place}' WHERE dataset_id='{key}'"),
    );
    id.clone()
}

fn every_file_is_given(files: &Files) {
    let service = open(files);
    let mut given = 0;
    for stored in files.stored.iter().filter(|one| one.state == "there" && one.name != "hidden") {
        let response = get(&service, &path(stored));
        assert_eq!(response.status(), 200, "{stored:?}");
        let headers = response.headers().clone();
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!(text("content-length"), stored.size.to_string());
        let kind = match stored.dataset_type.as_str() {
            "preview" => "image/png",
            "visit_notes" => "application/yaml",
            _ => "image/fits",
        };
        assert_eq!(text("content-type"), kind, "{stored:?}");
        assert_eq!(text("accept-ranges"), "bytes");
        assert_eq!(text("x-content-type-options"), "nosniff");
        assert!(text("etag").starts_with('"') && text("etag").ends_with('"'));
        assert!(text("last-modified").ends_with(" GMT"));
        assert!(text("cache-control").contains("no-cache"));
        let file = stored.file.file_name().unwrap().to_str().unwrap();
        let name = stored.member.as_deref().unwrap_or(file);
        assert!(text("content-disposition").ends_with(&format!("; filename=\"{name}\"")));
        assert!(sha256(&response.bytes().unwrap()) == stored.sha256, "other bytes: {stored:?}");

        let head = client().head(url(&service, &path(stored))).send().unwrap();
        assert_eq!(head.status(), 200);
        for name in ["content-length", "content-type", "etag", "last-modified", "accept-ranges"] {
            assert_eq!(head.headers()[name], headers[name], "{name}");
        }
        assert_eq!(head.bytes().unwrap().len(), 0);
        // A client that packs gets the same bytes.
        let packed = client().get(url(&service, &path(stored))).send().unwrap();
        assert!(!packed.headers().contains_key("content-encoding"));
        given += 1;
    }
    assert_eq!(given, 18);

    // What is not published is not there, whatever the registry has; nor is what is not there.
    refused(&service, &files.one("hidden").id, 404, "S051");
    refused(&service, "01234567-89ab-4def-8123-456789abcdef", 404, "S051");
    for other in ["%ff", "%ff/image", "raw", "", &format!("{}/image/more", files.one("notes").id)] {
        refused(&service, other, 404, "S051");
    }
    refused(&service, &files.one("deleted").id, 404, "S053");
    refused(&service, &files.one("gone").id, 404, "S053");
    refused(&service, &files.one("trashed").id, 410, "S054");
    let text = refused(&service, &format!("{}/image", files.one("notes").id), 404, "S052");
    assert!(text.contains("leave the component out"), "{text}");

    // A composite lists its files.
    let parts = files.stored.iter().filter(|one| one.name == "parts");
    let mut parts: Vec<&Stored> = parts.collect();
    parts.sort_by_key(|part| &part.component);
    let list = get(&service, &parts[0].id);
    assert_eq!(list.status(), 300);
    let list = list.text().unwrap();
    assert_eq!(list.lines().count(), 4, "{list}");
    for (line, part) in list.lines().skip(1).zip(&parts) {
        let mut words = line.split(' ');
        let url = words.next().unwrap();
        let rest: Vec<&str> = words.collect();
        assert_eq!(rest[..2], [part.component.as_str(), "image/fits"], "{list}");
        assert_eq!(rest[2], part.size.to_string());
        assert!(sha256(&client().get(url).send().unwrap().bytes().unwrap()) == part.sha256);
    }
    let text = refused(&service, &format!("{}/imag", parts[0].id), 404, "S052");
    assert!(text.contains("did you mean `image`?"), "{text}");
    // An identifier may be written in any way that UUIDs are.
    let bare = files.one("visit_101_0").id.replace('-', "").to_uppercase();
    assert_eq!(get(&service, &bare).status(), 200);
    let posted = client().post(url(&service, &bare)).send().unwrap();
    assert_eq!(posted.status(), 405);
    assert!(service.log().lines().all(|line| !line.contains(" ERROR ")), "{}", service.log());
}

#[test]
fn files_come_as_butler_wrote_them() {
    every_file_is_given(&Files::sqlite());
}

#[test]
fn files_come_from_chains_of_datastores() {
    every_file_is_given(&Files::chained());
}

#[test]
fn files_come_from_a_registry_on_a_server() {
    let files = Files::postgres(Cluster::shared());
    every_file_is_given(&files);
    // The database alone does not say where its files are.
    let place = format!("{}?namespace={}", files.repository.database, support::survey::NAMESPACE);
    let service = Served::new(Path::new(&place), &files.mapping).start_alone();
    let text = refused(&service, &files.one("notes").id, 404, "S050");
    assert!(text.contains("butler.yaml"), "{text}");
}

/// What is written is seen at the next request, however often the file was given before.
fn changes_count_at_once(files: &Files, change: impl Fn(&str)) {
    let service = serve(files, &[]);
    let [one, two] = ["visit_101_0", "visit_101_1"].map(|name| files.one(name).id.clone());
    for _ in 0..5 {
        assert_eq!(get(&service, &one).status(), 200);
        assert_eq!(get(&service, &two).status(), 200);
    }
    // Into the trash, as Butler does it.
    let key =
        if files.repository.database.starts_with('/') { one.replace('-', "") } else { one.clone() };
    change(&format!(
        "INSERT INTO dataset_location_trash (dataset_id, datastore_name) SELECT dataset_id, datastore_name \
         FROM dataset_location WHERE dataset_id='{key}'"
    ));
    assert_eq!(get(&service, &one).status(), 200);
    change(&format!("DELETE FROM dataset_location WHERE dataset_id='{key}'"));
    refused(&service, &one, 410, "S054");
    assert_eq!(get(&service, &two).status(), 200);
    // Nothing is in the chain that is searched.
    change("DELETE FROM collection_chain");
    refused(&service, &two, 404, "S051");
}

#[test]
fn changes_of_a_file_count_at_once() {
    let files = Files::sqlite();
    changes_count_at_once(&files, |statement| change(&files, statement));
}

#[test]
fn changes_on_a_server_count_at_once() {
    let cluster = Cluster::shared();
    let files = Files::postgres(cluster);
    let database = files.repository.database.rsplit('/').next().unwrap();
    changes_count_at_once(&files, |statement| {
        let namespace = format!("SET search_path = {};", support::survey::NAMESPACE);
        cluster.psql(database, &format!("{namespace} {statement}"));
    });
}

#[test]
fn ranges_are_bytes_of_the_file() {
    let files = Files::sqlite();
    let service = open(&files);
    for name in ["visit_101_0", "zip_stored", "zip_deflated", "direct"] {
        let stored = files.one(name);
        let whole = get(&service, &stored.id).bytes().unwrap();
        let size = whole.len();
        let part = |range: &str| ask(&service, &stored.id).header("range", range).send().unwrap();
        for (range, from, to) in [
            ("bytes=0-0".to_owned(), 0, 1),
            ("bytes=2880-5759".to_owned(), 2880, 5760),
            (format!("bytes={}-", size - 1), size - 1, size),
            (format!("bytes=-{}", 2880), size - 2880, size),
            (format!("bytes=-{}", size * 2), 0, size),
            (format!("bytes=100000-{}", size * 3), 100_000, size),
        ] {
            let response = part(&range);
            assert_eq!(response.status(), 206, "{name} {range}");
            let said = header(&response, "content-range");
            assert_eq!(said, format!("bytes {from}-{}/{size}", to - 1));
            assert_eq!(header(&response, "content-length"), (to - from).to_string());
            assert!(response.bytes().unwrap() == whole[from..to], "{name} {range}");
        }
        for range in [format!("bytes={size}-"), "bytes=-0".to_owned()] {
            let response = part(&range);
            assert_eq!(header(&response, "content-range"), format!("bytes */{size}"));
            let (status, text) = refusal(response);
            assert!(status == 416 && text.contains("[S058]"), "{status} {text}");
        }
        for range in ["bytes=5-2", "lines=0-1", "bytes=x", "bytes=0-,0-,0-"] {
            let response = part(range);
            assert_eq!(response.status(), 200, "{range}");
            assert!(response.bytes().unwrap() == whole);
        }
        // HEAD has no ranges.
        let head = client().head(url(&service, &stored.id)).header("range", "bytes=0-0");
        assert_eq!(head.send().unwrap().status(), 200);
    }
}

#[test]
fn conditions_are_those_of_the_file() {
    let files = Files::sqlite();
    let service = open(&files);
    let stored = files.one("visit_101_1");
    let first = get(&service, &stored.id);
    let (tag, date) = (header(&first, "etag"), header(&first, "last-modified"));
    let old = "Mon, 01 Jan 2001 00:00:00 GMT";
    for (name, value, range, status) in [
        ("if-none-match", tag.as_str(), "", 304),
        ("if-none-match", "*", "", 304),
        ("if-none-match", "\"other\", W/\"more\"", "", 200),
        ("if-none-match", tag.as_str(), "bytes=0-9", 304),
        ("if-modified-since", date.as_str(), "", 304),
        ("if-modified-since", old, "", 200),
        ("if-modified-since", "yesterday", "", 200),
        ("if-match", tag.as_str(), "", 200),
        ("if-match", "\"other\"", "", 412),
        ("if-unmodified-since", old, "", 412),
        ("if-unmodified-since", date.as_str(), "", 200),
        ("if-range", tag.as_str(), "bytes=0-9", 206),
        ("if-range", date.as_str(), "bytes=0-9", 206),
        ("if-range", "\"other\"", "bytes=0-9", 200),
        ("if-range", old, "bytes=0-9", 200),
        ("if-range", "nonsense", "bytes=0-9", 200),
    ] {
        let mut request = ask(&service, &stored.id).header(name, value);
        if !range.is_empty() {
            request = request.header("range", range);
        }
        let response = request.send().unwrap();
        assert_eq!(response.status(), status, "{name}: {value} {range}");
        if status == 304 {
            assert_eq!(header(&response, "etag"), tag);
            assert_eq!(response.bytes().unwrap().len(), 0);
        }
    }
    // Other bytes have another tag, even where size and second are the same.
    let bytes = fs::read(&stored.file).unwrap();
    fs::write(&stored.file, &bytes).unwrap();
    let second = get(&service, &stored.id);
    assert_ne!(header(&second, "etag"), tag);
}

#[test]
fn other_clients_read_what_they_need() {
    let files = Files::sqlite();
    let service = open(&files);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve_support/files.py");
    let said = output(
        Command::new(python())
            .arg(script)
            .arg(url(&service, ""))
            .arg(files.repository.root.join("stored.json")),
    );
    println!("{said}");
    assert!(said.ends_with("all is well\n"), "{said}");
    // curl goes on where a download broke off.
    let stored = files.one("coadd_RICE_1");
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let whole = get(&service, &stored.id).bytes().unwrap();
    fs::write(&place, &whole[..50_000]).unwrap();
    let curl = ["-sS", "--fail", "-C", "-", "-o"];
    output(Command::new("curl").args(curl).arg(&place).arg(url(&service, &stored.id)));
    assert_eq!(sha256(&fs::read(&place).unwrap()), stored.sha256);
    // And takes the name that the service gives.
    let named = ["-sS", "--fail", "-OJ"];
    output(Command::new("curl").current_dir(&folder).args(named).arg(url(&service, &stored.id)));
    let name = stored.file.file_name().unwrap();
    assert_eq!(sha256(&fs::read(folder.path().join(name)).unwrap()), stored.sha256);
}

#[test]
fn nothing_leaves_the_datastore() {
    let files = Files::sqlite();
    let root = files.repository.root.clone();
    let secret = root.parent().unwrap().join("secret.fits");
    fs::write(&secret, "a secret").unwrap();
    symlink(root.parent().unwrap(), root.join("folder")).unwrap();
    symlink(&secret, root.join("link.fits")).unwrap();
    output(Command::new("mkfifo").arg(root.join("fifo.fits")));
    let service = serve(&files, &[]);
    // Ingested without a copy, in a folder that nobody named.
    refused(&service, &files.one("direct").id, 403, "S055");
    refused(&service, &files.one("linked").id, 403, "S055");
    for (place, status, code) in [
        ("../secret.fits", 403, "S055"),
        ("FileCam/../../secret.fits", 403, "S055"),
        ("%2e%2e/secret.fits", 403, "S055"),
        ("folder/secret.fits", 403, "S055"),
        ("link.fits", 403, "S055"),
        ("/etc/passwd", 403, "S055"),
        ("file:///etc/passwd", 403, "S055"),
        ("file://localhost/etc/passwd", 403, "S055"),
        ("../secret.fits#zip-path=x", 403, "S055"),
        ("https://example.org/secret", 403, "S055"),
        ("s3://bucket/secret", 403, "S055"),
        ("FileCam", 404, "S053"),
        ("", 404, "S053"),
        ("fifo.fits", 404, "S053"),
        ("nothing/there.fits", 404, "S053"),
        ("zips#zip-path=x", 404, "S053"),
        ("butler.yaml#zip-path=x", 503, "S057"),
        ("https://example.org/a.zip#zip-path=x", 501, "S056"),
    ] {
        let id = move_record(&files, "visit_101_0", place);
        let text = refused(&service, &id, status, code);
        assert!(!text.contains("secret") && !text.contains("passwd"), "{text}");
    }
    let zip = files.one("zip_stored").file.strip_prefix(&root).unwrap().display().to_string();
    let id = move_record(&files, "visit_101_0", &format!("{zip}#zip-path=../../etc/passwd"));
    refused(&service, &id, 404, "S053");
    // Paths in the request are no paths of files.
    let address = service.base.strip_prefix("http://").unwrap().strip_suffix("/tap").unwrap();
    for place in ["/files/../../etc/passwd", "/files/..%2f..%2fetc%2fpasswd", "/files//etc/passwd"]
    {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {place} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404 "), "{place}: {answer}");
        assert!(!answer.contains("root:"), "{answer}");
    }
    // With the folder named, a link may lead there, and nowhere else.
    let service = open(&files);
    assert_eq!(get(&service, &files.one("linked").id).status(), 200);
    let id = move_record(&files, "visit_101_0", "link.fits");
    refused(&service, &id, 403, "S055");
}

#[test]
fn names_stay_in_their_header() {
    let files = Files::sqlite();
    let service = serve(&files, &[]);
    for name in
        ["a\r\nSet-Cookie: x=y.fits", "q\"; filename=\"x.html", "β \u{202e}.fits", "a b%.fits"]
    {
        let place = files.repository.root.join(name);
        fs::write(&place, "some bytes").unwrap();
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let id = move_record(&files, "visit_101_0", &encoded);
        let response = get(&service, &id);
        assert_eq!(response.status(), 200, "{name}");
        assert!(!response.headers().contains_key("set-cookie"));
        let said = header(&response, "content-disposition");
        assert!(said.starts_with("attachment; filename=\"") && said.is_ascii(), "{said}");
        assert_eq!(response.text().unwrap(), "some bytes");
        // A client that reads RFC 6266 finds the name again, with what could hurt replaced.
        let read = "import email.message, sys\nm = email.message.Message()\n\
                    m['content-disposition'] = sys.argv[1]\nprint(m.get_filename())";
        let found = output(Command::new(python()).args(["-c", read, &said]));
        let plain: String = name.chars().map(|c| if c.is_control() { '_' } else { c }).collect();
        let fallback = plain.replace(|c: char| c == '"' || !c.is_ascii(), "_");
        assert!([plain, fallback].contains(&found.trim_end_matches('\n').to_owned()), "{found}");
    }
}

#[test]
fn the_operator_decides() {
    let files = Files::sqlite();
    let id = files.one("visit_101_0").id.clone();
    let off = serve(&files, &["--files", "off"]);
    assert!(refused(&off, &id, 404, "S050").contains("gives no files"));
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("settings.yaml");
    fs::write(&settings, "files:\n  local: false\n  folders: [/srv]\n").unwrap();
    let remote = serve(&files, &["--settings", settings.to_str().unwrap()]);
    refused(&remote, &id, 403, "S055");
    fs::write(&settings, "files: off\n").unwrap();
    let service = serve(&files, &["--settings", settings.to_str().unwrap()]);
    refused(&service, &id, 404, "S050");
    // Who may not ask is told nothing of datasets.
    let tokens = folder.path().join("tokens");
    fs::write(&tokens, "hush-hush-hush-hush ann\n").unwrap();
    output(Command::new("chmod").arg("600").arg(&tokens));
    let service = serve(&files, &["--tokens", tokens.to_str().unwrap()]);
    refused(&service, &id, 401, "S040");
    let known = ask(&service, &id).bearer_auth("hush-hush-hush-hush").send().unwrap();
    assert_eq!(known.status(), 200);
    assert_eq!(header(&known, "cache-control"), "private, no-cache");
    // The repository by its alias, and by its configuration; the database alone does not know its files.
    let index = folder.path().join("index.yaml");
    let root = files.repository.root.display();
    fs::write(&index, format!("files: {root}\n")).unwrap();
    let named = |name: &str| {
        let variables = vec![("DAF_BUTLER_REPOSITORY_INDEX", index.display().to_string())];
        Served::new(Path::new(name), &files.mapping).within(variables).start_alone()
    };
    assert_eq!(get(&named("files"), &id).status(), 200);
    assert_eq!(get(&named(&format!("{root}/butler.yaml")), &id).status(), 200);
    refused(&named(&files.repository.database), &id, 404, "S050");
    // A datastore of a kind that is not known is said at the start, and is no hindrance.
    let yaml = files.repository.root.join("butler.yaml");
    let text = fs::read_to_string(&yaml).unwrap();
    fs::write(&yaml, text.replace("FileDatastore\n", "SasquatchDatastore\n")).unwrap();
    let service = serve(&files, &[]);
    assert!(service.log().contains("S059"), "{}", service.log());
    refused(&service, &id, 404, "S053");
}

#[test]
fn what_is_damaged_is_not_taken_for_whole() {
    let files = Files::sqlite();
    let stored = files.one("zip_deflated");
    let service = serve(&files, &[]);
    let sound = get(&service, &stored.id).bytes().unwrap();
    let packed = fs::read(&stored.file).unwrap();
    // A byte that the checksum of the member tells, and what is left of a zip without its directory.
    let mut broken = packed.clone();
    broken[packed.len() / 2] ^= 0x10;
    fs::write(&stored.file, &broken).unwrap();
    let mut response = get(&service, &stored.id);
    let mut bytes = Vec::new();
    assert!(response.read_to_end(&mut bytes).is_err(), "{} bytes", bytes.len());
    assert!(bytes.len() < sound.len());
    fs::write(&stored.file, &packed[..packed.len() / 2]).unwrap();
    let text = refused(&service, &stored.id, 503, "S057");
    assert!(!text.contains(".zip"), "{text}");
    assert!(service.log().contains("a file of a datastore cannot be read"), "{}", service.log());
}

#[test]
fn queries_that_take_long_keep_nobody_from_a_file() {
    let files = Files::sqlite();
    let limits = ["--limits-queries", "1", "--limits-queue-time", "1s", "--limits-sync-time", "8s"];
    let service = serve(&files, &limits);
    let slow = "SELECT COUNT(*) AS n FROM butler.dataset AS a, butler.dataset AS b, butler.dataset AS c, \
                butler.dataset AS d, butler.dataset AS e, butler.dataset AS f, butler.dataset AS g WHERE \
                a.ingest_date < b.ingest_date OR c.ingest_date > d.ingest_date OR e.run < f.run OR g.run < a.run";
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| service.post("/sync", &[("LANG", "ADQL"), ("QUERY", slow)]));
        std::thread::sleep(Duration::from_millis(500));
        // A second query finds no turn; files are given at once.
        assert_eq!(service.sync("SELECT TOP 1 obs_id FROM ivoa.ObsCore").status(), 503);
        assert!(!asked.is_finished());
        let began = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    assert_eq!(get(&service, &files.one("notes").id).status(), 200);
                });
            }
        });
        assert!(!asked.is_finished() && began.elapsed() < Duration::from_secs(5));
    });
}

/// A line of the kernel about a process, in kilobytes.
fn kilobytes(service: &Serving, key: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", service.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// How many files a process has open below a folder.
fn open_files(service: &Serving, folder: &Path) -> usize {
    fs::read_dir(format!("/proc/{}/fd", service.pid()))
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter(|target| target.starts_with(folder) && target.ends_with("large.fits"))
        .count()
}

#[test]
fn many_at_once_take_no_memory_and_leave_nothing() {
    const SIZE: u64 = 200 << 20;
    const CLIENTS: usize = 12;
    let files = Files::sqlite();
    let root = &files.repository.root;
    let large = fs::File::create(root.join("large.fits")).unwrap();
    large.set_len(SIZE).unwrap();
    large.write_all_at(b"the end", SIZE - 7).unwrap();
    let id = move_record(&files, "visit_101_0", "large.fits");
    let service = serve(&files, &[]);
    get(&service, &files.one("notes").id);
    let before = kilobytes(&service, "VmRSS");
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut response = get(&service, &id);
                let (mut buffer, mut count, mut last) = (vec![0; 1 << 20], 0, Vec::new());
                loop {
                    let read = response.read(&mut buffer).unwrap();
                    if read == 0 {
                        break;
                    }
                    count += read as u64;
                    last.extend_from_slice(&buffer[..read]);
                    last.drain(..last.len().saturating_sub(7));
                }
                assert!(count == SIZE && last == b"the end");
            });
        }
    });
    let most = kilobytes(&service, "VmHWM");
    println!("{before} kB before, {most} kB at most, for {CLIENTS} times {} MB", SIZE >> 20);
    assert!(most - before < 60 << 10, "{before} kB, then {most} kB");
    // Those who leave in the middle leave no open file behind.
    for _ in 0..5 {
        let mut response = get(&service, &id);
        response.read_exact(&mut [0; 1000]).unwrap();
        assert!(open_files(&service, root) > 0);
    }
    let began = Instant::now();
    while open_files(&service, root) > 0 {
        assert!(began.elapsed() < Duration::from_secs(20), "files stay open");
        std::thread::sleep(Duration::from_millis(20));
    }
    // A file that is cut while it is given breaks off, and is not taken for whole.
    let mut response = get(&service, &id);
    response.read_exact(&mut [0; 1000]).unwrap();
    large.set_len(SIZE / 2).unwrap();
    assert!(response.read_to_end(&mut Vec::new()).is_err());
}
