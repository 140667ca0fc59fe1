//! The files that the page needs: a script, a style sheet, an icon.
//!
//! They are in the program. The name of each has a digest of what is in it, so that browsers keep them
//! for ever and a new release has new names.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// A file.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    stem: &'static str,
    ending: &'static str,
    media_type: &'static str,
    text: &'static str,
}

/// What the page does in a browser that runs scripts.
pub const SCRIPT: Asset = Asset {
    stem: "page",
    ending: "js",
    media_type: "text/javascript; charset=utf-8",
    text: include_str!("page.js"),
};

/// How the page looks.
pub const STYLE: Asset = Asset {
    stem: "page",
    ending: "css",
    media_type: "text/css; charset=utf-8",
    text: include_str!("page.css"),
};

/// The icon of the page.
pub const ICON: Asset = Asset {
    stem: "icon",
    ending: "svg",
    media_type: "image/svg+xml",
    text: include_str!("icon.svg"),
};

impl Asset {
    fn digest(&self) -> String {
        let digest = Sha256::digest(self.text.as_bytes());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The name under which it is found.
    pub fn name(&self) -> String {
        format!("{}-{}.{}", self.stem, self.digest(), self.ending)
    }
}

/// Answers with the file of that name.
pub async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = [SCRIPT, STYLE, ICON].into_iter().find(|asset| asset.name() == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", asset.digest());
    let kept = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let told = [
        (header::CONTENT_TYPE, asset.media_type.to_owned()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::ETAG, tag.clone()),
    ];
    // Layers in between may have made the tag a weak one.
    if kept.is_some_and(|tags| tags.contains(&tag)) {
        return (StatusCode::NOT_MODIFIED, told).into_response();
    }
    (told, asset.text).into_response()
}
