//! Findings of family L, each from a mapping or a registry that has the flaw, and the vocabularies
//! against what others keep.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod deploy_support;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use deploy_support::{MAPPING, Place, codes, only};
use obscore_view::deploy::check::ucd_words;
use obscore_view::geom::{Circle, Region, Vector3};
use obscore_view::region::encode_base64;
use support::python::{output, python};

/// The codes of family L of a quick check, and those blocks of the report that have `code`.
fn quick(place: &Place, mapping: &str) -> (Vec<String>, String) {
    let run = place.check(mapping, &["--quick"]);
    assert!(run.code < 2, "{}", run.err);
    let found = codes(&run.out).into_iter().filter(|code| code.starts_with('L')).collect();
    (found, place.plain(&run.out))
}

#[test]
fn flaws_of_a_mapping() {
    let place = Place::sqlite();
    let usual = quick(&place, &place.mapping(MAPPING)).0;
    assert_eq!(usual, ["L011"], "a mapping without a flaw but one instrument without facility");
    let range = "  g: [402.0e-9, 552.0e-9]";
    let did = "ivo://example.org/test?{id}";
    let level = "  visit_image:\n    dataproduct_type: image\n    calib_level: 2";
    for (name, code, changes) in [
        (
            "product_type",
            "L001",
            vec![("  raw:\n    dataproduct_type: image", "  raw:\n    dataproduct_type: Image")],
        ),
        (
            "calib_level",
            "L002",
            vec![(level, "  visit_image:\n    dataproduct_type: image\n    calib_level: 5")],
        ),
        ("ucd_form", "L003", vec![("phot.flux.density", "phot.flux.density; em.opt")]),
        ("ucd_empty_word", "L003", vec![("phot.flux.density", "phot.flux.density;")]),
        ("ucd_word", "L004", vec![("phot.flux.density", "phot.flux_density")]),
        ("ucd_first", "L004", vec![("phot.flux.density", "em.opt")]),
        ("ucd_not_first", "L004", vec![("phot.flux.density", "phot.flux.density;arith.factor")]),
        ("wrong_order", "L006", vec![(range, "  g: [552.0e-9, 402.0e-9]")]),
        ("nanometres", "L007", vec![(range, "  g: [402.0, 552.0]")]),
        ("media_type", "L008", vec![("access_format: image/fits", "access_format: FITS image")]),
        ("shared_did", "L009", vec![(did, "ivo://example.org/test?{dataset_type}")]),
        ("not_ivo", "L010", vec![(did, "butler://example.org/test?{id}")]),
        ("authority", "L010", vec![(did, "ivo://x/test?{id}")]),
        ("blank", "L010", vec![(did, "ivo://example.org/my test?{id}")]),
        ("facility", "L011", vec![("SynthCam: \"Test", "SynthKam: \"Test")]),
        (
            "fallback",
            "L012",
            vec![("facility_name: Test", "facility_name: Test\nfallback_instrument: LSSTCam")],
        ),
        (
            "no_obs_id",
            "L013",
            vec![("    obs_id_fmt: \"{instrument}:{records[visit].name}\"\n", "")],
        ),
        ("no_did", "L013", vec![("obs_publisher_did_fmt: \"ivo://example.org/test?{id}\"\n", "")]),
    ] {
        let (found, report) = quick(&place, &place.changed(&changes));
        assert!(found.contains(&code.to_owned()), "{name}: {found:?}");
        let others: Vec<&String> =
            found.iter().filter(|one| *one != code && *one != "L011").collect();
        assert!(others.is_empty(), "{name} gives {others:?} too");
        insta::assert_snapshot!(name, only(&report, code));
    }
}

#[test]
fn polarization_states() {
    let place = Place::sqlite();
    let mapping = |states: &str| {
        let text = format!("{MAPPING}obscore_view: {{columns: {{pol_states: {states:?}}}}}\n");
        quick(&place, &place.mapping(&text))
    };
    for good in ["/I/", "/I/Q/U/V/", "/XX/YY/", "/POLI/POLA/"] {
        assert_eq!(mapping(good).0, ["L011"], "{good}");
    }
    for bad in ["I", "/I", "//", "/I,Q/", "/Q/I/", "/I/I/"] {
        assert!(mapping(bad).0.contains(&"L005".to_owned()), "{bad}");
    }
    insta::assert_snapshot!("pol_states", only(&mapping("/Q/I/").1, "L005"));
}

#[test]
fn filters_without_wavelengths() {
    let place = Place::sqlite();
    let run = place.check(&place.mapping(MAPPING), &[]);
    insta::assert_snapshot!(only(&place.plain(&run.out), "L023"));
}

