//! Jobs and outcomes: the documents that back-ends read and write.
//!
//! In and out: JSON (docs/cutout-backends.md). A key that is not known is an error, so that a back-end never
//! leaves out what it was asked for without a word.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Result};
use crate::geom::{Region, ShapeError, circle_degrees, polygon_degrees, range_degrees};

/// The version of the documents.
pub const VERSION: u32 = 1;

/// What to cut, and where the result goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// [`VERSION`].
    pub version: u32,
    /// The files of the dataset.
    pub input: Vec<InputFile>,
    /// What the dataset is.
    #[serde(default)]
    pub dataset: Dataset,
    /// Shapes, one for each result; back-ends of version 1 get one.
    pub stencils: Vec<Stencil>,
    /// The file to write; its folder exists.
    pub output: PathBuf,
    /// Said in the result as `key: value`.
    #[serde(default)]
    pub provenance: IndexMap<String, String>,
}

/// A file of a dataset, and what of it is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenInput", into = "WrittenInput")]
pub struct InputFile {
    /// Where it is.
    pub place: Input,
    /// The component of a composite that was taken apart; `None` where the file is the whole dataset.
    pub component: Option<String>,
}

/// Where a file of a dataset is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// On this machine.
    Path(PathBuf),
    /// At an http or https URL, which may carry rights of its own: not to be written anywhere.
    Url(String),
}

impl From<Input> for InputFile {
    /// The whole dataset.
    fn from(place: Input) -> Self {
        Self { place, component: None }
    }
}

/// An input as a job has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default)]
    component: Option<String>,
}

impl TryFrom<WrittenInput> for InputFile {
    type Error = &'static str;

    fn try_from(written: WrittenInput) -> Result<Self, Self::Error> {
        let place = match (written.path, written.url) {
            (Some(path), None) => Input::Path(path),
            (None, Some(url)) => Input::Url(url),
            _ => return Err("an input has either `path` or `url`"),
        };
        Ok(Self { place, component: written.component })
    }
}

impl From<InputFile> for WrittenInput {
    fn from(file: InputFile) -> Self {
        let (path, url) = match file.place {
            Input::Path(path) => (Some(path), None),
            Input::Url(url) => (None, Some(url)),
        };
        Self { path, url, component: file.component }
    }
}

/// A dataset as the Butler knows it; what is not known is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dataset {
    /// UUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Publisher DID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did: Option<String>,
    /// Dataset type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_type: Option<String>,
    /// Storage class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// RUN collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Dimension → value.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub data_id: serde_json::Map<String, serde_json::Value>,
}

/// A shape on the sky, in degrees of ICRS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Stencil {
    /// Longitude and latitude of the centre, radius.
    Circle([f64; 3]),
    /// Longitude and latitude of each vertex; edges are great circles, the inside is the smaller side.
    Polygon(Vec<f64>),
    /// First and last longitude, eastwards, then first and last latitude.
    Range([f64; 4]),
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcome {
    /// The file is there.
    Made {
        /// Its media type.
        media_type: String,
        /// What was cut, as far as the back-end tells.
        #[serde(default)]
        images: Vec<Cut>,
    },
    /// No pixel touches the shape; there is no file.
    NoOverlap,
    /// There is no file.
    Failed {
        /// Why: for the user where there is a fault, else for the operator.
        message: String,
        /// Whose fault it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<Fault>,
        /// The code of the diagnostic, from the built-in back-end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
}

/// Why a back-end did not make a cutout, where the user is to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// It does not make what was asked for, or not of this file.
    Usage,
    /// It may at another time.
    Unavailable,
}

/// An image that was cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// Number of its HDU in the input, from 0.
    pub hdu: usize,
    /// EXTNAME; empty without one.
    #[serde(default)]
    pub name: String,
    /// First pixel of the box in the input, from 1, along NAXIS1 and NAXIS2.
    pub first: [u64; 2],
    /// Pixels along each axis.
    pub axes: Vec<u64>,
}

/// What a job of any version has.
#[derive(Deserialize)]
struct Versioned {
    version: serde_json::Value,
}

impl Job {
    /// Reads a job.
    ///
    /// # Errors
    /// C001: it is not JSON, has unknown keys, or is of another version.
    pub fn read(text: &str) -> Result<Self> {
        let wrong = |message: String| {
            Diagnostic::error("C001", message).help("docs/cutout-backends.md has the keys of a job")
        };
        // Another version has other keys.
        if let Ok(Versioned { version }) = serde_json::from_str(text)
            && version != VERSION
        {
            return Err(Box::new(wrong(format!("the job is of version {version}, not {VERSION}"))));
        }
        serde_json::from_str(text)
            .map_err(|error| Box::new(wrong(format!("the job cannot be read: {error}"))))
    }

    /// The one shape of the job.
    ///
    /// # Errors
    /// C001: there is none, or there are several.
    pub fn stencil(&self) -> Result<&Stencil> {
        match self.stencils.as_slice() {
            [only] => Ok(only),
            all => Err(Box::new(
                Diagnostic::error("C001", format!("the job has {} stencils", all.len()))
                    .help("each result has one stencil: make a job of each"),
            )),
        }
    }
}

impl Stencil {
    /// The shape.
    ///
    /// # Errors
    /// C005: its numbers are not one.
    pub fn region(&self) -> Result<Region> {
        let region = match self {
            Self::Circle([lon, lat, radius]) => circle_degrees(*lon, *lat, *radius),
            Self::Polygon(numbers) => match numbers.as_chunks::<2>() {
                (pairs, []) => polygon_degrees(
                    &pairs.iter().map(|[lon, lat]| (*lon, *lat)).collect::<Vec<_>>(),
                ),
                _ => Err(ShapeError::TooFewVertices { count: numbers.len() / 2 }),
            },
            Self::Range([west, east, south, north]) => {
                range_degrees((*west, *east), (*south, *north))
            }
        };
        region.map_err(|error| {
            Box::new(Diagnostic::error("C005", format!("the stencil is no shape: {error}")))
        })
    }

    /// The shape as DALI writes it.
    pub fn text(&self) -> String {
        let (name, numbers) = match self {
            Self::Circle(numbers) => ("CIRCLE", numbers.as_slice()),
            Self::Polygon(numbers) => ("POLYGON", numbers.as_slice()),
            Self::Range(numbers) => ("RANGE", numbers.as_slice()),
        };
        numbers.iter().fold(name.to_owned(), |text, number| format!("{text} {number}"))
    }
}

impl Outcome {
    /// What a diagnostic says.
    pub fn failed(diagnostic: &Diagnostic) -> Self {
        let mut message = diagnostic.message.clone();
        for help in &diagnostic.help {
            message.push_str("; ");
            message.push_str(help);
        }
        // What the others tell of commands and disks is the operator's.
        let is_usage = matches!(diagnostic.code, "C002" | "C003" | "C004" | "C005");
        let fault = is_usage.then_some(Fault::Usage);
        Self::Failed { message, fault, code: Some(diagnostic.code.to_owned()) }
    }

    /// Pixels of all images.
    pub fn pixels(&self) -> u64 {
        match self {
            Self::Made { images, .. } => {
                images.iter().map(|cut| cut.axes.iter().product::<u64>()).sum()
            }
            _ => 0,
        }
    }
}
