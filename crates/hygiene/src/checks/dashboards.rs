//! `dashboards`: what people look at is kept where it can be reviewed and put up again.

use uplift_model::hygiene::Presence;

use super::feature::configured;
use super::{Answer, found, present};
use crate::place;
use crate::survey::Survey;

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    if survey.services.is_empty() {
        return Answer::left_out("no service that could be watched was seen");
    }
    let mut shown = configured(
        survey,
        |path| path.ends_with(".tf"),
        |l| {
            [
                "\"google_monitoring_dashboard\"",
                "\"datadog_dashboard\"",
                "\"aws_cloudwatch_dashboard\"",
                "\"grafana_dashboard\"",
            ]
            .iter()
            .any(|r| l.contains(r))
        },
    );
    for path in survey.repository.files().iter().filter(|f| f.ends_with(".json") || f.ends_with(".jsonnet")) {
        let likely = path.to_lowercase().contains("dashboard") || path.to_lowercase().contains("grafana");
        let text = likely.then(|| survey.repository.text(path)).flatten();
        if text.is_some_and(|t| t.contains("\"panels\"") || t.contains("\"widgets\"") || t.contains("grafonnet")) {
            shown.push(place::evidence(path, None, "a dashboard"));
        }
    }
    if shown.is_empty() {
        let advice = "export the dashboards in use as JSON into `monitoring/dashboards/`, or define them with Terraform; \
                      without any, begin with requests, errors and durations of each service";
        return found(Presence::Missing, "no dashboard is kept here", Vec::new(), advice);
    }
    present("dashboards are kept here", shown)
}
