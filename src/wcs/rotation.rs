//! From native to celestial coordinates (M. R. Calabretta and E. W. Greisen 2002, section 2.4).
//!
//! In: CRVAL, LONPOLE, LATPOLE, and the native reference of a projection. Out: a rotation.

use super::Unusable;
use super::linear::degrees;
use crate::fits::Header;
use crate::geom::Vector3;

/// Rows of an orthogonal matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotation([Vector3; 3]);

impl Rotation {
    /// Reads it from a header. `reference` is the native latitude of CRVAL, in degrees; `frame` has the axes of the
    /// image's frame in ICRS.
    pub fn of(
        header: &Header,
        axes: (u32, u32),
        reference: f64,
        with_pv: bool,
        frame: [Vector3; 3],
    ) -> Result<Self, Unusable> {
        let number = |key: String| header.real(&key);
        let value = |axis: u32| -> Result<f64, Unusable> {
            Ok(number(format!("CRVAL{axis}"))?.unwrap_or_default() * degrees(header, axis)?)
        };
        let (longitude, latitude) = (value(axes.0)?, value(axes.1)?);
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(Unusable(format!("CRVAL{} is beyond a pole: {latitude} degrees", axes.1)));
        }
        // PVi_1 to PVi_4 of the longitude are about the native system, unless they are those of TPV.
        let own = |m: u32| match with_pv {
            true => number(format!("PV{}_{m}", axes.0)),
            false => Ok(None),
        };
        if own(1)?.is_some_and(|phi| phi != 0.0)
            || own(2)?.is_some_and(|theta| (theta - reference).abs() > 1e-10)
        {
            return Err(Unusable(
                "a native reference point of its own is not supported".to_owned(),
            ));
        }
        let default = if latitude >= reference { 0.0 } else { 180.0 };
        let native_pole = own(3)?.or(header.real("LONPOLE")?).unwrap_or(default);
        let wanted = own(4)?.or(header.real("LATPOLE")?).unwrap_or(90.0);
        let (pole_longitude, pole_latitude) = match reference >= 90.0 {
            true => (longitude, latitude),
            false => pole((longitude, latitude), reference, native_pole, wanted)?,
        };
        let (sin_pole, cos_pole) = pole_latitude.to_radians().sin_cos();
        let (sin_native, cos_native) = native_pole.to_radians().sin_cos();
        let (sin_lon, cos_lon) = pole_longitude.to_radians().sin_cos();
        // Turned about the native pole, tilted, and turned about the celestial pole.
        let toward = Vector3::new(-sin_pole * cos_native, -sin_pole * sin_native, cos_pole);
        let across = Vector3::new(sin_native, -cos_native, 0.0);
        let up = Vector3::new(cos_pole * cos_native, cos_pole * sin_native, sin_pole);
        let celestial =
            [toward * cos_lon - across * sin_lon, toward * sin_lon + across * cos_lon, up];
        // Each axis of ICRS in terms of the native ones, by way of the image's frame.
        let [first, second, third] = celestial;
        let row = |of: fn(&Vector3) -> f64| {
            let [x, y, z] = frame.each_ref().map(of);
            first * x + second * y + third * z
        };
        Ok(Self([row(|axis| axis.x), row(|axis| axis.y), row(|axis| axis.z)]))
    }

    /// A native direction in ICRS.
    pub fn turned(&self, native: Vector3) -> Vector3 {
        let [x, y, z] = self.0.map(|row| row.dot(native));
        let direction = Vector3::new(x, y, z);
        direction.normalized().map_or(direction, |(unit, _)| unit)
    }
}

/// Where the native pole is (equations 8 to 10 of the paper), in degrees.
fn pole(
    (longitude, latitude): (f64, f64),
    reference: f64,
    native_pole: f64,
    wanted: f64,
) -> Result<(f64, f64), Unusable> {
    let [theta, phi, delta] = [reference, native_pole, latitude].map(f64::to_radians);
    let along = theta.cos() * phi.cos();
    let middle = theta.sin().atan2(along);
    let share = delta.sin() / (theta.sin().powi(2) + along.powi(2)).sqrt();
    let impossible =
        || Unusable("LONPOLE does not go with CRVAL: there is no native pole".to_owned());
    let pole_latitude = if theta.sin().abs() < 1e-12 && along.abs() < 1e-12 {
        // LATPOLE alone tells.
        if delta.abs() > 1e-10 {
            return Err(impossible());
        }
        wanted.clamp(-90.0, 90.0).to_radians()
    } else {
        if share.abs() > 1.0 + 1e-10 {
            return Err(impossible());
        }
        let spread = share.clamp(-1.0, 1.0).acos();
        let both = [middle + spread, middle - spread].map(|angle| {
            let angle = angle.sin().atan2(angle.cos());
            // A hair beyond a pole is the pole.
            if angle.abs() > std::f64::consts::FRAC_PI_2
                && angle.abs() < std::f64::consts::FRAC_PI_2 + 1e-10
            {
                std::f64::consts::FRAC_PI_2.copysign(angle)
            } else {
                angle
            }
        });
        let possible = both.into_iter().filter(|angle| angle.abs() <= std::f64::consts::FRAC_PI_2);
        let wanted = wanted.to_radians();
        possible
            .min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()))
            .ok_or_else(impossible)?
    };
    let pole_longitude = if delta.cos().abs() < 1e-10 {
        longitude
    } else if pole_latitude.cos().abs() < 1e-10 {
        match pole_latitude > 0.0 {
            true => longitude + native_pole - 180.0,
            false => longitude - native_pole,
        }
    } else {
        let sine = phi.sin() * theta.cos() / delta.cos();
        let cosine =
            (theta.sin() - pole_latitude.sin() * delta.sin()) / (pole_latitude.cos() * delta.cos());
        longitude - sine.atan2(cosine).to_degrees()
    };
    Ok((pole_longitude, pole_latitude.to_degrees()))
}
