//! `alert-rules`: what calls people is kept where it can be reviewed.

use uplift_model::hygiene::Presence;

use super::feature::configured;
use super::{Answer, found, present};
use crate::survey::Survey;

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    if survey.services.is_empty() {
        return Answer::left_out("no service that could be watched was seen");
    }
    let rules = configured(
        survey,
        |path| path.ends_with(".yml") || path.ends_with(".yaml"),
        |line| {
            line.trim_start().trim_start_matches("- ").starts_with("alert:") || line.contains("kind: PrometheusRule")
        },
    );
    let policies = configured(
        survey,
        |path| path.ends_with(".tf"),
        |l| {
            [
                "\"google_monitoring_alert_policy\"",
                "\"aws_cloudwatch_metric_alarm\"",
                "\"datadog_monitor\"",
                "\"azurerm_monitor_metric_alert\"",
            ]
            .iter()
            .any(|r| l.contains(r))
        },
    );
    let shown = [rules, policies].concat();
    if shown.is_empty() {
        let advice = "keep alert rules beside the code (Prometheus rules, Terraform alert policies): at least for errors, latency \
                      and saturation of each service, each with a threshold, a duration and whom it calls";
        return found(Presence::Missing, "no alert rule is kept here", Vec::new(), advice);
    }
    present("alert rules are kept here", shown)
}
