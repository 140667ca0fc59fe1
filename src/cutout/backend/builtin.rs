//! The back-end of this program.
//!
//! In: a job whose input is one FITS file, plain or gzip'ed, on this machine or at a URL. Out: FITS. A plain file on
//! this machine is read where it is; others are put into a nameless temporary file first, up to a limit.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom};
use std::time::{SystemTime, UNIX_EPOCH};

use super::worker::{Body, download};
use super::{beside, blocking, failed, unwritable};
use crate::cutout::engine::{Limits, Provenance, cut};
use crate::cutout::job::{Input, Job, Outcome};
use crate::cutout::stop::Stop;
use crate::diag::{Diagnostic, Result};
use crate::time;

/// Does a job.
pub async fn run(job: &Job, limits: Limits, turn: impl Send + 'static) -> Result<Outcome> {
    let [input] = job.input.as_slice() else {
        let message = format!("the built-in back-end cuts one file, not {}", job.input.len());
        return Err(Box::new(
            Diagnostic::error("C002", message).help("another back-end may put files together"),
        ));
    };
    let job = job.clone();
    match &input.place {
        Input::Path(path) => {
            let path = path.clone();
            blocking(turn, move |stop| {
                let file =
                    File::open(&path).map_err(|error| unreadable(&path.display(), &error))?;
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                make(&job, file, &name.unwrap_or_default(), limits, stop)
            })
            .await
        }
        Input::Url(url) => {
            let response =
                reqwest::get(url.as_str()).await.and_then(reqwest::Response::error_for_status);
            // A URL may carry rights: nothing of it is told.
            let response = response.map_err(|error| {
                failed(format!("the input cannot be fetched: {}", error.without_url()))
            })?;
            let name = response.url().path().rsplit('/').next().unwrap_or_default().to_owned();
            let file =
                tempfile::tempfile().map_err(|error| unreadable(&"a temporary file", &error))?;
            let mut body = Body::new(file, limits.input);
            download(response, &mut body).await?;
            let file = body.into_file().await;
            blocking(turn, move |stop| make(&job, file, &name, limits, stop)).await
        }
    }
}

fn make(job: &Job, mut file: File, name: &str, limits: Limits, stop: &Stop) -> Result<Outcome> {
    let stencil = job.stencil()?;
    let region = stencil.region()?;
    let mut magic = [0; 2];
    file.seek(SeekFrom::Start(0)).map_err(|error| unreadable(&name, &error))?;
    let is_gzip = file.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b];
    if is_gzip {
        file = decompressed(file, name, limits.input, stop)?;
    }
    let provenance = provenance(job, name, &stencil.text());
    let mut kept = beside(&job.output)?;
    let mut out = BufWriter::with_capacity(1 << 18, kept.as_file_mut());
    let cuts = cut(&mut file, &region, &provenance, &limits, stop, &mut out)?;
    drop(out);
    let Some(images) = cuts else { return Ok(Outcome::NoOverlap) };
    kept.persist(&job.output).map_err(|error| unwritable(&job.output, &error.error))?;
    Ok(Outcome::Made { media_type: "application/fits".to_owned(), images })
}

/// A gzip'ed file as it was before.
fn decompressed(mut file: File, name: &str, most: u64, stop: &Stop) -> Result<File> {
    let wrong = |error: std::io::Error| unreadable(&name, &error);
    file.seek(SeekFrom::Start(0)).map_err(wrong)?;
    let mut plain = tempfile::tempfile().map_err(wrong)?;
    let mut reader = flate2::read::MultiGzDecoder::new(std::io::BufReader::new(stop.input(file)));
    if std::io::copy(&mut (&mut reader).take(most), &mut plain).map_err(wrong)? == most
        && reader.read(&mut [0]).map_err(wrong)? > 0
    {
        let message = format!("`{name}` has more than {most} bytes when it is decompressed");
        return Err(Box::new(Diagnostic::error("C004", message)));
    }
    Ok(plain)
}

fn provenance(job: &Job, name: &str, stencil: &str) -> Provenance {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = time::iso(i64::try_from(since.as_micros()).unwrap_or_default());
    let now = now.split('.').next().unwrap_or_default();
    let mut lines = vec![
        format!("cutout: made {now}Z by {} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
        format!("cutout: of file {name}"),
        format!("cutout: stencil {stencil} (ICRS, degrees)"),
    ];
    let known = [
        ("dataset", &job.dataset.id),
        ("did", &job.dataset.did),
        ("dataset type", &job.dataset.dataset_type),
    ];
    lines.extend(
        known.iter().filter_map(|(key, value)| Some(format!("cutout: {key} {}", value.as_ref()?))),
    );
    lines.extend(job.provenance.iter().map(|(key, value)| format!("{key}: {value}")));
    Provenance(lines)
}

fn unreadable(name: &dyn std::fmt::Display, error: &std::io::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("C002", format!("`{name}` cannot be read: {error}")))
}
