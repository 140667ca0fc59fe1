//! A map of the sky.
//!
//! In: cells with numbers of datasets. Out: SVG in the page: an equal-area (Hammer) projection with right
//! ascension 0h in the middle and growing to the left, as the sky is seen.

use super::counts::Sky;
use crate::serve::xml::Xml;

/// Half the width and half the height of the map.
const HALF: [f64; 2] = [320.0, 160.0];

/// Place of a position in degrees.
fn place(ra: f64, dec: f64) -> [f64; 2] {
    let (half, dec) = (ra.to_radians() / 2.0, dec.to_radians());
    let scale = 1.0 / (1.0 + dec.cos() * half.cos()).sqrt();
    [-HALF[0] * dec.cos() * half.sin() * scale, -HALF[1] * dec.sin() * scale]
}

/// Positions as the `d` of a path.
fn path(positions: impl Iterator<Item = (f64, f64)>) -> String {
    let mut text = String::new();
    for (at, (ra, dec)) in positions.enumerate() {
        let [x, y] = place(ra, dec);
        text.push_str(&format!("{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' }));
    }
    text
}

/// `count` values from `from` on, `step` apart.
fn steps(from: f64, step: f64, count: u32) -> impl Iterator<Item = f64> {
    (0..count).map(move |at| from + f64::from(at) * step)
}

/// Right ascension in −180 to 180, so that a cell is on one side of the edge.
fn near(ra: f64) -> f64 {
    if ra >= 180.0 { ra - 360.0 } else { ra }
}

/// Writes the map; `label` tells what it shows to those who do not see it.
pub fn write(xml: &mut Xml, sky: &Sky, label: &str) {
    let frame = [("class", "sky"), ("viewBox", "-332 -178 664 356"), ("role", "img")];
    let attributes = [&frame[..], &[("aria-label", label)]].concat();
    xml.element("svg", &attributes, |xml| {
        let edge = steps(-90.0, 5.0, 37)
            .map(|dec| (-180.0, dec))
            .chain(steps(-90.0, 5.0, 37).map(|dec| (180.0, -dec)));
        xml.empty("path", &[("class", "edge"), ("d", &format!("{}Z", path(edge)))]);
        let mut grid = String::new();
        for dec in [-60.0, -30.0, 0.0, 30.0, 60.0] {
            grid.push_str(&path(steps(-180.0, 10.0, 37).map(|ra| (ra, dec))));
        }
        for ra in [-120.0, -60.0, 0.0, 60.0, 120.0] {
            grid.push_str(&path(steps(-90.0, 10.0, 19).map(|dec| (ra, dec))));
        }
        xml.empty("path", &[("class", "grid"), ("d", &grid)]);
        cells(xml, sky);
        for (ra, text) in
            [(120.0, "8h"), (60.0, "4h"), (0.0, "0h"), (-60.0, "20h"), (-120.0, "16h")]
        {
            let [x, y] = place(ra, 0.0);
            let (x, y) = (format!("{x:.0}"), format!("{:.0}", y + 12.0));
            xml.leaf("text", &[("x", &x), ("y", &y)], text);
        }
        for (dec, text) in [(60.0, "+60°"), (30.0, "+30°"), (-30.0, "−30°"), (-60.0, "−60°")]
        {
            let [x, y] = place(0.0, dec);
            let (x, y) = (format!("{x:.0}"), format!("{:.0}", y - 2.0));
            xml.leaf("text", &[("x", &x), ("y", &y)], text);
        }
    });
}

/// A path for each of four steps of density, so that thousands of cells are a small document.
fn cells(xml: &mut Xml, sky: &Sky) {
    let most = sky.0.iter().map(|(_, datasets)| *datasets).max().unwrap_or(1);
    let mut layers = [const { String::new() }; 4];
    for ([column, row, ..], datasets) in &sky.0 {
        let (ra, dec) = (near(column * Sky::CELL), row * Sky::CELL);
        let (end, top) = (ra + Sky::CELL, (dec + Sky::CELL).min(90.0));
        let corners = [(ra, dec), (end, dec), (end, top), (ra, top)];
        // Powers of ten below the densest.
        let density =
            (1..4).filter(|step| datasets.saturating_mul(10_u64.pow(*step)) > most).count();
        if let Some(layer) = layers.get_mut(density) {
            layer.push_str(&format!("{}Z", path(corners.into_iter())));
        }
    }
    for (layer, opacity) in layers.iter().zip(["0.35", "0.55", "0.75", "1"]) {
        if !layer.is_empty() {
            xml.empty("path", &[("class", "cells"), ("opacity", opacity), ("d", layer)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_positions_are() {
        let near = |[x, y]: [f64; 2], [a, b]: [f64; 2]| (x - a).hypot(y - b) < 1e-9;
        assert!(near(place(0.0, 0.0), [0.0, 0.0]));
        assert!(near(place(0.0, 90.0), [0.0, -160.0]));
        assert!(near(place(180.0, 0.0), [-320.0, 0.0]));
        assert!(near(place(-180.0, 0.0), [320.0, 0.0]));
    }
}
