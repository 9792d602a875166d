//! INI files the way tox and setuptools read them: sections, keys, values that go on over indented lines.

/// One key of a section, with its lines as written (comments and blank lines left out) and their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub key: String,
    pub lines: Vec<(u32, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub name: String,
    /// 1-based line of the `[name]`.
    pub line: u32,
    pub entries: Vec<Entry>,
}

impl Section {
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// Reads a file; what is no INI is passed over.
pub(super) fn parse(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') || trimmed.starts_with(';') {
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|_| !indented) {
            sections.push(Section { name: name.trim().to_owned(), line: number, entries: Vec::new() });
            continue;
        }
        let Some(section) = sections.last_mut() else {
            continue;
        };
        let value = |text: &str| {
            // ` #` starts a comment; within a value of one word it does not.
            text.split_once(" #").map_or(text, |(value, _)| value).trim().to_owned()
        };
        match section.entries.last_mut() {
            Some(entry) if indented => entry.lines.push((number, value(trimmed))),
            _ => {
                let (key, first) = trimmed.split_once(['=', ':']).unwrap_or((trimmed, ""));
                let first = value(first);
                let lines = if first.is_empty() { Vec::new() } else { vec![(number, first)] };
                section.entries.push(Entry { key: key.trim().to_owned(), lines });
            }
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_on_over_indented_lines_and_keep_their_numbers() {
        let sections = parse("[a]\nx = 1 # one\ny =\n  # comment\n  b\n\n  c\n[d:e]\n");
        assert_eq!(sections.len(), 2);
        let y = sections[0].get("y").map(|entry| entry.lines.clone());
        assert_eq!(y, Some(vec![(5, "b".to_owned()), (7, "c".to_owned())]));
        assert_eq!((sections[1].name.as_str(), sections[1].line), ("d:e", 8));
    }
}
