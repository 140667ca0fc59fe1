//! What a stranger may make the reader hold or do.

/// Bounds on a document. Sizes are bytes of the document as UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The whole document.
    pub bytes: u64,
    /// Rows of the table.
    pub rows: u64,
    /// Columns of the table.
    pub columns: usize,
    /// One cell: its text, or its bytes when it is binary.
    pub cell: usize,
    /// One row: the sum of its cells. A row takes up to sixteen times as much memory.
    pub row: usize,
    /// One piece of markup or of text between markup.
    pub item: usize,
    /// Names, descriptions and other metadata that is kept.
    pub metadata: usize,
    /// Elements within each other.
    pub depth: usize,
    /// Attributes of one element.
    pub attributes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 256 << 20,
            rows: 10_000_000,
            columns: 1000,
            cell: 1 << 20,
            row: 4 << 20,
            item: 2 << 20,
            metadata: 4 << 20,
            depth: 64,
            attributes: 64,
        }
    }
}
