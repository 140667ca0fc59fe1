//! `cutout`: the part of a FITS file that a shape on the sky touches; and the back-end protocol.

use std::io::Read;
use std::path::{Path, PathBuf};

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
    #[arg(long, value_name = "LON,LAT,RADIUS", value_delimiter = ',', allow_hyphen_values = true)]
    circle: Vec<f64>,
    /// Longitude and latitude of each vertex.
    #[arg(
        long,
        value_name = "LON,LAT,LON,LAT,…",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    polygon: Vec<f64>,
    /// First and last longitude, eastwards, first and last latitude.
    #[arg(long, value_name = "LON,LON,LAT,LAT", value_delimiter = ',', allow_hyphen_values = true)]
    range: Vec<f64>,
    /// The file to write, `-` for standard output.
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
    let mut job = job(arguments)?;
    // What is on standard output is whole or not there at all: it is made in a folder first.
    let folder = (job.output == Path::new("-")).then(tempfile::tempdir).transpose();
    let folder = folder.map_err(|error| unwritten(&error))?;
    match &folder {
        Some(folder) => job.output = folder.path().join("cutout.fits"),
        None => not_over_input(&job)?,
    }
    match backend.run(&job).await {
        cutout::Outcome::Made { images, .. } => {
            if folder.is_some() {
                show(&job.output)?;
            }
            for cut in images {
                let [x, y] = cut.first;
                let axes: Vec<String> = cut.axes.iter().map(u64::to_string).collect();
                let name = if cut.name.is_empty() { cut.name } else { format!(" ({})", cut.name) };
                let (hdu, size) = (cut.hdu, axes.join(" x "));
                terminal.note(&format!("HDU {hdu}{name}: {size} pixels from ({x}, {y})"));
            }
            Ok(Outcome::Done)
        }
        cutout::Outcome::NoOverlap => {
            Err(Box::new(Diagnostic::error("C006", "the shape touches no image of the file"))
                .into())
        }
        cutout::Outcome::Failed { message, code, .. } => {
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
        input: vec![if is_url { Input::Url(file) } else { Input::Path(file.into()) }.into()],
        dataset: Dataset::default(),
        stencils: vec![stencil],
        output: arguments.output.unwrap_or_default(),
        provenance: indexmap::IndexMap::new(),
    })
}

/// An output that is the input, by whatever name, would replace it.
fn not_over_input(job: &Job) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    let file = |path: &Path| std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    let output = file(&job.output);
    let is_input = |place: &Input| match place {
        Input::Path(path) => output.is_some() && file(path) == output,
        Input::Url(_) => false,
    };
    if job.input.iter().any(|input| is_input(&input.place)) {
        let message = format!("the output `{}` is the input", job.output.display());
        let error = Diagnostic::error("C008", message);
        return Err(Box::new(error.help("name another file: the image would be replaced")));
    }
    Ok(())
}

/// Writes a file to standard output; a reader that has left is not an error.
fn show(file: &Path) -> Result<()> {
    let copied = std::fs::File::open(file)
        .and_then(|mut file| std::io::copy(&mut file, &mut std::io::stdout().lock()));
    match copied {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(unwritten(&error)),
        _ => Ok(()),
    }
}

#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
fn unwritten(error: &std::io::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("C008", format!("the cutout cannot be written: {error}")))
}

fn read(file: &Path) -> Result<String> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
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
