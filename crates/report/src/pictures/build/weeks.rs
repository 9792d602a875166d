//! The calendar of a plan as stretches of weeks, a row a step.

use uplift_model::{Plan, Risk};

use super::risk_tone;
use crate::pictures::{Picture, Stretch, Timeline};

/// The weeks in which each step is worked on, in the order in which they start. Empty without a calendar.
pub fn timeline(plan: &Plan) -> Picture {
    let unit = "week".to_owned();
    let legend = [Risk::Low, Risk::Medium, Risk::High].map(|risk| (risk_tone(risk), format!("{risk} risk"))).to_vec();
    let (Some(calendar), Some(effort)) = (&plan.calendar, &plan.effort) else {
        return Picture::Timeline(Timeline { unit, rows: Vec::new(), legend });
    };
    let mut rows: Vec<Stretch> = Vec::new();
    for (index, step) in effort.rows.iter().enumerate() {
        let weeks = || {
            let works = calendar.weeks.iter().filter(|w| w.starts.contains(&index) || w.continues.contains(&index));
            works.map(|week| week.number)
        };
        if let (Some(from), Some(to)) = (weeks().min(), weeks().max()) {
            rows.push(Stretch { label: step.packages.join(", "), from, to, tone: risk_tone(step.level) });
        }
    }
    rows.sort_by_key(|row| (row.from, row.to));
    Picture::Timeline(Timeline { unit, rows, legend })
}
