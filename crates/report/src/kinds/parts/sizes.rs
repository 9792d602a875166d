//! What has to be downloaded, before and after (row M9): sums, and the packages that they are of.

use uplift_model::Datum;
use uplift_model::dossier::Dossier;
use uplift_model::size::{ComponentSizes, PackageSize, SizeMeasure, SizeSum};

use super::words;
use crate::document::{Block, Table, Target, Text, Tone};

/// Packages of a component that are listed by themselves: those whose size changes most.
const LISTED: usize = 10;

/// The table `sizes`, a row a component, and below it `sizes-packages`: what moves
/// most, and the rest of each component in a row or two, so that its rows come to the sums.
pub(crate) fn sizes(dossier: &Dossier) -> Vec<Block> {
    let columns = ["Component", "Before", "After", "Difference", "What is counted"];
    let empty = Text::new().unknown("nobody asked the indexes for sizes");
    let mut table =
        Table::new("sizes", "Size of what is installed, before and after everything has moved", &columns, empty);
    let rows = packages(dossier);
    for one in &dossier.sizes {
        let (before, after) = (one.before(), one.after());
        let row = table.row(vec![
            Text::from(words::component(dossier, &one.component)),
            sum(before),
            sum(after),
            difference(before, after),
            Text::from(counted(one)),
        ]);
        row.tone = if before.unknown + after.unknown > 0 { Tone::Unknown } else { Tone::Plain };
    }
    let mut blocks = vec![Block::Table(table)];
    if !rows.rows.is_empty() {
        let summary = Text::from("Package by package: what the sums are of");
        blocks.push(Block::Details { summary, blocks: vec![Block::Table(rows)] });
    }
    blocks
}

fn counted(sizes: &ComponentSizes) -> String {
    let what = match sizes.measure {
        SizeMeasure::Download => "downloads: the wheel that the interpreter takes, else the sources",
        SizeMeasure::Unpacked => "files once unpacked: the registry tells no size of downloads",
    };
    let how = if sizes.complete { "everything in the lock" } else { "no lock: only what manifests name" };
    format!("{what}; {how}")
}

fn sum(sum: SizeSum) -> Text {
    let packages = |count: usize| crate::numbers::count(count, "package");
    let rows = || Target::Here("sizes-packages".to_owned());
    let known = || Text::new().link(format!("{} ({})", bytes(sum.bytes), packages(sum.known)), rows());
    match (sum.known, sum.unknown) {
        (0, 0) => Text::from("nothing is installed"),
        (0, unknown) => Text::new().unknown(format!("no size is known of {}", packages(unknown))),
        (_, 0) => known(),
        (_, unknown) => known().plain(" and ").unknown(format!("no size of {}", packages(unknown))),
    }
}

/// Sums that lack different packages cannot be compared.
fn difference(before: SizeSum, after: SizeSum) -> Text {
    if before.known == 0 || after.known == 0 {
        return Text::new().unknown("a size is not known");
    }
    let sign = if after.bytes < before.bytes { "-" } else { "+" };
    let text = Text::from(format!("{sign}{}", bytes(after.bytes.abs_diff(before.bytes))));
    if before.unknown + after.unknown == 0 { text } else { text.plain(", ").unknown("sizes are missing") }
}

fn packages(dossier: &Dossier) -> Table {
    let columns = ["Package", "Component", "Version", "Before", "After"];
    let mut table = Table::new("sizes-packages", "Sizes of what moves, and of the rest", &columns, "");
    for one in &dossier.sizes {
        let component = words::component(dossier, &one.component);
        let (mut moving, staying): (Vec<&PackageSize>, Vec<&PackageSize>) =
            one.packages.iter().partition(|package| package.from != package.to);
        let bytes = |size: &Datum<u64>| size.value().copied().unwrap_or(0);
        moving.sort_by_key(|package| std::cmp::Reverse(bytes(&package.before).abs_diff(bytes(&package.after))));
        let told = |package: &&&PackageSize| package.before.value().or(package.after.value()).is_some();
        let listed = moving.iter().filter(told).count().min(LISTED);
        // Those of which nothing is known come last, as they change by nothing that is known.
        moving.sort_by_key(|package| package.before.value().or(package.after.value()).is_none());
        for package in moving.iter().take(listed) {
            let text = |versions: &[String]| match versions {
                [] => "none".to_owned(),
                all => all.join(", "),
            };
            table.row(vec![
                Text::from(package.package.clone()),
                Text::from(component.clone()),
                Text::new().code(format!("{} -> {}", text(&package.from), text(&package.to))),
                size(&package.before),
                size(&package.after),
            ]);
        }
        let more = moving.get(listed..).unwrap_or_default();
        for (what, rest) in [("what moves as well", more), ("what stays", &staying)] {
            if rest.is_empty() {
                continue;
            }
            let of = |which: fn(&PackageSize) -> &Datum<u64>| sum(SizeSum::of(rest.iter().map(|one| which(one))));
            table.row(vec![
                Text::from(what),
                Text::from(component.clone()),
                Text::from(crate::numbers::count(rest.len(), "package")),
                of(|one| &one.before),
                of(|one| &one.after),
            ]);
        }
    }
    table
}

