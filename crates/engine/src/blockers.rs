//! Who stands against a version: the fewest of the project's own requirements with which no set holds it.
//!
//! Lives here: shrinking a refused question until every line that is left is needed for the refusal, and the sentence that
//! says what they do. A derivation is read for a requirement that it states outright; who decides is an answer of the
//! resolver, with everything free that the project does not state.
//! Lives elsewhere: asking (`crate::solver`), the same for `uplift validate`, which names files and lines
//! (`crate::validate`). Start reading at [`against`].

use std::cell::Cell;

use uplift_ecosystems::python::manifest;
use uplift_ecosystems::python::resolve::{self, Answer, Claim, Freshness, Question, Solved};
use uplift_model::{PackageName, Solution, Version};

use crate::error::EngineError;
use crate::planning::shortened;
use crate::solver::Solver;

/// Questions that one explanation may cost.
const BUDGET: u32 = 40;
/// Groups of requirements that are named, each of which closes the way alone.
const GROUPS: usize = 3;
/// Packages that two sides share and that are asked about.
const SHARED: usize = 4;

/// Why `version` of `name` has no place in `question`, which the resolver refused with `refusal`: `because …`.
/// `current`: what is in use, and does not go back.
///
/// # Errors
/// Those of asking the resolver.
pub(crate) fn against(
    solver: &Solver<'_>,
    question: &Question,
    current: &Solution,
    (name, version): (&PackageName, &Version),
    refusal: &str,
) -> Result<String, EngineError> {
    let asking = Asking { solver, question, current, name, version, left: Cell::new(BUDGET) };
    let mut rest = lines(question, name);
    let mut text = refusal.to_owned();
    let mut told: Vec<String> = Vec::new();
    for _ in 0..GROUPS {
        let Some(core) = asking.core(&rest, &text)? else { break };
        if core.lines.is_empty() {
            told = vec![asking.alone(&core)?];
            break;
        }
        told.push(asking.told(&core)?);
        rest.retain(|line| !core.lines.contains(line));
        match asking.refusal(&rest)? {
            Some(next) => text = next,
            None => break,
        }
    }
    Ok(if told.is_empty() { shortened(refusal) } else { format!("because {}", told.join("; and ")) })
}

/// One requirement or constraint of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: PackageName,
    /// `==1.2`, `>=2,<3`; empty: any version.
    specifier: String,
    text: String,
    /// A constraint binds a package where it is needed, and asks for none.
    constraint: bool,
}

impl Line {
    fn of(text: &str, constraint: bool) -> Option<Self> {
        let requirement = text.split(" ;").next().unwrap_or(text).trim();
        let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
        let (name, behind) = requirement.split_at(end.unwrap_or(requirement.len()));
        let specifier = behind.find(['=', '<', '>', '!', '~']).and_then(|at| behind.get(at..)).unwrap_or_default();
        let specifier = if behind.contains(" @ ") { "" } else { specifier };
        let name = PackageName::new(name).ok()?;
        Some(Self { name, specifier: specifier.to_owned(), text: text.to_owned(), constraint })
    }

    fn pinned(&self) -> Option<Version> {
        manifest::pinned(&self.specifier)
    }

    /// `pyopenssl 24.2.1`, `` `torch>=2,<3` ``.
    fn words(&self) -> String {
        match self.pinned() {
            Some(version) => format!("{} {version}", self.name),
            None if self.specifier.is_empty() => self.name.to_string(),
            None => format!("`{}{}`", self.name, self.specifier),
        }
    }
}

/// Every line of the question that may be left out: all but those about `name`.
fn lines(question: &Question, name: &PackageName) -> Vec<Line> {
    let constraints = question.constraints.iter().filter_map(|text| Line::of(text, true));
    let roots = question.roots.iter().filter_map(|text| Line::of(text, false));
    constraints.chain(roots).filter(|line| line.name != *name).collect()
}

/// Lines without any of which the version could be had, and the refusal that they get.
struct Core {
    lines: Vec<Line>,
    text: String,
}

struct Asking<'a> {
    solver: &'a Solver<'a>,
    question: &'a Question,
    current: &'a Solution,
    name: &'a PackageName,
    version: &'a Version,
    /// Questions that may still be asked.
    left: Cell<u32>,
}

