//! HTML: one self-contained file a document.
//!
//! Lives here: the page. Lives elsewhere: the document (`crate::document`), drawings (`crate::pictures`).

use crate::document::Document;

/// The document as one HTML file.
pub fn document(document: &Document) -> String {
    let text = crate::markdown::document(document);
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Report</title>\n<pre>{text}</pre>\n</html>\n"
    )
}
