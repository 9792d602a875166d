//! The inventory of an analysis.

use std::collections::BTreeMap;

use uplift_model::Role;
use uplift_model::analysis::{Analysis, ComponentAnalysis, DependencyRow, Pinning};

use super::{Bill, Named, Node, Part};
use crate::clean;
use crate::formats::purl;
use crate::formats::standing::{self, Standing};

impl Bill {
    pub(in crate::formats) fn of_analysis(analysis: &Analysis) -> Self {
        let mut bill = Self {
            subject: clean::line(&analysis.repository),
            commit: analysis.commit.clone(),
            day: analysis.as_of.clone(),
            ..Self::default()
        };
        bill.remarks.push(("urgency", clean::line(&analysis.urgency.level)));
        for source in &analysis.sources {
            let told = format!("{}: {}: {}", source.source, source.state, source.detail);
            let told = clean::line(&told);
            if source.source.starts_with("advisories") && source.state != "found" && bill.unasked.is_empty() {
                bill.unasked.clone_from(&told);
            }
            bill.remarks.push(("source", told));
        }
        for problem in &analysis.problems {
            bill.remarks.push(("problem", clean::line(&format!("{}: {}", problem.file, problem.message))));
        }
        for component in &analysis.components {
            bill.add(component);
        }
        let open = bill.packages.iter().filter(|package| package.version.is_none()).count();
        bill.incomplete = match (analysis.problems.len(), open) {
            (0, 0) => None,
            (0, open) => Some(format!("{open} packages without a known version: what they bring along is not known")),
            (problems, _) => Some(format!("{problems} files could not be read, or only in part")),
        };
        bill.finished()
    }

    fn add(&mut self, component: &ComponentAnalysis) {
        let part = self.parts.len();
        let mut remarks = vec![
            ("path", clean::line(&component.path)),
            ("ecosystem", component.ecosystem.to_string()),
            ("environment", clean::line(&component.environment)),
            ("platform", clean::line(&component.platform)),
        ];
        remarks.extend(component.runtime.iter().map(|runtime| ("runtime", clean::line(runtime))));
        let name = component.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&component.path);
        self.parts.push(Part { path: component.path.clone(), name: clean::line(name), remarks });

        let mut of_name: BTreeMap<String, usize> = BTreeMap::new();
        for row in &component.dependencies {
            let index = self.package(named(row, row.current_version.as_deref()));
            of_name.insert(purl::normal(row.ecosystem, &row.name), index);
            if row.direct {
                self.edges.insert((Node::Part(part), Node::Package(index)));
            }
            let copies: Vec<usize> =
                row.other_versions.iter().map(|version| self.package(named(row, Some(version)))).collect();
            self.describe(component, row, index);
            self.threaten(row, index, &copies);
        }
        for row in &component.dependencies {
            let Some(index) = of_name.get(&purl::normal(row.ecosystem, &row.name)).copied() else { continue };
            let dependents = row.dependents.iter().filter_map(|name| of_name.get(&purl::normal(row.ecosystem, name)));
            let edges: Vec<_> = dependents
                .filter(|dependent| **dependent != index)
                .map(|dependent| (Node::Package(*dependent), Node::Package(index)))
                .collect();
            self.edges.extend(edges);
        }
    }

    fn describe(&mut self, component: &ComponentAnalysis, row: &DependencyRow, index: usize) {
        for statement in &row.stated {
            self.remark(index, "stated", clean::line(&format!("{}:{}", statement.file, statement.line)));
        }
        if let Some(target) = &row.target_version {
            self.remark(index, "target", clean::line(target));
        }
        let missing = [
            ("releases", row.latest.missing()),
            ("advisories", row.advisories.missing()),
            ("deprecation", row.deprecation.missing()),
            ("availability", row.availability.missing()),
        ];
        for (what, why) in missing {
            if let Some(why) = why {
                let told = format!("{what} (component {}): {why}", component.path);
                self.remark(index, "not-retrieved", clean::line(&told));
            }
        }
    }

    /// Findings are of all copies together. One at or above every fix is not meant; when that leaves several, which of
    /// them are meant is not known.
    fn threaten(&mut self, row: &DependencyRow, index: usize, copies: &[usize]) {
        for finding in row.advisories.value().into_iter().flatten() {
            let standing = Standing::of(finding);
            if copies.is_empty() {
                self.threat(finding, index, standing);
                continue;
            }
            let all: Vec<usize> = std::iter::once(index).chain(copies.iter().copied()).collect();
            let touched = |copy: &usize| {
                let version = self.packages.get(*copy).and_then(|package| package.version.as_deref());
                version.and_then(|version| standing::still_touches(row.ecosystem, version, finding))
            };
            let left: Vec<usize> = all.iter().copied().filter(|copy| touched(copy) != Some(false)).collect();
            match left.as_slice() {
                [only] => self.threat(finding, *only, standing),
                // The advisory touches one of them at least, so that none at all is a contradiction: keep them all.
                left => {
                    let meant = if left.is_empty() { all } else { left.to_vec() };
                    let aside = !matches!(standing, Standing::Affected { .. });
                    let why = format!("it touches one of {} copies at least; {}", meant.len(), standing::mend(finding));
                    for copy in meant {
                        let standing = if aside { standing.clone() } else { Standing::Open { why: why.clone() } };
                        self.threat(finding, copy, standing);
                    }
                }
            }
        }
    }
}

fn named<'a>(row: &'a DependencyRow, version: Option<&'a str>) -> Named<'a> {
    Named {
        ecosystem: row.ecosystem,
        name: &row.name,
        version,
        from_index: row.pinning != Pinning::Elsewhere,
        required: row.role == Role::Runtime,
    }
}
