//! `<script>` blocks of Vue and Svelte files.

use crate::usage::sources::Language;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block<'t> {
    pub(super) text: &'t str,
    pub(super) language: Language,
    /// Lines of the file above the block's first.
    pub(super) lines_before: u32,
}

/// Every `<script …>` with code between its tags, in order.
pub(super) fn of(text: &str) -> Vec<Block<'_>> {
    // ASCII only changes case, so offsets stay.
    let small = text.to_ascii_lowercase();
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(start) = small.get(from..).and_then(|rest| rest.find("<script")).map(|at| from + at) {
        from = start + "<script".len();
        let tag = small.get(from..).unwrap_or_default();
        if !tag.starts_with(|c: char| c.is_whitespace() || c == '>') {
            continue;
        }
        let Some(open) = end_of_tag(tag) else { break };
        let body = from + open;
        let Some(end) = small.get(body..).and_then(|rest| rest.find("</script")).map(|at| body + at) else { break };
        let lines = text.get(..body).unwrap_or_default().matches('\n').count();
        if let Some(code) = text.get(body..end) {
            blocks.push(Block {
                text: code,
                language: language(tag.get(..open).unwrap_or_default()),
                lines_before: u32::try_from(lines).unwrap_or(u32::MAX),
            });
        }
        from = end;
    }
    blocks
}

/// Offset after the `>` that ends the tag; one in quotes (`generic="T extends Map<A, B>"`) does not.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn language(attributes: &str) -> Language {
    let value = attributes.split_once("lang=").map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
    match value.map(|v| v.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()) {
        Some("ts" | "typescript") => Language::TypeScript,
        Some("tsx") => Language::Tsx,
        _ => Language::JavaScript,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_keep_their_lines_and_language() {
        let text = "<template>\n  <b>x</b>\n</template>\n<script>\na\n</script>\n<Script setup lang=\"ts\" generic=\"T extends A<B>\">\nb\n</script>\n<scripture>";
        let found: Vec<(u32, &str, Language)> = of(text).iter().map(|b| (b.lines_before, b.text, b.language)).collect();
        assert_eq!(found, [(3, "\na\n", Language::JavaScript), (6, "\nb\n", Language::TypeScript)]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(<script|</script>|>| lang=|\"ts\"|\n|\\PC){0,20}") {
            of(&text);
        }
    }
}
