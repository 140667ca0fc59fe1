//! Profiles of object stores.
//!
//! In: the name before the `@` in `s3://profile@bucket/…`, and the variable `LSST_RESOURCES_S3_PROFILE_` of that
//! name, `https://KEY:SECRET@HOST` with `%2F` for slashes, as `lsst.resources` reads it. Out: an environment in
//! which the variables of Amazon's tools say the same.

use url::Url;

use super::place::decoded;
use crate::db::Environment;

/// The environment for a profile; that of the process where nobody has set the variable.
///
/// # Errors
/// What is wrong with the variable, as the end of a sentence; without its value, which holds a secret.
pub fn environment(profile: &str, environment: &Environment) -> Result<Environment, String> {
    let variable = format!("LSST_RESOURCES_S3_PROFILE_{profile}");
    let Some(value) = environment.get(&variable) else { return Ok(environment.clone()) };
    let wrong = || format!("the variable {variable} is not https://KEY:SECRET@HOST");
    let mut url = Url::parse(value).map_err(|_| wrong())?;
    let (key, secret) = (decoded(url.username()), url.password().map(decoded));
    url.set_username("").map_err(|()| wrong())?;
    url.set_password(None).map_err(|()| wrong())?;
    let mut set = vec![("AWS_ENDPOINT_URL_S3", url.to_string())];
    match secret {
        Some(secret) if !key.is_empty() => {
            set.push(("AWS_ACCESS_KEY_ID", key));
            set.push(("AWS_SECRET_ACCESS_KEY", secret));
            // It belongs to another key.
            set.push(("AWS_SESSION_TOKEN", String::new()));
        }
        None if key.is_empty() => {}
        _ => return Err(wrong()),
    }
    Ok(environment.with(set.into_iter().map(|(name, value)| (name.to_owned(), value))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(value: &str) -> Result<Environment, String> {
        let set = [
            ("LSST_RESOURCES_S3_PROFILE_x", value),
            ("AWS_ACCESS_KEY_ID", "other"),
            ("AWS_SESSION_TOKEN", "token"),
        ];
        let set = set.map(|(name, value)| (name.to_owned(), value.to_owned()));
        environment("x", &Environment::new("/", set))
    }

    #[test]
    fn profiles_are_read_as_rubin_writes_them() {
        let found = of("https://key:a%2Fb%3D@store.example:9000").unwrap();
        assert_eq!(found.get("AWS_ENDPOINT_URL_S3"), Some("https://store.example:9000/"));
        assert_eq!(found.get("AWS_ACCESS_KEY_ID"), Some("key"));
        assert_eq!(found.get("AWS_SECRET_ACCESS_KEY"), Some("a/b="));
        assert_eq!(found.get("AWS_SESSION_TOKEN"), None);
        let found = of("https://store.example").unwrap();
        assert_eq!(found.get("AWS_ACCESS_KEY_ID"), Some("other"));
        for value in ["nowhere", "https://key@store.example", "https://:hush@store.example"] {
            let said = of(value).unwrap_err();
            assert!(said.contains("PROFILE_x") && !said.contains("hush"), "{said}");
        }
        assert_eq!(of("").unwrap().get("AWS_ENDPOINT_URL_S3"), None);
    }
}