impl Asking<'_> {
    /// The question with these lines only, and with the version that is asked about or without its package.
    fn part(&self, lines: &[Line], with_version: bool, bound: Option<String>) -> Question {
        let own = |text: &&String| Line::of(text, false).is_some_and(|line| line.name == *self.name);
        let texts = |constraint: bool| lines.iter().filter(move |l| l.constraint == constraint).map(|l| l.text.clone());
        let mut roots: Vec<String> = texts(false).collect();
        let mut constraints: Vec<String> = texts(true).chain(bound).collect();
        if with_version {
            constraints.extend(self.question.constraints.iter().filter(own).cloned());
            let before = roots.len();
            roots.extend(self.question.roots.iter().filter(own).cloned());
            if roots.len() == before {
                roots.push(format!("{}=={}", self.name, self.version));
            }
        }
        Question { roots, constraints, ..self.question.clone() }
    }

    /// `None`: no question is left, or the resolver did not get to an answer.
    fn ask(&self, question: &Question) -> Result<Option<Answer>, EngineError> {
        let Some(left) = self.left.get().checked_sub(1) else { return Ok(None) };
        self.left.set(left);
        if question.roots.is_empty() {
            return Ok(Some(Answer::Solved(Solved::default())));
        }
        let answer = self.solver.ask(question, Freshness::Index)?;
        Ok(Some(answer).filter(|a| !matches!(a, Answer::Refused(c) if c.is_silence())))
    }

    /// The refusal that these lines get together with the version; `None`: none that is known.
    fn refusal(&self, lines: &[Line]) -> Result<Option<String>, EngineError> {
        Ok(match self.ask(&self.part(lines, true, None))? {
            Some(Answer::Refused(conflict)) => Some(conflict.text),
            _ => None,
        })
    }

    fn solved(&self, question: &Question) -> Result<Option<Solved>, EngineError> {
        Ok(match self.ask(question)? {
            Some(Answer::Solved(solved)) => Some(solved),
            _ => None,
        })
    }

    /// The fewest of `lines` that are refused; `None`: the questions did not suffice to find them.
    fn core(&self, lines: &[Line], text: &str) -> Result<Option<Core>, EngineError> {
        let (mut left, mut last) = (lines.to_vec(), text.to_owned());
        // What the derivation speaks of is nearly always enough, and so is what the project itself requires.
        let spoken = |line: &Line| resolve::mentions(&last, &line.name);
        let spoken: Vec<Line> = left.iter().filter(|line| spoken(line)).cloned().collect();
        if spoken.len() < left.len()
            && let Some(refused) = self.refusal(&spoken)?
        {
            (left, last) = (spoken, refused);
        }
        let roots: Vec<Line> = left.iter().filter(|line| !line.constraint).cloned().collect();
        if roots.len() < left.len()
            && let Some(refused) = self.refusal(&roots)?
        {
            (left, last) = (roots, refused);
        }
        // Constraints stand first and go first: what the project requires explains more.
        let mut size = left.len().div_ceil(2).max(1);
        loop {
            let mut at = 0;
            while at < left.len() {
                let end = (at + size).min(left.len());
                let without = left.iter().enumerate().filter(|(i, _)| !(at..end).contains(i));
                let without: Vec<Line> = without.map(|(_, line)| line.clone()).collect();
                if self.left.get() == 0 {
                    return Ok(None);
                }
                match self.refusal(&without)? {
                    Some(refused) => (left, last) = (without, refused),
                    None => at = end,
                }
            }
            if size == 1 {
                return Ok(Some(Core { lines: left, text: last }));
            }
            size = (size / 2).max(1);
        }
    }

    /// Nothing of the project stands against the version: its own requirements do, or the age of what they need.
    fn alone(&self, core: &Core) -> Result<String, EngineError> {
        if self.question.youngest.is_some() {
            let ageless = Question { youngest: None, ..self.part(&[], true, None) };
            if self.solved(&ageless)?.is_some() {
                let (name, version) = (self.name, self.version);
                return Ok(format!("{name} {version} needs a release that is too young to be taken"));
            }
        }
        let text = shortened(&core.text);
        Ok(text.strip_prefix("because ").unwrap_or(&text).to_owned())
    }

    /// What the lines of a core do against the version.
    fn told(&self, core: &Core) -> Result<String, EngineError> {
        if let Some(words) = outright(core, (self.name, self.version)) {
            return Ok(words);
        }
        let we = format!("{} {}", self.name, self.version);
        if let [line] = core.lines.as_slice()
            && line.constraint
        {
            return Ok(match floor(line, self.current) {
                Some(floor) => format!("{we} needs {} below {floor}, which is in use and does not go back", line.name),
                None => format!("{} does not admit what {we} needs", held(line, self.current)),
            });
        }
        if let Some(words) = self.shared(core)? {
            return Ok(words);
        }
        let all: Vec<String> = core.lines.iter().map(|line| held(line, self.current)).collect();
        Ok(format!("{} and {we} do not go together", all.join(" and ")))
    }

    /// A package that both sides need, and not in the same versions: asked, with each side alone.
    fn shared(&self, core: &Core) -> Result<Option<String>, EngineError> {
        let free = |question: Question| Question { preferences: Vec::new(), ..question };
        let side = |with_version: bool, bound: Option<String>| {
            free(self.part(if with_version { &[] } else { &core.lines }, with_version, bound))
        };
        let Some(theirs) = self.solved(&side(false, None))? else { return Ok(None) };
        let Some(ours) = self.solved(&side(true, None))? else { return Ok(None) };
        let they: Vec<String> = core.lines.iter().map(|line| held(line, self.current)).collect();
        let (they, keep) = (they.join(" and "), if they.len() == 1 { "keeps" } else { "keep" });
        let refused = |with_version: bool, bound: String| -> Result<bool, EngineError> {
            Ok(matches!(self.ask(&side(with_version, Some(bound)))?, Some(Answer::Refused(_))))
        };
        if let Some(most) = theirs.solution.version(self.name)
            && most < self.version
            && refused(false, format!("{}>{most}", self.name))?
        {
            return Ok(Some(format!("{they} {keep} {} at {most} or below", self.name)));
        }
        let differs = |(name, theirs): (&PackageName, &Version)| {
            let ours = ours.solution.version(name)?;
            (ours != theirs && name != self.name).then(|| (name.clone(), theirs.clone(), ours.clone()))
        };
        let mut shared: Vec<(PackageName, Version, Version)> =
            theirs.solution.packages.iter().filter_map(differs).collect();
        // What the derivation speaks of first.
        shared.sort_by_key(|(name, ..)| !resolve::mentions(&core.text, name));
        let we = format!("{} {}", self.name, self.version);
        for (name, theirs, ours) in shared.into_iter().take(SHARED) {
            let (low, theirs_is_low) = if theirs < ours { (&theirs, true) } else { (&ours, false) };
            let (above, within) = (format!("{name}>{low}"), format!("{name}<={low}"));
            if refused(!theirs_is_low, above)? && refused(theirs_is_low, within)? {
                return Ok(Some(if theirs_is_low {
                    format!("{they} {keep} {name} at {low} or below, and {we} needs a newer one")
                } else {
                    format!("{they} {keep} {name} above {low}, and {we} needs that or an older one")
                }));
            }
        }
        Ok(None)
    }
}

