//! Reads pages back, strictly: what is not exactly what our writers write is an error.

use std::collections::HashSet;

/// What stands in a page of HTML.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) ids: HashSet<String>,
    /// Anchors that links and labels name.
    pub(crate) links: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) headings: Vec<usize>,
}

const TAGS: [&str; 53] = [
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "header",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "dl",
    "div",
    "dt",
    "dd",
    "nav",
    "p",
    "ol",
    "ul",
    "li",
    "main",
    "section",
    "footer",
    "strong",
    "em",
    "code",
    "pre",
    "span",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "br",
    "details",
    "summary",
    "figure",
    "figcaption",
    "svg",
    "desc",
    "g",
    "rect",
    "path",
    "text",
    "!doctype",
    "wbr",
    "",
    "",
];
const ATTRIBUTES: [&str; 30] = [
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "href",
    "rel",
    "id",
    "tabindex",
    "role",
    "scope",
    "aria-labelledby",
    "aria-label",
    "aria-hidden",
    "viewBox",
    "width",
    "height",
    "x",
    "y",
    "rx",
    "d",
    "text-anchor",
    "html",
    "",
    "",
    "",
    "",
    "",
    "",
];
const VOID: [&str; 6] = ["meta", "br", "wbr", "!doctype", "rect", "path"];

/// # Errors
/// What is not well formed, an unknown tag or attribute, a second element with the same id.
pub(crate) fn html(page: &str) -> Result<Found, String> {
    let mut found = Found::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once('<') {
        if before.contains('>') {
            return Err(format!("a bare `>` in `{before}`"));
        }
        let (tag, behind) = tag_end(after)?;
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop().as_deref() != Some(name) {
                return Err(format!("`</{name}>` closes nothing; open: {open:?}"));
            }
            continue;
        }
        let closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if !TAGS.contains(&name) || name.is_empty() {
            return Err(format!("an unknown tag `{name}`"));
        }
        if let Some(level) = name.strip_prefix('h').and_then(|level| level.parse().ok()) {
            found.headings.push(level);
        }
        found.tags.push(name.to_owned());
        self::attributes(attributes, &mut found)?;
        if name == "style" {
            rest = rest.split_once("</style>").ok_or("the style sheet has no end")?.1;
        } else if !closed && !VOID.contains(&name) {
            open.push(name.to_owned());
        }
    }
    if rest.contains('>') || !open.is_empty() {
        return Err(format!("left open: {open:?}, rest `{rest}`"));
    }
    Ok(found)
}

/// The tag up to its `>`, quotes respected.
fn tag_end(text: &str) -> Result<(&str, &str), String> {
    let mut quoted = false;
    for (place, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return Ok((&text[..place], &text[place + 1..])),
            '<' if !quoted => return Err(format!("`<` inside the tag `{}`", &text[..place])),
            _ => {}
        }
    }
    Err("a tag without an end".to_owned())
}

fn attributes(text: &str, found: &mut Found) -> Result<(), String> {
    let mut rest = text.trim();
    while !rest.is_empty() {
        if rest == "html" {
            return Ok(());
        }
        let (name, after) = rest.split_once("=\"").ok_or_else(|| format!("`{rest}` is no attribute"))?;
        let (value, behind) = after.split_once('"').ok_or_else(|| format!("`{name}` has no end"))?;
        if !ATTRIBUTES.contains(&name) || name.is_empty() {
            return Err(format!("an unknown attribute `{name}`"));
        }
        match name {
            "id" if !found.ids.insert(value.to_owned()) => return Err(format!("two have the id `{value}`")),
            "href" => match value.strip_prefix('#') {
                Some(id) => found.links.push(id.to_owned()),
                None if value.to_lowercase().starts_with("http") => {}
                None => return Err(format!("a link to `{value}`")),
            },
            "aria-labelledby" => found.links.extend(value.split(' ').map(str::to_owned)),
            _ => {}
        }
        rest = behind.trim_start();
    }
    Ok(())
}

/// # Errors
/// A line with markup that is not our own, a row with more cells than its table, a link to nothing.
pub(crate) fn markdown(page: &str) -> Result<(), String> {
    let (mut fence, mut pipes) = (None::<String>, 0);
    let (mut anchors, mut links) = (HashSet::new(), Vec::new());
    for line in page.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        if let Some(end) = &fence {
            if end == line {
                fence = None;
            }
            continue;
        }
        if ticks.len() >= 3 && !line[ticks.len()..].contains('`') {
            fence = Some(ticks);
            continue;
        }
        let mut bare = without_code(line);
        for own in ["<details><summary>", "</summary>", "</details>", "<a id=\"\"></a>"] {
            bare = bare.replace(own, "");
        }
        while let Some(start) = bare.find("<a id=\"") {
            let rest = &bare[start + 7..];
            let end = rest.find("\"></a>").ok_or_else(|| format!("an anchor without an end: {line}"))?;
            if !anchors.insert(rest[..end].to_owned()) {
                return Err(format!("two anchors `{}`", &rest[..end]));
            }
            bare.replace_range(start..start + 7 + end + 6, "");
        }
        while let Some(start) = bare.find("](<http") {
            let end = bare[start..].find(">)").ok_or_else(|| format!("a link without an end: {line}"))?;
            bare.replace_range(start..start + end + 2, "");
        }
        while let Some(start) = bare.find("](#") {
            let end = bare[start..].find(')').ok_or_else(|| format!("a link without an end: {line}"))?;
            links.push(bare[start + 3..start + end].to_owned());
            bare.replace_range(start..start + end + 1, "");
        }
        if bare.contains('<') || bare.contains("](") || bare.contains("@everyone") || bare.contains("://") {
            return Err(format!("markup in `{line}`"));
        }
        let count = bare.replace("\\\\", "").replace("\\|", "").matches('|').count();
        let row = bare.starts_with('|');
        if row && pipes > 0 && count != pipes || !row && count > 0 {
            return Err(format!("{count} borders of cells, not {pipes}: {line}"));
        }
        pipes = if row { count } else { 0 };
    }
    match links.iter().find(|id| !anchors.contains(*id)) {
        Some(id) => Err(format!("nothing has the anchor `{id}`")),
        None if fence.is_some() => Err("a fence without an end".to_owned()),
        None => Ok(()),
    }
}

/// A line less its code spans, by the length of their fences.
fn without_code(line: &str) -> String {
    let (mut bare, mut rest) = (String::new(), line);
    while let Some(place) = rest.find('`') {
        let escaped = rest[..place].chars().rev().take_while(|c| *c == '\\').count() % 2 == 1;
        let ticks = rest[place..].chars().take_while(|c| *c == '`').count();
        if escaped {
            bare.push_str(&rest[..place + 1]);
            rest = &rest[place + 1..];
            continue;
        }
        bare.push_str(&rest[..place]);
        let inside = &rest[place + ticks..];
        rest = match closing(inside, ticks) {
            Some(end) => &inside[end + ticks..],
            None => inside,
        };
    }
    bare + rest
}

/// Where a run of exactly so many backticks begins.
fn closing(text: &str, ticks: usize) -> Option<usize> {
    let mut place = 0;
    while let Some(start) = text[place..].find('`') {
        let start = place + start;
        let run = text[start..].chars().take_while(|c| *c == '`').count();
        if run == ticks {
            return Some(start);
        }
        place = start + run;
    }
    None
}