#[test]
fn flaws_of_rows() {
    let said = Place::both().map(|place| {
        let mut said = Vec::new();
        let full = |mapping: &str| {
            let run = place.check(mapping, &[]);
            assert!(run.code < 2, "{}", run.err);
            place.plain(&run.out)
        };
        // NULL in the registry becomes the text None, as in Butler.
        let mapping = place.changed(&[("{instrument}:{records[visit].name}", "{records[visit].target_name}")]);
        said.push(only(&full(&mapping), "L014"));
        let mapping = place.changed(&[("ivo://example.org/test?{id}", "ivo://example.org/test?{instrument}")]);
        said.push(only(&full(&mapping), "L015"));
        let mapping = place.changed(&[("{instrument}:{records[exposure].obs_id}", "{records[exposure].obs_id}")]);
        said.push(only(&full(&mapping), "L016"));
        // A visit-less exposure points nowhere.
        place.sql(&format!(
            "UPDATE {} SET tracking_ra = 400.5, tracking_dec = -91 WHERE NOT EXISTS (SELECT 1 FROM {} d \
             WHERE d.instrument = exposure.instrument AND d.exposure = exposure.id)",
            place.table("exposure"),
            place.table("visit_definition")
        ));
        let text = format!("{MAPPING}obscore_view: {{visitless_position: tracking}}\n");
        said.push(only(&full(&place.mapping(&text)), "L021"));
        let text = MAPPING.replace(
            "dataset_types:\n",
            "dataset_types:\n  deep_coadd:\n    dataproduct_type: image\n    calib_level: 3\n    \
             obs_id_fmt: \"{tract}\"\n    extra_columns: {t_min: 60000.5, t_max: {template: \"{tract}\", type: float}}\n",
        );
        said.push(only(&full(&place.mapping(&text)), "L022"));
        said.join("\n\n")
    });
    assert_eq!(said[0], said[1], "the databases agree");
    insta::assert_snapshot!(said[0]);
}

#[test]
fn flaws_of_regions() {
    let polygon = |points: &[(f64, f64)]| {
        let vertex = |(lon, lat): &(f64, f64)| {
            let (lon, lat) = (lon.to_radians(), lat.to_radians());
            Vector3::new(lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin())
        };
        encode_base64(&Region::ConvexPolygon(points.iter().map(vertex).collect()))
    };
    let coincident = polygon(&[(10.0, 1.0), (11.0, 1.0), (11.000_000_1, 1.0), (10.5, 2.0)]);
    let degenerate = polygon(&[(10.0, 1.0), (11.0, 1.0), (11.000_000_1, 1.000_000_1)]);
    let north = Vector3::new(0.0, 0.0, 1.0);
    let large = encode_base64(&Region::Circle(Circle::from_chord(north, 3.0)));
    let said = Place::both().map(|place| {
        let table = place.table("visit_detector_region");
        place.sql(&format!("UPDATE {table} SET region = NULL WHERE visit > 600000"));
        let ids = place.sql(&format!(
            "SELECT DISTINCT visit FROM {table} WHERE instrument = 'SynthCam' AND detector = 0 AND \
             region IS NOT NULL ORDER BY visit LIMIT 5"
        ));
        let ids: Vec<&str> = ids.lines().collect();
        let cut = &coincident[..coincident.len() - 8];
        for (id, region) in ids.iter().zip([cut, "not base64", &coincident, &degenerate, &large]) {
            place.sql(&format!(
                "UPDATE {table} SET region = '{region}' WHERE instrument = 'SynthCam' AND detector = 0 AND visit = {id}"
            ));
        }
        let run = place.check(&place.mapping(MAPPING), &[]).expect(1);
        ["L017", "L018", "L019"].map(|code| only(&run.out, code)).join("\n\n")
    });
    assert_eq!(said[0], said[1], "the databases agree");
    insta::assert_snapshot!(said[0]);
}

#[test]
fn regions_that_are_approximated() {
    let place = Place::sqlite();
    let run = place.check(&place.mapping(MAPPING), &[]).expect(1);
    insta::assert_snapshot!(only(&run.out, "L020"));
    // With Butler's answers they have no geometry at all.
    let run = place.check(&place.mapping(MAPPING), &["--parity"]);
    assert!(!codes(&run.out).contains(&"L020".to_owned()), "{}", run.out);
}

#[test]
fn ucd_words_are_the_ivoas() {
    let file = output(Command::new(python()).args([
        "-c",
        "import astropy.utils.data as d; print(d.get_pkg_data_contents('data/ucd1p-words.txt', \
         package='astropy.io.votable'))",
    ]));
    let theirs: BTreeMap<String, char> = file
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut fields = line.split('|').map(str::trim);
            let flag = fields.next()?.chars().next()?;
            Some((fields.next()?.to_owned(), flag))
        })
        .collect();
    let ours: BTreeMap<String, char> = ucd_words().collect();
    assert_eq!(ours.len(), ucd_words().count(), "no word twice");
    println!("{} UCD words compared with astropy's list", theirs.len());
    assert!(theirs.len() > 500);
    assert_eq!(ours, theirs);
}

#[test]
fn columns_of_obscore_have_good_ucds() {
    // The checker accepts what the standard itself uses.
    let place = Place::sqlite();
    for column in obscore_view::obscore::MANDATORY.iter().chain(obscore_view::obscore::OPTIONAL) {
        if column.ucd.is_empty() {
            continue;
        }
        let mapping =
            place.changed(&[("o_ucd: phot.flux.density", &format!("o_ucd: {:?}", column.ucd))]);
        let (found, report) = quick(&place, &mapping);
        assert_eq!(found, ["L011"], "{}: {report}", column.name);
    }
}

/// Every code of the families D and L has a snapshot, or it is not known what it looks like.
#[test]
fn every_code_is_shown_by_a_test() {
    let folder = support::package().join("tests/snapshots");
    let mut shown = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_str().unwrap().starts_with("deploy_") {
            continue;
        }
        for part in std::fs::read_to_string(path).unwrap().split('[').skip(1) {
            if let Some((code, rest)) = part.split_once(']')
                && rest.starts_with(": ")
            {
                shown.insert(code.to_owned());
            }
        }
    }
    let codes = obscore_view::diag::CODES.iter().copied().flatten().map(|code| code.code);
    let lacking: Vec<&str> =
        codes.filter(|code| code.starts_with(['D', 'L']) && !shown.contains(*code)).collect();
    assert!(lacking.is_empty(), "no snapshot of {lacking:?}");
}
