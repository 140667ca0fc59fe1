//! `cutout`: the part of a FITS file that a shape on the sky touches; and the back-end protocol.

use std::io::Read;
use std::path::PathBuf;

use super::output::{Terminal, product};
use super::{Failure, Outcome};
use crate::cutout::{self, Backend, Dataset, Input, Job, Limits, Stencil, VERSION};
use crate::diag::{CODES, Diagnostic, Result};

/// Cut out of a FITS image what a shape on the sky touches.
///
/// All images that have celestial coordinates are cut, and those of the same size beside them. Shapes are in
/// degrees of ICRS. With --job it is a back-end of the service's protocol: a job in, an outcome out, both JSON.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("shape").args(["circle", "polygon", "range"]))]
pub struct Arguments {
    /// The FITS file, plain or gzip'ed, or an http(s) URL.
    #[arg(required_unless_present = "job", requires = "shape", requires = "output")]
    file: Option<String>,
    /// Longitude, latitude and radius.
    #[arg(
        long,
        value_name = "LON,LAT,RADIUS",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    circle: Vec<f64>,
    /// Longitude and latitude of each vertex.
    #[arg(
        long,
        value_name = "LON,LAT,LON,LAT,…",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    polygon: Vec<f64>,
    /// First and last longitude, eastwards, first and last latitude.
    #[arg(
        long,
        value_name = "LON,LON,LAT,LAT",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    range: Vec<f64>,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Do the job in this file, `-` for standard input, and write its outcome to standard output.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "shape", "output"])]
    job: Option<PathBuf>,
    /// Most pixels of the result.
    #[arg(long, value_name = "N", default_value_t = Limits::default().pixels)]
    most_pixels: u64,
}

pub async fn run(arguments: Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let limits = Limits { pixels: arguments.most_pixels, ..Limits::default() };
    let backend = Backend::Builtin(limits);
    if let Some(file) = &arguments.job {
        let outcome = match read(file).and_then(|text| Job::read(&text)) {
            Ok(job) => backend.run(&job).await,
            Err(diagnostic) => cutout::Outcome::failed(&diagnostic),
        };
        let text = serde_json::to_string(&outcome).unwrap_or_default();
        product(&format!("{text}\n"), None)?;
        return Ok(Outcome::Done);
    }
    let job = job(arguments)?;
    match backend.run(&job).await {
        cutout::Outcome::Made { images, .. } => {
            for cut in images {
                let [x, y] = cut.first;
                let axes: Vec<String> = cut.axes.iter().map(u64::to_string).collect();
                let (hdu, name, size) = (cut.hdu, cut.name, axes.join(" x "));
                terminal
                    .note(format!("HDU {hdu} {name}: {size} pixels from ({x}, {y})").trim_end());
            }
            Ok(Outcome::Done)
        }
        cutout::Outcome::NoOverlap => {
            Err(Box::new(Diagnostic::error("C006", "the shape touches no image of the file"))
                .into())
        }
        cutout::Outcome::Failed { message, code } => {
            let code =
                CODES.iter().copied().flatten().find(|known| Some(known.code) == code.as_deref());
            Err(Box::new(Diagnostic::error(code.map_or("C007", |code| code.code), message)).into())
        }
    }
}

fn job(arguments: Arguments) -> Result<Job> {
    let numbers = |count: usize, name: &str, got: &[f64]| {
        let message = format!("--{name} takes {count} numbers, not {}", got.len());
        Box::new(Diagnostic::error("C005", message))
    };
    let stencil = if !arguments.circle.is_empty() {
        let circle =
            arguments.circle.try_into().map_err(|got: Vec<f64>| numbers(3, "circle", &got))?;
        Stencil::Circle(circle)
    } else if !arguments.range.is_empty() {
        let range =
            arguments.range.try_into().map_err(|got: Vec<f64>| numbers(4, "range", &got))?;
        Stencil::Range(range)
    } else {
        Stencil::Polygon(arguments.polygon)
    };
    let file = arguments.file.unwrap_or_default();
    let is_url = ["http://", "https://"].iter().any(|scheme| file.starts_with(scheme));
    Ok(Job {
        version: VERSION,
        input: vec![if is_url { Input::Url(file) } else { Input::Path(file.into()) }],
        dataset: Dataset::default(),
        stencils: vec![stencil],
        output: arguments.output.unwrap_or_default(),
        provenance: indexmap::IndexMap::new(),
    })
}

fn read(file: &std::path::Path) -> Result<String> {
    let mut text = String::new();
    let read = if file == std::path::Path::new("-") {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(file).map(|read| text = read)
    };
    let failed = |error| {
        let message = format!("the job `{}` cannot be read: {error}", file.display());
        Box::new(Diagnostic::error("C001", message))
    };
    read.map_err(failed)?;
    Ok(text)
}
