//! What becomes of the names that the code uses of a package: a table of those that are not what they were, and a line
//! on how far that could be judged.

use uplift_model::Datum;
use uplift_model::symbols::{SymbolChange, SymbolChanges};

use crate::document::{Block, Table, Text, Tone};
use crate::numbers::count;

/// Places of one name that are listed.
const PLACES: usize = 8;

/// Name, what became of it, where the code uses it. `None` when nobody asked.
pub(crate) fn symbols(id: &str, known: Option<&Datum<SymbolChanges>>) -> Option<Table> {
    let empty = match known? {
        Datum::NotRetrieved { why } => Text::new().unknown(why),
        Datum::None => Text::from("The code uses no name of it that could be judged."),
        Datum::Found { value } if value.untold.is_empty() => {
            Text::from(format!("{} that the code uses: {} still has each.", count(value.used, "name"), value.to))
        }
        Datum::Found { value } => Text::from("None of the names that could be judged. ").unknown(value.extent()),
    };
    let columns = ["Name", "What became of it", "Used at"];
    let mut table = Table::new(id, "Names that the code uses and that change", &columns, empty);
    for change in known.and_then(Datum::value).into_iter().flat_map(|value| &value.changes) {
        let became = match change.guarded {
            true => Text::from(change.became()).plain("; the code is ready for it"),
            false => Text::from(change.became()),
        };
        let row = table.row(vec![Text::new().code(&change.symbol), became, places(change)]);
        row.tone = if change.is_gone() && !change.guarded { Tone::Warning } else { Tone::Plain };
    }
    Some(table)
}

/// What of the names nobody can tell.
pub(crate) fn untold(known: Option<&Datum<SymbolChanges>>) -> Option<Block> {
    let changes = known.and_then(Datum::value).filter(|changes| !changes.untold.is_empty())?;
    let items = changes.untold.iter().map(|one| Text::new().code(&one.symbol).plain(": ").unknown(&one.why)).collect();
    let summary =
        Text::from(format!("{} of {} that nobody can tell of", changes.untold.len(), count(changes.used, "name")));
    Some(Block::Details { summary, blocks: vec![Block::List(items)] })
}

fn places(change: &SymbolChange) -> Text {
    let mut text = Text::new();
    let shown: Vec<String> =
        change.sites.iter().take(PLACES).map(|site| format!("{}:{}", site.file, site.line)).collect();
    for (at, place) in shown.iter().enumerate() {
        text = if at == 0 { text.code(place) } else { text.plain(", ").code(place) };
    }
    match change.count.saturating_sub(shown.len()) {
        0 => text,
        more => text.plain(format!(" and {more} more")),
    }
}

#[cfg(test)]
mod tests {
    use uplift_model::analysis::Site;
    use uplift_model::symbols::{Fate, Untold};

    use super::*;

    fn known(places: u32, untold: usize) -> Datum<SymbolChanges> {
        let site = |line| Site { file: "a.py".to_owned(), line, what: "x".to_owned() };
        Datum::found(SymbolChanges {
            to: "2.0".to_owned(),
            used: 1 + untold,
            judged: 1,
            changes: vec![SymbolChange {
                symbol: "p.x".to_owned(),
                fate: Fate::Removed,
                sites: (1..=places).map(site).collect(),
                count: places as usize,
                guarded: false,
            }],
            untold: vec![Untold { symbol: "p.y".to_owned(), why: "compiled".to_owned() }; untold],
            ..SymbolChanges::default()
        })
    }

    #[test]
    fn a_row_a_name_with_its_first_places() {
        let table = symbols("t", Some(&known(10, 0))).expect("somebody asked");
        assert_eq!(table.rows.len(), 1);
        let cells: Vec<String> = table.rows[0].cells.iter().map(Text::words).collect();
        assert_eq!(cells[..2], ["p.x", "removed"]);
        assert!(cells[2].starts_with("a.py:1, a.py:2") && cells[2].ends_with("and 2 more"), "{cells:?}");
        assert!(untold(Some(&known(1, 0))).is_none() && untold(Some(&known(1, 2))).is_some());
    }

    #[test]
    fn nobody_asked_is_no_table_and_a_failure_is_an_unknown() {
        assert!(symbols("t", None).is_none());
        let table = symbols("t", Some(&Datum::not_retrieved("no answer"))).expect("somebody asked");
        assert!(table.rows.is_empty() && table.empty.words().contains("no answer"));
    }
}