/// A line that only says that a version in use does not go back.
fn floor(line: &Line, current: &Solution) -> Option<Version> {
    let floor = Version::new(line.specifier.strip_prefix(">=")?).ok()?;
    (line.constraint && current.version(&line.name) == Some(&floor)).then_some(floor)
}

/// A line as what it is to the project.
fn held(line: &Line, current: &Solution) -> String {
    match floor(line, current) {
        Some(floor) => format!("{} {floor} or later", line.name),
        None if line.constraint => format!("the constraint {}", line.words()),
        None => line.words(),
    }
}

/// The requirement that decides, where the derivation of the core states it outright: of the one on the other.
fn outright(core: &Core, (name, version): (&PackageName, &Version)) -> Option<String> {
    let [line] = core.lines.as_slice() else { return None };
    let claims = resolve::claims(&core.text);
    let states = |by: &PackageName, on: &PackageName| -> Vec<(String, String)> {
        let of = |claim: &&Claim| claim.name == *by;
        let read = |claim: &Claim| {
            Line::of(&claim.on, false).filter(|l| l.name == *on).map(|l| (claim.on.clone(), l.specifier))
        };
        claims.iter().filter(of).filter_map(read).collect()
    };
    if line.pinned().is_some() {
        let refuses = |(_, specifier): &(String, String)| !manifest::admits(specifier, version);
        if let Some((on, _)) = states(&line.name, name).into_iter().find(refuses) {
            return Some(format!("{} requires {on}", line.words()));
        }
    }
    let pinned = line.pinned()?;
    let refuses = |(_, specifier): &(String, String)| !manifest::admits(specifier, &pinned);
    let (on, _) = states(name, &line.name).into_iter().find(refuses)?;
    Some(format!("{name} {version} requires {on}, and {} stays at {pinned}", line.name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> PackageName {
        PackageName::new(text).unwrap()
    }

    fn core(lines: &[(&str, bool)], text: &str) -> Core {
        let lines = lines.iter().map(|(text, constraint)| Line::of(text, *constraint).unwrap()).collect();
        Core { lines, text: text.to_owned() }
    }

    fn said(core: &Core, of: &str, version: &str) -> Option<String> {
        outright(core, (&name(of), &Version::new(version).unwrap()))
    }

    /// Refusals of uv 0.13 as they come, of a core each.
    #[test]
    fn a_requirement_that_the_derivation_states_is_told_of_the_one_who_makes_it() {
        let text = "No solution found when resolving dependencies cause: Because pyopenssl==24.2.1 depends on cryptography>=41.0.5,<44 and you require cryptography==50.0.2, we can conclude that your requirements and pyopenssl==24.2.1 are incompatible. And because you require pyopenssl==24.2.1, we can conclude that your requirements are unsatisfiable.";
        let words = said(&core(&[("pyopenssl==24.2.1", false)], text), "cryptography", "50.0.2");
        assert_eq!(words.unwrap(), "pyopenssl 24.2.1 requires cryptography>=41.0.5,<44");
        let text = "Because jupyter-core==5.8.1 depends on traitlets>=5.3 and you require jupyter-core==5.8.1, we can conclude that you require traitlets>=5.3. And because you require traitlets==5.2.0, we can conclude that your requirements are unsatisfiable.";
        let words = said(&core(&[("traitlets==5.2.0", false)], text), "jupyter-core", "5.8.1");
        assert_eq!(words.unwrap(), "jupyter-core 5.8.1 requires traitlets>=5.3, and traitlets stays at 5.2.0");
    }

    #[test]
    fn what_refuses_another_version_is_not_told_as_the_reason() {
        // Such a claim is true and beside the point: the version in question fulfils it.
        let text = "Because a==1 depends on b>=2,<9 and c==1 depends on b==1, we can conclude";
        assert_eq!(said(&core(&[("a==1", false)], text), "b", "3"), None);
        assert_eq!(said(&core(&[("a==1", false), ("c==1", false)], text), "b", "3"), None, "two decide together");
        // A range stands for many releases, of which the derivation speaks one by one.
        assert_eq!(said(&core(&[("a>=1", false)], text), "b", "10"), None);
    }

    #[test]
    fn lines_are_read_with_extras_markers_and_addresses() {
        let read = |text: &str| {
            let line = Line::of(text, false).unwrap();
            (line.name.to_string(), line.specifier.clone(), line.words())
        };
        let own = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(read("redis[hiredis]==5.0.1 ; python_version >= '3.8'"), own("redis", "==5.0.1", "redis 5.0.1"));
        assert_eq!(read("torch>=2,<3"), own("torch", ">=2,<3", "`torch>=2,<3`"));
        assert_eq!(read("x @ https://index.example/x-1.whl?a==1"), own("x", "", "x"));
        assert!(Line::of("", false).is_none());
    }

    #[test]
    fn a_floor_is_told_from_a_constraint_that_somebody_wrote() {
        let current =
            Solution { packages: [(name("cffi"), Version::new("1.14").unwrap())].into(), ..Default::default() };
        let line = |text: &str| Line::of(text, true).unwrap();
        assert_eq!(held(&line("cffi>=1.14"), &current), "cffi 1.14 or later");
        assert_eq!(held(&line("cffi<2"), &current), "the constraint `cffi<2`");
        assert_eq!(held(&line("cffi>=1.13"), &current), "the constraint `cffi>=1.13`");
    }

    proptest! {
        #[test]
        fn no_line_and_no_derivation_makes_the_reader_panic(line in "\\PC{0,40}", text in "(a==1|b>=2|depends on| |,|\\PC){0,30}") {
            let lines = Line::of(&line, false).into_iter().collect();
            let _ = outright(&Core { lines, text }, (&name("b"), &Version::new("1").unwrap()));
        }
    }
}
