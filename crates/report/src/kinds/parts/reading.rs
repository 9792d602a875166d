//! What to read before a package crosses a major, as its own metadata name it (row C16).

use uplift_model::Datum;
use uplift_model::Distance;
use uplift_model::dossier::Dossier;
use uplift_model::plan::{PlanStep, Reading};

use super::pairs::{Basis, Pair};
use crate::document::{Target, Text};

/// `Review breaking changes first: Changelog of flask, Source of flask`, as links. `None`: it crosses no major.
pub(crate) fn read_first(dossier: &Dossier, pair: &Pair<'_>) -> Option<Text> {
    if pair.distance() != Some(Distance::Major) {
        return None;
    }
    let pages: Vec<&Reading> = match pair.basis {
        Basis::Planned { step, .. } => {
            step.into_iter().flat_map(|step| &step.reading).filter(|page| page.package == pair.name).collect()
        }
        Basis::Proposed => {
            let own = dossier.reading.iter().find(|of| of.component == pair.component && of.package == pair.name);
            match own.map(|of| &of.pages) {
                Some(Datum::Found { value }) => value.iter().collect(),
                Some(Datum::None) => return Some(head().plain("its metadata name no page that would tell")),
                Some(Datum::NotRetrieved { .. }) | None => return Some(head().unknown("its metadata were not read")),
            }
        }
    };
    if pages.is_empty() {
        return Some(head().unknown("no page that its metadata would name was found"));
    }
    Some(links(&pages))
}

/// The same for a whole step of a plan. `None`: it crosses no major, or nothing was found.
pub(crate) fn step_reads_first(step: &PlanStep) -> Option<Text> {
    let pages: Vec<&Reading> = step.reading.iter().collect();
    (!pages.is_empty()).then(|| links(&pages))
}

fn head() -> Text {
    Text::new().strong("Review breaking changes first").plain(": ")
}

fn links(pages: &[&Reading]) -> Text {
    pages.iter().enumerate().fold(head(), |text, (at, page)| {
        let text = if at > 0 { text.plain(", ") } else { text };
        text.link(format!("{} of {}", page.label, page.package), Target::Web(page.url.clone()))
    })
}

#[cfg(test)]
mod tests {
    use uplift_model::dossier::ReadingOf;
    use uplift_model::plan::ReadingKind;

    use super::super::made_up::{Made, dossier};
    use crate::kinds::{Kind, write};

    #[test]
    fn a_major_names_its_pages_first_and_a_hostile_one_is_no_link() {
        let mut data = dossier(&[Made::new("stripe", "backend")]);
        let page = |label: &str, url: &str| super::Reading {
            package: "stripe".to_owned(),
            kind: ReadingKind::Changelog,
            label: label.to_owned(),
            url: url.to_owned(),
        };
        data.reading = vec![ReadingOf {
            component: "backend".to_owned(),
            package: "stripe".to_owned(),
            pages: super::Datum::found(vec![
                page("Changelog", "https://host.example/changes"),
                page("<b>", "javascript:alert(1)"),
            ]),
        }];
        for kind in [Kind::Plan, Kind::Assessment] {
            let html = crate::html::document(&write(kind, &data));
            let at = html.find("Review breaking changes first").unwrap_or_else(|| panic!("{kind}: not there"));
            let link = "<a href=\"https://host.example/changes\" rel=\"noreferrer\">Changelog of stripe</a>";
            assert!(html.contains(link), "{kind}");
            assert!(!html.contains("javascript:") && html.contains("&lt;b&gt; of stripe"), "{kind}");
            let install = html[at..].find("pip install stripe==9.0");
            assert!(install.is_some(), "{kind}: it is to be read before the command");
        }
        data.reading.clear();
        let text = crate::markdown::document(&write(Kind::Plan, &data));
        assert!(text.contains("its metadata were not read"), "{text}");
    }
}
