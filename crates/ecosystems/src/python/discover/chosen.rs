//! An environment made of the files that the settings name, in place of what was found.

use super::{Component, EnvironmentSource, ManifestFile, Read, follow, join, kind_of, left_out, parsed};
use crate::python::manifest::IncludeKind;

impl Component {
    /// The component with `requirements` and `constraints` (from the repository's root) as what makes up its environment;
    /// an empty list leaves what was found. An input or output of a compiled pair stands for the pair.
    ///
    /// # Errors
    /// A sentence that names the file which is not there or cannot be read.
    pub fn made_of(mut self, requirements: &[String], constraints: &[String], read: &Read<'_>) -> Result<Self, String> {
        if requirements.is_empty() && constraints.is_empty() {
            return Ok(self);
        }
        let told = left_out::files(&self);
        self.notes.retain(|note| !told.contains(note));
        let requirements = self.named(requirements, read)?;
        let constraints = self.named(constraints, read)?;
        let mut problems = Vec::new();
        follow(&mut self.manifests, read, &mut problems);
        problems.retain(|problem| !self.notes.contains(problem));
        self.notes.extend(problems);
        self.notes
            .retain(|note| !requirements.iter().any(|file| note.starts_with(file) && note.contains("left out of")));
        let pair_of =
            |pairs: &[super::Pair], file: &String| pairs.iter().any(|p| p.input == *file || p.output == *file);
        match &mut self.environment {
            EnvironmentSource::Compiled { pairs } if requirements.iter().all(|file| pair_of(pairs, file)) => {
                if !requirements.is_empty() {
                    pairs.retain(|p| requirements.contains(&p.input) || requirements.contains(&p.output));
                    let pairs = pairs.clone();
                    self.keep_pins_of(&pairs);
                }
            }
            EnvironmentSource::Requirements { files, constraints: found } if requirements.is_empty() => {
                let files = std::mem::take(files);
                let found = std::mem::take(found);
                let constraints = if constraints.is_empty() { found } else { constraints };
                self.environment = EnvironmentSource::Requirements { files, constraints };
            }
            // A lock of a tool has its constraints in the manifest.
            _ if requirements.is_empty() => {}
            environment => {
                let found = match environment {
                    EnvironmentSource::Requirements { constraints, .. } => std::mem::take(constraints),
                    _ => Vec::new(),
                };
                let files = self.with_taken(requirements);
                let constraints = if constraints.is_empty() { found } else { constraints };
                self.environment = EnvironmentSource::Requirements { files, constraints };
                self.locked = None;
            }
        }
        let told = left_out::files(&self);
        self.notes.extend(told);
        Ok(self)
    }

    /// Paths of files as they are known here, read where they are not yet.
    fn named(&mut self, files: &[String], read: &Read<'_>) -> Result<Vec<String>, String> {
        let mut paths = Vec::new();
        for file in files {
            let path = join("", file);
            if self.manifest(&path).is_none() {
                match parsed(&path, kind_of(&path), read) {
                    Some(Ok(manifest)) => self.manifests.push(manifest),
                    Some(Err(why)) => return Err(why),
                    None => return Err(format!("`{path}` does not exist")),
                }
            }
            paths.push(path);
        }
        Ok(paths)
    }

    /// `files` with what they take in.
    fn with_taken(&self, mut files: Vec<String>) -> Vec<String> {
        let mut at = 0;
        while let Some(file) = files.get(at).and_then(|path| self.manifest(path)) {
            let taken: Vec<String> = file.includes(IncludeKind::Requirements).map(|(path, _)| path).collect();
            let known = |path: &String| !files.contains(path) && self.manifest(path).is_some();
            let new: Vec<String> = taken.into_iter().filter(known).collect();
            files.extend(new);
            at += 1;
        }
        files
    }

    /// Leaves out of the lock what only the outputs of other pairs hold.
    fn keep_pins_of(&mut self, pairs: &[super::Pair]) {
        let outputs: Vec<&ManifestFile> =
            self.manifests.iter().filter(|m| pairs.iter().any(|p| p.output == m.path)).collect();
        let holds = |name| outputs.iter().flat_map(|m| &m.manifest.stated).any(|s| s.name == name);
        if let Some(pins) = &self.locked {
            let kept = pins.iter().filter(|pin| holds(pin.name.clone())).cloned().collect();
            self.locked = Some(kept);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::python::discover::{Component, components};

    fn made(files: &[(&str, &str)], requirements: &[&str], constraints: &[&str]) -> Result<Component, String> {
        let names: Vec<String> = files.iter().map(|(n, _)| (*n).to_owned()).collect();
        let read = |path: &str| files.iter().find(|(n, _)| *n == path).map(|(_, text)| text.as_bytes().to_vec());
        let owned = |all: &[&str]| all.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>();
        components(&names, &read).remove(0).made_of(&owned(requirements), &owned(constraints), &read)
    }

    fn roots(component: &Component) -> Vec<&str> {
        component.roots().into_iter().map(|(_, s)| s.name.as_str()).collect()
    }

    #[test]
    fn only_the_files_that_are_named_make_up_the_set_and_the_others_are_told() {
        let files = [
            ("requirements.txt", "flask==1.0\n-r more.txt\n"),
            ("more.txt", "six==1.0\n"),
            ("requirements-dev.txt", "pytest==6.0\n"),
        ];
        let found = made(&files, &[], &[]).unwrap();
        assert_eq!(roots(&found), ["flask", "six", "pytest"]);
        let chosen = made(&files, &["./requirements.txt"], &[]).unwrap();
        assert_eq!(roots(&chosen), ["flask", "six"]);
        assert_eq!(chosen.files(), ["requirements.txt", "more.txt"]);
        assert!(
            chosen.notes.iter().any(|n| n.starts_with("requirements-dev.txt: left out of the set")),
            "{:?}",
            chosen.notes
        );
        assert_eq!(made(&files, &["gone.txt"], &[]).unwrap_err(), "`gone.txt` does not exist");
    }

    #[test]
    fn a_compiled_file_stands_for_its_pair_and_a_list_by_hand_has_no_lock() {
        let files = [
            ("requirements.in", "flask\n"),
            ("requirements.txt", "flask==1.0\nsix==1.0\n"),
            ("dev.in", "pytest\n"),
            ("dev.txt", "pytest==6.0\n"),
            ("by-hand.txt", "attrs==20.1.0\n"),
        ];
        let chosen = made(&files, &["requirements.txt"], &[]).unwrap();
        let locked = |c: &Component| c.locked.iter().flatten().map(|p| p.name.to_string()).collect::<Vec<_>>();
        assert_eq!((roots(&chosen), locked(&chosen)), (vec!["flask"], vec!["flask".to_owned(), "six".to_owned()]));
        let by_hand = made(&files, &["by-hand.txt"], &["requirements.txt"]).unwrap();
        assert_eq!((roots(&by_hand), by_hand.locked.is_none()), (vec!["attrs"], true));
        assert_eq!(by_hand.files(), ["by-hand.txt", "requirements.txt"]);
    }
}
