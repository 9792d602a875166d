//! Anchors: ids that are unique and well formed, and where a link inside the document leads.
//!
//! Lives here: one walk that settles every id. Lives elsewhere: writing them (`crate::markdown`, `crate::html`).

use std::collections::{HashMap, HashSet};

use super::{Block, Document, Section, Table};

/// Where links lead once every id is settled.
#[derive(Debug, Clone, Default)]
pub struct Anchors {
    /// The id as it was given, to the first place that has it.
    places: HashMap<String, String>,
    taken: HashSet<String>,
    /// The number to try next behind an id that is taken.
    next: HashMap<String, usize>,
}

impl Anchors {
    /// Settles every id of `document` in reading order: lower-case letters, digits and `-` only, the second of two that are
    /// the same becomes `id-2`. Links to an id lead to the first that had it.
    pub fn settle(document: &mut Document) -> Self {
        let mut anchors = Self::default();
        for section in &mut document.sections {
            anchors.section(section);
        }
        anchors
    }

    /// The id that a link to `given` is to have; `None`: nothing in the document has it, so there is nothing to link to.
    pub fn place(&self, given: &str) -> Option<&str> {
        self.places.get(given).map(String::as_str)
    }

    /// Forgets every place that `document` no longer has, after parts of it were taken out. Its ids are settled.
    pub fn keep(&mut self, document: &Document) {
        let mut there = HashSet::new();
        document.sections.iter().for_each(|section| ids(section, &mut there));
        self.places.retain(|_, place| there.contains(place));
    }

    fn section(&mut self, section: &mut Section) {
        self.unique(&mut section.id, "section");
        self.blocks(&mut section.blocks);
        for below in &mut section.sections {
            self.section(below);
        }
    }

    fn blocks(&mut self, blocks: &mut [Block]) {
        for block in blocks {
            match block {
                Block::Table(table) => self.table(table),
                Block::Figure(figure) => self.unique(&mut figure.id, "figure"),
                Block::Details { blocks, .. } => self.blocks(blocks),
                Block::Paragraph(_)
                | Block::List(_)
                | Block::Steps(_)
                | Block::Checklist(_)
                | Block::Code { .. }
                | Block::Callout(..) => {}
            }
        }
    }

    fn table(&mut self, table: &mut Table) {
        self.unique(&mut table.id, "table");
        // Rows of a table without columns are not written, so nothing may lead to them.
        if table.columns.is_empty() {
            table.rows.clear();
        }
        for row in &mut table.rows {
            if let Some(id) = &mut row.id {
                self.unique(id, "row");
            }
        }
    }

    fn unique(&mut self, id: &mut String, kind: &str) {
        let wanted = well_formed(id, kind);
        let mut unique = wanted.clone();
        while !self.taken.insert(unique.clone()) {
            let number = self.next.entry(wanted.clone()).or_insert(2);
            unique = format!("{wanted}-{number}");
            *number += 1;
        }
        let given = std::mem::replace(id, unique.clone());
        self.places.entry(given).or_insert(unique);
    }
}

fn ids(section: &Section, there: &mut HashSet<String>) {
    there.insert(section.id.clone());
    ids_of_blocks(&section.blocks, there);
    section.sections.iter().for_each(|below| ids(below, there));
}

fn ids_of_blocks(blocks: &[Block], there: &mut HashSet<String>) {
    for block in blocks {
        match block {
            Block::Table(table) => {
                there.insert(table.id.clone());
                there.extend(table.rows.iter().filter_map(|row| row.id.clone()));
            }
            Block::Figure(figure) => {
                there.insert(figure.id.clone());
            }
            Block::Details { blocks, .. } => ids_of_blocks(blocks, there),
            _ => {}
        }
    }
}

/// Lower-case letters, digits and single `-`, beginning with a letter; at most 80 characters.
fn well_formed(id: &str, kind: &str) -> String {
    let mut formed = String::new();
    for c in id.chars() {
        if formed.len() >= 80 {
            break;
        }
        if c.is_ascii_alphanumeric() {
            formed.push(c.to_ascii_lowercase());
        } else if !formed.ends_with('-') && !formed.is_empty() {
            formed.push('-');
        }
    }
    let formed = formed.trim_end_matches('-');
    if formed.starts_with(|c: char| c.is_ascii_alphabetic()) {
        formed.to_owned()
    } else {
        format!("{kind}-{formed}").trim_end_matches('-').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Text;

    fn document(ids: &[&str]) -> Document {
        let sections = ids.iter().map(|id| Section::new(*id, "t")).collect();
        Document { title: Text::new(), header: vec![], sections, footer: vec![] }
    }

    #[test]
    fn the_second_of_two_gets_a_number_and_links_lead_to_the_first() {
        let mut page = document(&["a", "a", "a-2", "A b/ü", "", "9"]);
        let anchors = Anchors::settle(&mut page);
        let ids: Vec<&str> = page.sections.iter().map(|section| section.id.as_str()).collect();
        assert_eq!(ids, ["a", "a-2", "a-2-2", "a-b", "section", "section-9"]);
        assert_eq!(anchors.place("a"), Some("a"));
        assert_eq!(anchors.place("A b/ü"), Some("a-b"));
        assert_eq!(anchors.place("gone"), None);
    }

    #[test]
    fn many_of_the_same_id_stay_unique() {
        let ids = vec!["x"; 300];
        let mut page = document(&ids);
        Anchors::settle(&mut page);
        let unique: HashSet<&str> = page.sections.iter().map(|section| section.id.as_str()).collect();
        assert_eq!(unique.len(), 300);
    }
}
