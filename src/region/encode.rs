//! Regions to bytes (`sphgeom.Region.encode`).
//!
//! In: a region. Out: what sphgeom writes for it; tables of the format are in the Butler's source.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::geom::{Region, Vector3};

/// The bytes of a region.
pub fn encode(region: &Region) -> Vec<u8> {
    let mut bytes = Vec::new();
    append(region, &mut bytes);
    bytes
}

/// The text of a region column.
pub fn encode_base64(region: &Region) -> String {
    STANDARD.encode(encode(region))
}

fn append(region: &Region, bytes: &mut Vec<u8>) {
    match region {
        Region::ConvexPolygon(vertices) => {
            bytes.push(b'p');
            for v in vertices {
                append_vector(*v, bytes);
            }
        }
        Region::Circle(circle) => {
            bytes.push(b'c');
            append_vector(circle.center, bytes);
            append_numbers(&[circle.squared_chord_length, circle.opening_angle], bytes);
        }
        Region::Box(lonlat_box) => {
            bytes.push(b'b');
            let ((west, east), (south, north)) = (lonlat_box.lon, lonlat_box.lat);
            append_numbers(&[west, east, south, north], bytes);
        }
        Region::Ellipse(e) => {
            bytes.push(b'e');
            for v in e.axes {
                append_vector(v, bytes);
            }
            append_numbers(&[e.a, e.b, e.gamma, e.tan_a, e.tan_b], bytes);
        }
        Region::Union(operands) => append_operands(b'u', operands, bytes),
        Region::Intersection(operands) => append_operands(b'i', operands, bytes),
    }
}

fn append_operands(code: u8, operands: &[Region], bytes: &mut Vec<u8>) {
    bytes.push(code);
    for operand in operands {
        let inner = encode(operand);
        bytes.extend((inner.len() as u64).to_le_bytes());
        bytes.extend(inner);
    }
}

fn append_vector(v: Vector3, bytes: &mut Vec<u8>) {
    append_numbers(&[v.x, v.y, v.z], bytes);
}

fn append_numbers(numbers: &[f64], bytes: &mut Vec<u8>) {
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}
