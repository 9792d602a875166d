//! Roadmap files: what they say of each item, held against the files that the item names.

use uplift_model::hygiene::{Claim, Progress};

use crate::place;
use crate::repository::Repository;

/// Words of a status, longest first where one holds another.
const WORDS: [(&str, Progress); 30] = [
    ("PARTIALLY IMPLEMENTED", Progress::Partial),
    ("PARTIALLY COMPLETE", Progress::Partial),
    ("PARTIALLY DONE", Progress::Partial),
    ("NOT DONE", Progress::NotStarted),
    ("NOT STARTED", Progress::NotStarted),
    ("NOT IMPLEMENTED", Progress::NotStarted),
    ("NOT YET", Progress::NotStarted),
    ("PARTIALLY", Progress::Partial),
    ("PARTIAL", Progress::Partial),
    ("IN PROGRESS", Progress::Partial),
    ("IN-PROGRESS", Progress::Partial),
    ("IMPLEMENTING", Progress::Partial),
    ("ONGOING", Progress::Partial),
    ("WIP", Progress::Partial),
    ("🚧", Progress::Partial),
    ("🔄", Progress::Partial),
    ("IMPLEMENTED", Progress::Completed),
    ("COMPLETED", Progress::Completed),
    ("COMPLETE", Progress::Completed),
    ("DONE", Progress::Completed),
    ("SHIPPED", Progress::Completed),
    ("RELEASED", Progress::Completed),
    ("✅", Progress::Completed),
    ("PLANNED", Progress::NotStarted),
    ("NEXT", Progress::NotStarted),
    ("TODO", Progress::NotStarted),
    ("PENDING", Progress::NotStarted),
    ("BACKLOG", Progress::NotStarted),
    ("❌", Progress::NotStarted),
    ("⏳", Progress::NotStarted),
];
/// Marks between a title and its status.
const BETWEEN: &[char] = &['-', '–', '—', ':', '(', '[', '|', '*', '_', ' ', ']', ')'];
const LONGEST_TITLE: usize = 200;

/// The claims of every roadmap file, by file and line.
pub(crate) fn claims(repository: &Repository<'_>) -> Vec<Claim> {
    let mut all = Vec::new();
    for path in repository.files().iter().filter(|f| is_roadmap(f)) {
        if let Some(text) = repository.text(path) {
            all.extend(read(path, &text, repository));
        }
    }
    all
}

fn is_roadmap(path: &str) -> bool {
    let name = place::name(path).to_lowercase();
    let ends = [".md", ".markdown", ".rst", ".txt"].iter().any(|e| name.ends_with(e));
    let named =
        ["roadmap", "milestones", "implementation_status", "implementation-status"].iter().any(|w| name.contains(w));
    ends && named && !place::is_test(path)
}

/// An item is a heading or an entry of a checklist; what it names stands on its line or below it.
fn read(path: &str, text: &str, repository: &Repository<'_>) -> Vec<Claim> {
    let mut items: Vec<Claim> = Vec::new();
    let mut is_fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
            continue;
        }
        if !is_fenced && let Some((title, declared)) = item(line) {
            items.push(Claim {
                file: path.to_owned(),
                line: place::number(index),
                title: title.chars().take(LONGEST_TITLE).collect(),
                declared,
                found: Progress::CannotTell,
                named: Vec::new(),
            });
        }
        let Some(current) = items.last_mut() else { continue };
        if current.declared.is_none() && !is_fenced {
            current.declared = stated(line);
        }
        if is_fenced {
            continue;
        }
        for named in named(line) {
            if !current.named.iter().any(|(p, _)| *p == named) {
                let is_there = repository.has(&named) || repository.has_folder(&named);
                current.named.push((named, is_there));
            }
        }
    }
    for item in &mut items {
        let there = item.named.iter().filter(|(_, is_there)| *is_there).count();
        item.found = match (there, item.named.len()) {
            (_, 0) => Progress::CannotTell,
            (0, _) => Progress::NotStarted,
            (n, all) if n == all => Progress::Completed,
            _ => Progress::Partial,
        };
    }
    // A heading that neither declares nor names anything only holds others together.
    items.retain(|i| i.declared.is_some() || !i.named.is_empty());
    items
}

fn item(line: &str) -> Option<(String, Option<Progress>)> {
    let trimmed = line.trim();
    let heading = trimmed.strip_prefix('#').map(|rest| rest.trim_start_matches('#')).filter(|r| r.starts_with(' '));
    if let Some(heading) = heading {
        return Some(with_status(heading.trim()));
    }
    let entry = ["- ", "* ", "+ "].iter().find_map(|m| trimmed.strip_prefix(m))?.trim_start();
    let (mark, rest) = (entry.get(..3)?, entry.get(3..)?);
    let declared = match mark {
        "[x]" | "[X]" => Progress::Completed,
        "[ ]" => Progress::NotStarted,
        "[~]" | "[-]" => Progress::Partial,
        _ => return None,
    };
    Some((rest.trim().to_owned(), Some(declared)))
}

