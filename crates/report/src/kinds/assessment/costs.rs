//! Cost and benefit: hours from the rule table; money and benefits only as somebody gave them, with every formula shown
//! (rows M6, M7).

use uplift_model::dossier::Dossier;

use super::super::parts;
use crate::document::{Block, Section, Table, Text};

pub(super) fn section(dossier: &Dossier) -> Section {
    let mut effort = Section::new("effort-section", "Estimated effort");
    effort.blocks = parts::effort_blocks(dossier);
    let work = work(dossier);
    if !work.is_empty() {
        effort = effort.with(Block::List(work));
    }
    Section::new("costs", "Cost and benefit").below(effort).below(benefits(dossier)).below(roi(dossier))
}

/// What the hours cost, where an hour has a price.
fn work(dossier: &Dossier) -> Vec<Text> {
    let Some(programme) = &dossier.programme else { return Vec::new() };
    let hours = programme.effort.total_minutes as f64 / 60.0;
    match dossier.given.hourly_rate {
        Some(rate) => {
            let [cost, each] = [hours * rate, rate].map(|amount| money(dossier, amount));
            vec![Text::from(format!("Cost of the work: {hours:.1} h x {each} an hour = {cost}"))]
        }
        None => {
            vec![
                Text::from("Cost of the work: ")
                    .unknown("no price of an hour was given: hourly-rate of [report] in uplift.toml"),
            ]
        }
    }
}

fn benefits(dossier: &Dossier) -> Section {
    let empty = Text::new().unknown("none given: [[report.benefits]] of uplift.toml; none is made up here");
    let mut table = Table::new("benefits", "Benefits, as stated", &["Benefit", "Stated by"], empty);
    for benefit in &dossier.given.benefits {
        table.row(vec![Text::from(benefit.what.clone()), Text::from(benefit.source.clone())]);
    }
    Section::new("benefits-section", "Expected benefits").with(Block::Table(table))
}

fn roi(dossier: &Dossier) -> Section {
    let given = &dossier.given;
    let section = Section::new("roi", "Return on investment");
    let (Some(investment), Some(savings)) = (given.investment, given.savings_per_year) else {
        let missing: Vec<&str> = [("investment", given.investment), ("savings-per-year", given.savings_per_year)]
            .into_iter()
            .filter(|(_, amount)| amount.is_none())
            .map(|(key, _)| key)
            .collect();
        let keys = crate::numbers::list(&missing);
        return section.say(Text::new().unknown(format!("not given: {keys} of [report] in uplift.toml")));
    };
    let [spent, saved] = [investment, savings].map(|amount| money(dossier, amount));
    let mut lines = vec![
        Text::from(format!("Investment: {spent} (given)")),
        Text::from(format!("Savings a year: {saved} (given)")),
    ];
    if investment > 0.0 {
        let ratio = savings / investment * 100.0;
        lines.push(Text::from(format!("Ratio: {saved} / {spent} = {} %", number(ratio))));
        let net = (savings - investment) / investment * 100.0;
        lines.push(Text::from(format!(
            "Net return of the first year: ({saved} - {spent}) / {spent} = {} %",
            number(net)
        )));
    } else {
        lines.push(Text::from("Ratio and net return: ").unknown("the investment is 0, and nothing divides by it"));
    }
    if savings > 0.0 {
        let months = investment / (savings / 12.0);
        lines.push(Text::from(format!("Payback: {spent} / ({saved} / 12) = {} months", number(months))));
    } else {
        lines.push(Text::from("Payback: never, at savings of 0"));
    }
    section.with(Block::List(lines))
}

/// `50,000 EUR`; without a currency the number alone.
fn money(dossier: &Dossier, amount: f64) -> String {
    let text = number(amount);
    match &dossier.given.currency {
        Some(currency) => format!("{text} {currency}"),
        None => text,
    }
}

/// Thousands apart, at most two digits behind the point.
fn number(value: f64) -> String {
    let text = format!("{:.2}", value.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = whole.len();
    let mut out = if value < 0.0 { "-".to_owned() } else { String::new() };
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (digits - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let part = part.trim_end_matches('0');
    if part.is_empty() { out } else { format!("{out}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_readable_and_keep_their_value() {
        assert_eq!(
            [50_000.0, 150_000.0, 300.0, 4.0, 1234567.5, -999.0, 0.0].map(number),
            ["50,000", "150,000", "300", "4", "1,234,567.5", "-999", "0"]
        );
    }
}
