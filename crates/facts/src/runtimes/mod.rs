//! Interpreters and engines as dependencies: who states which version, disagreements, end of life.
//!
//! Lives here: gathering every statement and telling what holds for one component.
//! Lives elsewhere: one kind of file each (`readers`), which component a statement is about (`belonging`), what
//! contradicts what (`disagreements`), dates (`end_of_life`). Start reading at [`gather`].

mod belonging;
mod choice;
mod disagreements;
pub mod end_of_life;
mod node_range;
mod readers;
mod statement;
pub mod upgrade;
mod versions;

use std::collections::BTreeSet;

use uplift_model::Ecosystem;
use uplift_model::analysis::{FileProblem, RuntimeRow, RuntimeStatement};

pub use belonging::Place;
pub(crate) use choice::unstated;
pub use choice::{Chosen, Ground};
pub use statement::{Runtime, kind};

use statement::Stated;

/// Every statement of a Python or Node version in a repository.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// By file and line.
    stated: Vec<Stated>,
    /// Files that could not be read, and versions that do not mean what they seem to.
    pub problems: Vec<FileProblem>,
}

/// Reads every file of `files` (from the repository's root, with `/`) that states a version of a runtime.
/// A file that `read` does not give is passed over.
pub fn gather(files: &[String], read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Gathered {
    let mut gathered = Gathered::default();
    for file in files {
        let Some(reader) = readers::of(file) else { continue };
        let Some(bytes) = read(file) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut found = readers::Found::default();
        reader(file, text, &mut found);
        gathered.stated.extend(found.stated);
        gathered.problems.extend(found.problems.into_iter().map(|(line, message, hint)| FileProblem {
            file: file.clone(),
            line,
            message,
            hint,
        }));
    }
    gathered.stated.sort_by(|a, b| a.place().cmp(&b.place()));
    gathered
}

impl Gathered {
    /// The runtime of `component` with all that is stated of it; `None` when nothing is. `all`: every component
    /// of the repository. `as_of`: day of the analysis, `YYYY-MM-DD`.
    pub fn row(&self, component: &Place, all: &[Place], as_of: &str) -> Option<RuntimeRow> {
        let stated = self.of(component, all);
        let runtime = Runtime::of(component.ecosystem);
        let lines: BTreeSet<versions::Line> =
            stated.iter().flat_map(|s| s.statement.lines.iter()).filter_map(|l| versions::Line::read(l)).collect();
        (!stated.is_empty()).then(|| RuntimeRow {
            name: runtime.name().to_owned(),
            disagreements: disagreements::of(&stated),
            end_of_life: lines.iter().map(|line| end_of_life::of(runtime, &line.to_string(), as_of)).collect(),
            stated: statements(&stated),
        })
    }

    /// Statements about `component` that a package's own range of runtimes (`Requires-Python`, `engines.node`)
    /// does not admit: places that have to move before the package can.
    pub fn refused(&self, component: &Place, all: &[Place], range: &str) -> Vec<RuntimeStatement> {
        statements(&disagreements::refused(&self.of(component, all), range))
    }

    /// The Python that `component` runs on, and why that one: the image it runs in, else what a version file names, else
    /// what CI runs or the lock was compiled with; where none pins it, the newest line that the project admits and that is supported on the day
    /// `as_of`, `YYYY-MM-DD`. `None`: nothing is stated.
    pub fn python_for(&self, component: &Place, all: &[Place], as_of: &str) -> Option<Chosen> {
        self.chosen(component, all, Ecosystem::Python, as_of)
    }

    /// As [`Self::python_for`], for Node.
    pub fn node_for(&self, component: &Place, all: &[Place], as_of: &str) -> Option<Chosen> {
        self.chosen(component, all, Ecosystem::JavaScript, as_of)
    }

    fn chosen(&self, component: &Place, all: &[Place], ecosystem: Ecosystem, as_of: &str) -> Option<Chosen> {
        if component.ecosystem != ecosystem {
            return None;
        }
        choice::choose(component, &self.of(component, all), as_of)
    }

    /// Lines of the runtime that the classifiers of `component` list, ascending.
    pub(crate) fn classified(&self, component: &Place, all: &[Place]) -> Vec<String> {
        choice::classified(&self.of(component, all))
    }

    /// Where other places contradict the one that `chosen` was taken from, one sentence each.
    pub fn against(&self, component: &Place, all: &[Place], chosen: &Chosen) -> Vec<String> {
        let at = chosen.from.split(' ').next().unwrap_or_default();
        let found = disagreements::of(&self.of(component, all)).into_iter();
        found.filter(|d| d.places.iter().any(|place| place == at)).map(|d| d.message).collect()
    }

    /// Statements that are about `component`, by file and line.
    pub(crate) fn of(&self, component: &Place, all: &[Place]) -> Vec<&Stated> {
        let runtime = Runtime::of(component.ecosystem);
        let ours = self.stated.iter().filter(|s| s.runtime == runtime);
        let mut found: Vec<&Stated> = ours.clone().filter(|s| belonging::belongs(s, component, all)).collect();
        if runtime == Runtime::Node && !found.iter().any(|s| s.is(kind::ENGINES)) {
            // Members of a workspace live by what its root states.
            found.extend(ours.filter(|s| s.is(kind::ENGINES) && belonging::is_above(s, component)));
            found.sort_by(|a, b| a.place().cmp(&b.place()));
        }
        found
    }
}

/// Without doubles: two jobs may take their version from one place.
fn statements(stated: &[&Stated]) -> Vec<RuntimeStatement> {
    let mut out: Vec<RuntimeStatement> = Vec::new();
    for one in stated {
        if !out.contains(&one.statement) {
            out.push(one.statement.clone());
        }
    }
    out
}

#[cfg(test)]
mod tests;