fn size(size: &Datum<u64>) -> Text {
    match size {
        Datum::Found { value } => Text::from(bytes(*value)),
        Datum::None => Text::from("not installed"),
        Datum::NotRetrieved { why } => Text::new().unknown(why.clone()),
    }
}

/// `812 B`, `14.2 kB`, `1.3 GB`: powers of a thousand, one digit behind the point.
fn bytes(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    for unit in ["kB", "MB", "GB"] {
        // 999.96 would be written as 1000.0.
        if value < 999.95 {
            return format!("{value:.1} {unit}");
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{Made, dossier, read};
    use super::*;
    use crate::document::{Document, Section};

    #[test]
    fn bytes_are_told_in_the_unit_that_fits() {
        assert_eq!(
            [0, 999, 1000, 14_240, 999_949, 999_960, 1_500_000_000, u64::MAX].map(bytes),
            ["0 B", "999 B", "1.0 kB", "14.2 kB", "999.9 kB", "1.0 MB", "1.5 GB", "18446744.1 TB"]
        );
    }

    fn told(packages: Vec<PackageSize>) -> String {
        let mut data = dossier(&[Made::new("torch", "backend")]);
        let (component, measure) = ("backend".to_owned(), SizeMeasure::Download);
        data.sizes = vec![ComponentSizes { component, measure, complete: true, packages }];
        let section = Section { blocks: sizes(&data), ..Section::new("s", "s") };
        read(&Document { title: Text::new(), header: vec![], sections: vec![section], footer: vec![] }).text
    }

    fn package(name: &str, to: &str, before: Datum<u64>, after: Datum<u64>) -> PackageSize {
        PackageSize { package: name.to_owned(), from: vec!["1".to_owned()], to: vec![to.to_owned()], before, after }
    }

    #[test]
    fn sums_follow_the_packages_and_say_what_they_lack() {
        let known = || {
            vec![
                package("torch", "2", Datum::found(800_000_000), Datum::found(900_000_000)),
                package("idna", "1", Datum::found(1_000_000), Datum::found(1_000_000)),
            ]
        };
        let text = told(known());
        for said in ["801.0 MB (2 packages)", "901.0 MB (2 packages)", "+100.0 MB", "1 -> 2", "1.0 MB (1 package)"] {
            assert!(text.contains(said), "{said} is not in {text}");
        }
        assert!(!text.contains("unknown"), "{text}");
        let mut lacking = known();
        lacking.push(package("own", "2", Datum::found(5), Datum::not_retrieved("the index tells none")));
        let text = told(lacking);
        assert!(
            text.contains("unknown(no size of 1 package)") && text.contains("unknown(sizes are missing)"),
            "{text}"
        );
        let text = told(vec![package("a", "2", Datum::not_retrieved("x"), Datum::None)]);
        assert!(
            text.contains("unknown(no size is known of 1 package)") && text.contains("nothing is installed"),
            "{text}"
        );
    }

    #[test]
    fn nobody_asked_is_unknown_and_never_zero() {
        let data = dossier(&[Made::new("torch", "backend")]);
        let section = Section { blocks: sizes(&data), ..Section::new("s", "s") };
        let page = read(&Document { title: Text::new(), header: vec![], sections: vec![section], footer: vec![] });
        assert!(page.text.contains("unknown(nobody asked the indexes for sizes)"), "{}", page.text);
    }
}
