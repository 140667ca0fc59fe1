//! The variables by which Amazon's and Google's tools find a store, and by which it is found here.
//!
//! The client library takes them as they come and panics at a URL or a header that is none, so they
//! are looked at before.

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey as Key};
use object_store::gcp::GoogleCloudStorageBuilder;
use url::Url;

use super::Failure;
use crate::db::Environment;

/// What a variable holds.
#[derive(Clone, Copy)]
enum Kind {
    /// Letters, digits, hyphens.
    Name,
    /// Anything without spaces.
    Word,
    /// A URL of a host.
    Url,
    /// Where a file is.
    Path,
}

/// The variables. Credentials are among them, and go nowhere but to the client.
const VARIABLES: &[(&str, Kind, Key)] = &[
    ("AWS_DEFAULT_REGION", Kind::Name, Key::DefaultRegion),
    ("AWS_REGION", Kind::Name, Key::Region),
    ("AWS_ACCESS_KEY_ID", Kind::Word, Key::AccessKeyId),
    ("AWS_SECRET_ACCESS_KEY", Kind::Word, Key::SecretAccessKey),
    ("AWS_SESSION_TOKEN", Kind::Word, Key::Token),
    ("AWS_ROLE_ARN", Kind::Word, Key::RoleArn),
    ("AWS_ROLE_SESSION_NAME", Kind::Word, Key::RoleSessionName),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", Kind::Path, Key::WebIdentityTokenFile),
    ("AWS_ENDPOINT_URL_STS", Kind::Url, Key::StsEndpoint),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", Kind::Word, Key::ContainerCredentialsRelativeUri),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", Kind::Url, Key::ContainerCredentialsFullUri),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Kind::Path, Key::ContainerAuthorizationTokenFile),
    ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", Kind::Name, Key::VirtualHostedStyleRequest),
];

/// Names of the endpoint, the first that is set being meant; the last is Butler's.
const ENDPOINTS: [&str; 3] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "S3_ENDPOINT_URL"];

/// A client as the variables of `environment` want it.
pub fn apply(
    mut builder: AmazonS3Builder,
    environment: &Environment,
) -> Result<AmazonS3Builder, Failure> {
    for (name, kind, key) in VARIABLES {
        if let Some(value) = environment.get(name) {
            builder = builder.with_config(*key, check(name, value, *kind)?);
        }
    }
    let endpoint = ENDPOINTS.iter().find_map(|name| Some((name, environment.get(name)?)));
    if let Some((name, endpoint)) = endpoint {
        let endpoint = check(name, endpoint, Kind::Url)?.trim_end_matches('/');
        // Who writes http: means it.
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http:"));
    }
    Ok(builder)
}

/// A client as the variables of `environment` want it: the file of a service account, or of the credentials that
/// Google's tools leave; without either the machine's metadata service is asked.
pub fn google(
    builder: GoogleCloudStorageBuilder,
    environment: &Environment,
) -> GoogleCloudStorageBuilder {
    let path = |name: &str| Some(environment.path(environment.get(name)?).display().to_string());
    match (path("GOOGLE_SERVICE_ACCOUNT"), path("GOOGLE_APPLICATION_CREDENTIALS")) {
        (Some(account), _) => builder.with_service_account_path(account),
        (None, Some(credentials)) => builder.with_application_credentials(credentials),
        (None, None) => builder,
    }
}

/// The value, which the message does not repeat: it may be a secret.
fn check<'a>(name: &str, value: &'a str, kind: Kind) -> Result<&'a str, Failure> {
    let fits = match kind {
        Kind::Name => value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
        Kind::Word => value.chars().all(|c| c.is_ascii_graphic()),
        Kind::Path => true,
        Kind::Url => {
            value.chars().all(|c| c.is_ascii_graphic())
                && Url::parse(value).is_ok_and(|url| {
                    matches!(url.scheme(), "http" | "https") && url.host_str().is_some()
                })
        }
    };
    let what = match kind {
        Kind::Url => "is not a URL such as https://s3.example.org",
        _ => "has a character that it cannot have, perhaps the end of a line",
    };
    match fits {
        true => Ok(value),
        false => Err(Failure::new(format!("the variable {name} {what}"))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nothing_goes_on_that_would_panic() {
        for (name, value) in [
            ("AWS_ENDPOINT_URL", "minio:9000"),
            ("S3_ENDPOINT_URL", "nowhere"),
            ("AWS_ENDPOINT_URL_S3", "http://"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "ftp://x"),
            ("AWS_REGION", "us east"),
            ("AWS_REGION", "[x"),
            ("AWS_ACCESS_KEY_ID", "key\n"),
            ("AWS_SECRET_ACCESS_KEY", "hush hush"),
        ] {
            let environment = Environment::new("/", [(name.to_owned(), value.to_owned())]);
            let refused = apply(AmazonS3Builder::new(), &environment).unwrap_err();
            assert!(refused.text.contains(name) && !refused.text.contains("hush"), "{refused}");
        }
    }
    #[test]
    fn what_goes_on_stays_as_it_is() {
        let all = [
            ("AWS_SECRET_ACCESS_KEY", "a/+="),
            ("AWS_SESSION_TOKEN", "t//"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("S3_ENDPOINT_URL", "http://butler:9000/"),
            ("AWS_PROFILE", "me"),
        ];
        let all = all.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let environment = Environment::new("/", all);
        let builder = apply(AmazonS3Builder::new(), &environment).unwrap();
        let value = |key| builder.get_config_value(&key).unwrap();
        assert_eq!(value(Key::SecretAccessKey), "a/+=");
        assert_eq!(value(Key::Token), "t//");
        assert_eq!(value(Key::DefaultRegion), "eu-west-1");
        assert_eq!(value(Key::Endpoint), "http://butler:9000");
    }
}
