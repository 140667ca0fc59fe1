//! The media type of a file.
//!
//! In: its name, and the storage class of what is in it. Out: a type that IANA registers where there is one;
//! FITS as RFC 4047 has it: `image/fits` for images, `application/fits` for tables.

/// The media type of a file.
pub fn media_type(name: &str, storage_class: &str) -> &'static str {
    let (_, extension) = name.rsplit_once('.').unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "fits" | "fit" | "fts" | "fz" if is_table(storage_class) => "application/fits",
        "fits" | "fit" | "fts" | "fz" => "image/fits",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "tif" | "tiff" => "image/tiff",
        "pdf" => "application/pdf",
        "json" => "application/json",
        "yaml" | "yml" => "application/yaml",
        "parq" | "parquet" => "application/vnd.apache.parquet",
        "vot" | "votable" => "application/x-votable+xml",
        "xml" => "application/xml",
        "csv" => "text/csv; charset=utf-8",
        "ecsv" | "txt" | "log" | "md" | "py" => "text/plain; charset=utf-8",
        "html" | "htm" => "text/html; charset=utf-8",
        "h5" | "hdf5" => "application/x-hdf5",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "tar" => "application/x-tar",
        _ => "application/octet-stream",
    }
}

/// Whether a storage class is one of tables: Rubin's catalogues and those of Butler's own formatters.
fn is_table(storage_class: &str) -> bool {
    ["Catalog", "Table", "DataFrame", "Arrow"].iter().any(|word| storage_class.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_storage_classes_tell() {
        for (name, class, kind) in [
            ("a.fits", "ExposureF", "image/fits"),
            ("a.FITS.fz", "ExposureF", "image/fits"),
            ("a.fits", "SourceCatalog", "application/fits"),
            ("a.parq", "ArrowAstropy", "application/vnd.apache.parquet"),
            ("a.fits.gz", "ExposureF", "application/gzip"),
            ("a.yaml", "StructuredDataDict", "application/yaml"),
            ("fits", "ExposureF", "application/octet-stream"),
            ("a.pickle", "SkyMap", "application/octet-stream"),
        ] {
            assert_eq!(media_type(name, class), kind, "{name}");
        }
    }
}