/// Title and status of a heading: the status is its last words, or a mark.
fn with_status(heading: &str) -> (String, Option<Progress>) {
    let trimmed = heading.trim_end_matches(BETWEEN);
    let upper = trimmed.to_uppercase();
    for (word, progress) in WORDS {
        // Upper case may change a text's length; only what maps back is cut.
        if let Some(start) = upper.strip_suffix(word).map(str::len)
            && upper.len() == trimmed.len()
            && let Some(title) = trimmed.get(..start)
            && (title.is_empty() || title.ends_with(BETWEEN) || !word.is_ascii())
        {
            return (title.trim_end_matches(BETWEEN).to_owned(), Some(progress));
        }
        if !word.is_ascii() && trimmed.contains(word) {
            return (trimmed.replace(word, "").trim().to_owned(), Some(progress));
        }
    }
    (trimmed.to_owned(), None)
}

/// `Status: in progress`, on a line of its own.
fn stated(line: &str) -> Option<Progress> {
    let plain = line.trim().trim_start_matches(['-', '*', '>', ' ']);
    let (key, value) = plain.split_once(':')?;
    if !key.trim_matches(['*', '_', ' ']).eq_ignore_ascii_case("status") {
        return None;
    }
    let value = value.to_uppercase();
    WORDS.iter().find(|(word, _)| value.contains(word)).map(|(_, progress)| *progress)
}

/// Paths in backquotes: with a folder or an extension, and nothing that makes a command or an address.
fn named(line: &str) -> Vec<String> {
    let inner = line.split('`').enumerate().filter(|(index, _)| index % 2 == 1).map(|(_, text)| text.trim());
    inner.filter(|text| is_path(text)).map(|text| place::join("", text)).filter(|p| !p.is_empty()).collect()
}

fn is_path(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_alphanumeric() || "_-./@".contains(c));
    let has_folder = text.trim_end_matches('/').contains('/') && !text.starts_with('/') && !text.starts_with('@');
    let extension = place::name(text).rsplit_once('.').map(|(_, e)| e);
    let known = [
        "py", "js", "ts", "tsx", "jsx", "vue", "yml", "yaml", "json", "toml", "md", "sql", "tf", "sh", "html", "css",
        "ini", "cfg",
    ];
    let is_file = extension.is_some_and(|e| known.contains(&e));
    plain
        && !text.contains("..")
        && (is_file || has_folder && (text.ends_with('/') || extension.is_none_or(|e| known.contains(&e))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(files: &[&str], text: &str) -> Vec<Claim> {
        let files: Vec<String> = files.iter().map(|f| (*f).to_owned()).collect();
        let reader = |_: &str| None;
        read("ROADMAP.md", text, &Repository::new(&files, &reader, Vec::new()))
    }

    #[test]
    fn items_are_held_against_the_files_that_they_name() {
        let text = "# Roadmap\n\n## 2.1 Search - IMPLEMENTED\nFiles: `a/x.py`, `a/y.py`\n\n## 2.2 More (in progress)\n`b/`\n```\n`c/z.py`\n```\n- [x] Login in `a/x.py`\n- [ ] Nothing named\n### Plain\n**Status:** planned, run `npm test` or see `http://x/y.md`\n";
        let claims = read_with(&["a/x.py", "b/k.py"], text);
        let told: Vec<_> = claims.iter().map(|c| (c.line, c.title.as_str(), c.declared, c.found)).collect();
        assert_eq!(
            told,
            [
                (3, "2.1 Search", Some(Progress::Completed), Progress::Partial),
                // A folder's bare name and a fenced block name no file.
                (6, "2.2 More", Some(Progress::Partial), Progress::CannotTell),
                (11, "Login in `a/x.py`", Some(Progress::Completed), Progress::Completed),
                (12, "Nothing named", Some(Progress::NotStarted), Progress::CannotTell),
                (13, "Plain", Some(Progress::NotStarted), Progress::CannotTell),
            ]
        );
        assert_eq!(claims[0].named, [("a/x.py".to_owned(), true), ("a/y.py".to_owned(), false)]);
    }

    #[test]
    fn a_title_that_ends_like_a_status_is_not_cut_inside_a_word() {
        assert_eq!(with_status("What is undone"), ("What is undone".to_owned(), None));
        assert_eq!(with_status("✅ Search"), ("Search".to_owned(), Some(Progress::Completed)));
        assert_eq!(with_status("Search: partially implemented").1, Some(Progress::Partial));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(#|-| |\\[x\\]|DONE|ß|İ|✅|`|a/b\\.py|\n|:|Status|\\PC){0,40}") {
            read_with(&["a/b.py"], &text);
        }
    }
}
