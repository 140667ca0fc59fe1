//! Cutouts against astropy: pixels, headers, coordinates, and the box against brute force.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use std::fs::File;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use obscore_view::cutout::{Backend, Dataset, Input, Job, Limits, Stencil, VERSION};
use obscore_view::fits::read_hdus;
use obscore_view::wcs::Wcs;
use serde_json::{Value, json};
use support::python::{output, script};

fn job(file: &Path, stencil: Stencil, output: &Path) -> Job {
    Job {
        version: VERSION,
        input: vec![Input::Path(file.to_owned()).into()],
        dataset: Dataset::default(),
        stencils: vec![stencil],
        output: output.to_owned(),
        provenance: IndexMap::new(),
    }
}

/// The files of `cutout_make.py`, in a folder of their own.
fn made() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    output(script("cutout_make.py").arg(folder.path()));
    let path = folder.path().to_owned();
    (folder, path)
}

/// Directions of a grid of places of each image with coordinates.
fn sky(folder: &Path, name: &str) -> Value {
    let mut file = File::open(folder.join(name)).unwrap();
    let Ok(hdus) = read_hdus(&mut file) else {
        // The same file without gzip.
        return sky(folder, "mef.fits");
    };
    let (wcs, (width, height)) = hdus
        .iter()
        .enumerate()
        .find_map(|(number, hdu)| {
            Some((Wcs::of(&hdu.header).unwrap()?, hdu.image(number).unwrap()?.plane()))
        })
        .unwrap();
    let [width, height] = [width, height].map(|side| f64::from(u32::try_from(side).unwrap()));
    let places: Vec<(f64, f64)> = (0..=20)
        .flat_map(|i| (0..=20).map(move |j| (f64::from(i) / 20.0, f64::from(j) / 20.0)))
        .map(|(x, y)| (x * width + 0.5, y * height + 0.5))
        .collect();
    let directions: Vec<Option<[f64; 3]>> =
        places.iter().map(|(x, y)| wcs.direction(*x, *y).map(|v| [v.x, v.y, v.z])).collect();
    json!({"places": places, "directions": directions})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cutouts_are_those_of_astropy() {
    let (_kept, folder) = made();
    let jobs: Vec<Value> =
        serde_json::from_str(&std::fs::read_to_string(folder.join("jobs.json")).unwrap()).unwrap();
    let backend = Backend::Builtin(Limits::default());
    let mut done = Vec::new();
    let mut places = serde_json::Map::new();
    for (number, asked) in jobs.iter().enumerate() {
        let name = asked["file"].as_str().unwrap();
        if !places.contains_key(name) {
            places.insert(name.to_owned(), sky(&folder, name));
        }
        let stencil: Stencil = serde_json::from_value(asked["stencil"].clone()).unwrap();
        let job = job(&folder.join(name), stencil, &folder.join(format!("{number}.fits")));
        done.push(backend.run(&job).await);
    }
    std::fs::write(folder.join("done.json"), serde_json::to_vec(&done).unwrap()).unwrap();
    std::fs::write(folder.join("sky.json"), serde_json::to_vec(&places).unwrap()).unwrap();
    let figures = output(script("cutout_check.py").arg(&folder));
    println!("{figures}");
    let figures: Value = serde_json::from_str(&figures).unwrap();
    assert!(figures["cutouts"].as_u64().unwrap() > 500, "{figures}");
    assert!(figures["no_overlap"].as_u64().unwrap() > 50, "{figures}");
}
