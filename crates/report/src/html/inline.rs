//! Running text: spans in HTML.

use super::escape;
use crate::document::{Anchors, Span, Target, Text, linkable};

/// A text with its links.
pub(super) fn text(said: &Text, anchors: &Anchors) -> String {
    said.0.iter().map(|span| one(span, anchors)).collect()
}

fn one(span: &Span, anchors: &Anchors) -> String {
    match span {
        Span::Plain(raw) => escape::text(raw),
        Span::Strong(raw) => format!("<strong>{}</strong>", escape::text(raw)),
        Span::Code(raw) => format!("<code>{}</code>", escape::text(raw)),
        Span::Link { text, to } => link(text, to, anchors),
        Span::Count { value, noun, rows } => {
            let told = escape::text(&crate::numbers::count(*value, noun));
            match anchors.place(rows) {
                Some(place) => format!("<a href=\"#{place}\">{told}</a>"),
                None => told,
            }
        }
        Span::Unknown(why) if why.trim().is_empty() => "<span class=\"gap\">unknown</span>".to_owned(),
        Span::Unknown(why) => format!("<span class=\"gap\">unknown ({})</span>", escape::text(why.trim())),
    }
}

fn link(raw: &str, to: &Target, anchors: &Anchors) -> String {
    let shown = match to {
        Target::Web(address) if raw.trim().is_empty() => escape::text(address),
        _ => escape::text(raw),
    };
    match to {
        _ if shown.trim().is_empty() => shown,
        Target::Here(id) => match anchors.place(id) {
            Some(place) => format!("<a href=\"#{place}\">{shown}</a>"),
            None => shown,
        },
        Target::Web(address) => match linkable(address) {
            Some(address) => {
                format!("<a href=\"{}\" rel=\"noreferrer\">{shown}</a>", escape::attribute(address))
            }
            None => shown,
        },
    }
}
