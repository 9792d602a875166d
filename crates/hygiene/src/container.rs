//! Dockerfiles: stages, what they are built from, who runs the last one, and where images are built.

use crate::place;
use crate::repository::Repository;
use crate::shell;

/// One Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dockerfile {
    pub(crate) path: String,
    pub(crate) instructions: Vec<Instruction>,
}

/// One instruction, continued lines joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instruction {
    /// Upper case: `FROM`.
    pub(crate) name: String,
    pub(crate) rest: String,
    /// 1-based.
    pub(crate) line: u32,
}

impl Dockerfile {
    pub(crate) fn all<'d>(&'d self, name: &str) -> impl Iterator<Item = &'d Instruction> + use<'d> {
        let name = name.to_owned();
        self.instructions.iter().filter(move |i| i.name == name)
    }

    /// Instructions of the stage that is run.
    pub(crate) fn last_stage(&self) -> &[Instruction] {
        let from = self.instructions.iter().rposition(|i| i.name == "FROM").unwrap_or(0);
        self.instructions.get(from..).unwrap_or_default()
    }

    /// Names of stages, as later ones call them.
    pub(crate) fn stages(&self) -> Vec<String> {
        let names = self.all("FROM").filter_map(|from| {
            let mut words = from.rest.split_whitespace().skip_while(|w| !w.eq_ignore_ascii_case("as"));
            words.nth(1).map(str::to_lowercase)
        });
        names.collect()
    }
}

impl Instruction {
    /// The image of a `FROM`, without flags and the stage's name.
    pub(crate) fn image(&self) -> &str {
        self.rest.split_whitespace().find(|w| !w.starts_with("--")).unwrap_or_default()
    }

    /// The commands of a `RUN`.
    pub(crate) fn commands(&self) -> Vec<shell::Command> {
        shell::commands(&self.rest, shell::Start { folder: "", errexit: false, pipefail: false })
    }
}

pub(crate) fn is_dockerfile(path: &str) -> bool {
    let name = place::name(path).to_lowercase();
    (name == "dockerfile"
        || name == "containerfile"
        || name.starts_with("dockerfile.")
        || name.ends_with(".dockerfile"))
        && !name.ends_with(".dockerignore")
        && !name.ends_with(".md")
}

/// Every Dockerfile of the repository; those of tests and examples are left out.
pub(crate) fn dockerfiles(repository: &Repository<'_>) -> Vec<Dockerfile> {
    let files = repository.files().iter().filter(|f| is_dockerfile(f) && !place::beside_production(f));
    files
        .filter_map(|path| Some(Dockerfile { path: path.clone(), instructions: instructions(&repository.text(path)?) }))
        .collect()
}

fn instructions(text: &str) -> Vec<Instruction> {
    let mut out: Vec<Instruction> = Vec::new();
    let mut open: Option<(u32, String)> = None;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        // Comments may stand between continued lines.
        if trimmed.starts_with('#') || (trimmed.is_empty() && open.is_some()) {
            continue;
        }
        let (number, mut whole) = open.take().unwrap_or_else(|| (place::number(index), String::new()));
        match trimmed.strip_suffix('\\') {
            Some(begun) => {
                whole.push_str(begun);
                whole.push(' ');
                open = Some((number, whole));
            }
            None => {
                whole.push_str(trimmed);
                out.extend(instruction(&whole, number));
            }
        }
    }
    if let Some((number, whole)) = open {
        out.extend(instruction(&whole, number));
    }
    out
}

fn instruction(whole: &str, line: u32) -> Option<Instruction> {
    let (name, rest) = whole.split_once(char::is_whitespace)?;
    let known = name.chars().all(|c| c.is_ascii_alphabetic());
    known.then(|| Instruction { name: name.to_ascii_uppercase(), rest: rest.trim().to_owned(), line })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continued_lines_are_one_and_stages_are_told_apart() {
        let text = "FROM --platform=x node:18 AS build\nRUN a && \\\n  # why\n  b\nfrom python:3.11-slim\nUSER app\n";
        let file = Dockerfile { path: String::new(), instructions: instructions(text) };
        assert_eq!(file.all("FROM").map(Instruction::image).collect::<Vec<_>>(), ["node:18", "python:3.11-slim"]);
        assert_eq!(file.stages(), ["build"]);
        assert_eq!(file.last_stage().iter().map(|i| i.line).collect::<Vec<_>>(), [5, 6]);
        assert_eq!(file.all("RUN").next().unwrap().commands().len(), 2);
        assert!(is_dockerfile("a/Dockerfile.backend") && !is_dockerfile("Dockerfile.dockerignore"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(FROM|as|RUN|USER|--x|\\\\|\n|#| |a|\\PC){0,30}") {
            let file = Dockerfile { path: String::new(), instructions: instructions(&text) };
            file.last_stage();
            file.stages();
        }
    }
}
