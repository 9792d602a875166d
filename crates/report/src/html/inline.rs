//! Running text: spans in HTML.

use super::escape;
use crate::document::{Anchors, Span, Target, Text, linkable};

/// A text with its links.
pub(super) fn text(said: &Text, anchors: &Anchors) -> String {
    said.0.iter().map(|span| one(span, anchors)).collect()
}

fn one(span: &Span, anchors: &Anchors) -> String {
    match span {
        Span::Plain(raw) => prose(raw),
        Span::Strong(raw) => format!("<strong>{}</strong>", prose(raw)),
        Span::Code(raw) => code(raw),
        Span::Link { text, to } => link(text, to, anchors),
        Span::Count { value, noun, rows } => {
            let told = escape::text(&crate::numbers::count(*value, noun));
            match anchors.place(rows) {
                Some(place) => format!("<a href=\"#{place}\">{told}</a>"),
                None => told,
            }
        }
        Span::Unknown(why) if why.trim().is_empty() => "<span class=\"gap\">unknown</span>".to_owned(),
        Span::Unknown(why) => format!("<span class=\"gap\">unknown ({})</span>", prose(why.trim())),
    }
}

fn code(raw: &str) -> String {
    if is_short(raw) {
        format!("<code class=\"n\">{}</code>", escape::text(raw))
    } else {
        format!("<code>{}</code>", whole(raw))
    }
}

/// A sentence in which what stands between backticks is code, as people write it in settings and messages, and in which
/// an arrow is one sign: a browser would break `->` in two.
fn prose(raw: &str) -> String {
    let pieces: Vec<&str> = raw.split('`').collect();
    let inside = |(index, piece): (usize, &&str)| index % 2 == 0 || !piece.trim().is_empty();
    if pieces.len().is_multiple_of(2) || !pieces.iter().enumerate().all(inside) {
        return arrows(raw);
    }
    let told = pieces.iter().enumerate().map(|(index, piece)| match index % 2 {
        0 if piece.is_empty() => String::new(),
        0 => arrows(piece),
        _ => code(piece),
    });
    told.collect()
}

fn arrows(raw: &str) -> String {
    whole(raw).replace(" -&gt; ", " → ")
}

/// Longest code that is kept on one line, in characters: names, versions, ids.
const SHORT: usize = 24;

fn is_short(raw: &str) -> bool {
    raw.chars().count() <= SHORT
}

/// Text in which ids, days and ranges such as `CVE-2026-1234`, `2026-04-01`, `3.10-3.13` stay on one line, where a browser
/// would break them at the hyphen, and in which long words such as paths may be broken between their parts.
fn whole(raw: &str) -> String {
    let mut told = String::with_capacity(raw.len() + 8);
    let safe = escape::text(raw);
    for piece in safe.split_inclusive(' ') {
        let word = piece.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '+'));
        let one = plain && word.contains('-') && word.contains(|c: char| c.is_ascii_digit()) && is_short(word);
        match piece.split_once(word).filter(|_| one) {
            Some((before, after)) => told.push_str(&format!("{before}<span class=\"n\">{word}</span>{after}")),
            None if is_short(piece.trim()) => told.push_str(piece),
            None => breakable(&mut told, piece),
        }
    }
    told
}

/// A long word of escaped text with a place to break it behind each sign that joins two of its parts.
fn breakable(told: &mut String, word: &str) {
    let mut signs = word.chars().peekable();
    while let Some(sign) = signs.next() {
        told.push(sign);
        let joins = matches!(sign, '/' | '.' | '_' | '=' | '(' | ':' | '@' | ',' | '\\');
        if joins && signs.peek().is_some_and(|next| next.is_alphanumeric()) {
            told.push_str("<wbr>");
        }
    }
}

fn link(raw: &str, to: &Target, anchors: &Anchors) -> String {
    let shown = match to {
        Target::Web(address) if raw.trim().is_empty() => escape::text(address),
        _ => whole(raw),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code_when_they_come_in_pairs() {
        assert_eq!(prose("a `b<` c"), "a <code class=\"n\">b&lt;</code> c");
        assert_eq!(prose("1.0 -> 2.0, a->b, `c -> d`"), "1.0 → 2.0, a-&gt;b, <code class=\"n\">c -&gt; d</code>");
        assert_eq!(prose("`b`"), "<code class=\"n\">b</code>");
        for same in ["a ` b", "a `` b", "``` b", "a ` ` b", "", " "] {
            assert_eq!(prose(same), escape::text(same));
        }
    }

    #[test]
    fn ids_and_days_stay_on_one_line_and_nothing_else_changes() {
        assert_eq!(whole("see (CVE-2026-1234)."), "see (<span class=\"n\">CVE-2026-1234</span>).");
        assert_eq!(whole("by 2026-04-01, or"), "by <span class=\"n\">2026-04-01</span>, or");
        for same in ["well-known words", "1.0 to 2.0", "a", "", " ", "-", "a-long-identifier-of-more-than-24-letters"] {
            assert_eq!(whole(same), escape::text(same));
        }
        assert_eq!(
            whole("in app/services/documents/reader.py:14."),
            "in app/<wbr>services/<wbr>documents/<wbr>reader.<wbr>py:<wbr>14."
        );
        // An escaped sign is never taken apart.
        assert_eq!(whole("&lt-1 <a-1> \"x-1&\""), "&amp;lt-1 &lt;a-1&gt; \"x-1&amp;\"");
    }
}
