//! Drawings where people would rather look: ages before and after, risk by phase, who depends on whom.

use uplift_model::Plan;
use uplift_model::dossier::Dossier;

use super::words;
use crate::document::{Block, Figure, Text};
use crate::pictures::{Picture, build};

/// The drawings that there are data for.
pub(crate) fn figures(dossier: &Dossier) -> Vec<Block> {
    let plans: Vec<&Plan> = dossier.plans.iter().filter_map(|one| one.plan.value()).collect();
    let mut drawn = vec![(
        "ages".to_owned(),
        "Ages of versions, now and after everything has moved to its target".to_owned(),
        build::ages_before_after(&dossier.analysis),
    )];
    if !plans.is_empty() {
        drawn.push((
            "risk-by-phase".to_owned(),
            "Planned packages by phase (1 to 4) and risk".to_owned(),
            build::risk_by_phase(&plans, &dossier.analysis.repository),
        ));
    }
    for (number, component) in dossier.analysis.components.iter().enumerate() {
        let caption =
            format!("Who depends on whom in {}, cut to what matters", words::component(dossier, &component.path));
        drawn.push((words::id("map", number, &component.path), caption, build::dependency_map(component)));
    }
    let shown = drawn.into_iter().filter(|(.., picture)| !is_empty(picture));
    shown.map(|(id, caption, picture)| Block::Figure(Figure { id, caption: Text::from(caption), picture })).collect()
}

fn is_empty(picture: &Picture) -> bool {
    match picture {
        Picture::Bars(bars) => bars.bars.iter().all(|(_, values)| values.iter().all(|value| *value == 0.0)),
        Picture::Timeline(timeline) => timeline.rows.is_empty(),
        // A star of the project and its own packages says no more than their table.
        Picture::Map(map) => !map.has_paths(),
        Picture::Matrix(matrix) => matrix.rows.is_empty(),
    }
}
