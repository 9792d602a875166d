//! The file of `--stages`: which packages move before which.
//!
//! A stage a line, in their order: `name = package, package`. TOML's form, `name = ["package", "package"]`, is read as
//! well, over several lines too; `#` starts a comment, and table headers are passed over.

use std::path::Path;

use uplift_model::PackageName;
use uplift_model::settings::Stage;

use super::SettingsError;

/// # Errors
/// When the file cannot be read, or with the first line that names no stage.
pub(super) fn read(file: &Path) -> Result<Vec<Stage>, SettingsError> {
    let text = super::bounded::text(file, None).map_err(|e| SettingsError::Stages(file.to_owned(), e))?;
    parse(&text).map_err(|(line, what)| SettingsError::Order { file: file.display().to_string(), line, what })
}

/// # Errors
/// Line, from 1, and what is wrong with it.
fn parse(text: &str) -> Result<Vec<Stage>, (usize, String)> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate().map(|(at, line)| (at + 1, line)) {
        let line = line.split('#').next().unwrap_or_default().trim();
        let (start, whole) = match open.take() {
            Some((start, so_far)) => (start, format!("{so_far} {line}")),
            None if line.is_empty() || is_header(line) => continue,
            None => (at, line.to_owned()),
        };
        if whole.contains('[') && !whole.contains(']') {
            open = Some((start, whole));
            continue;
        }
        let stage = stage(&whole).map_err(|what| (start, what))?;
        if stages.iter().any(|other| other.name == stage.name) {
            return Err((start, format!("stage `{}` is there twice", stage.name)));
        }
        stages.push(stage);
    }
    match open {
        Some((start, _)) => Err((start, "the list does not end: a `]` is missing".to_owned())),
        None if stages.is_empty() => Err((1, "no stage is named".to_owned())),
        None => Ok(stages),
    }
}

fn is_header(line: &str) -> bool {
    line.starts_with('[') && line.ends_with(']') && !line.contains('=')
}

fn stage(line: &str) -> Result<Stage, String> {
    let form = || "a stage looks like `orm = sqlalchemy, alembic`".to_owned();
    let (name, packages) = line.split_once(['=', ':']).ok_or_else(form)?;
    let name = unquoted(name);
    let packages = packages.trim();
    let packages = packages.strip_prefix('[').map_or(packages, |rest| rest.trim_end().trim_end_matches(']'));
    let names = packages.split(',').map(unquoted).filter(|name| !name.is_empty());
    let packages: Vec<PackageName> =
        names.map(|name| PackageName::new(name).map_err(|e| e.to_string())).collect::<Result<_, _>>()?;
    if name.is_empty() || packages.is_empty() {
        return Err(form());
    }
    Ok(Stage { name: name.to_owned(), packages })
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\'']).trim()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let names = |s: &Stage| s.packages.iter().map(PackageName::as_str).collect::<Vec<_>>().join("+");
        parse(text).unwrap().iter().map(|s| format!("{}: {}", s.name, names(s))).collect()
    }

    #[test]
    fn lines_and_toml_are_read_in_their_order() {
        let plain = "# order\norm = sqlalchemy, Alembic\nweb: fastapi, uvicorn  # last\n";
        assert_eq!(shown(plain), ["orm: sqlalchemy+alembic", "web: fastapi+uvicorn"]);
        let toml = "[stages]\n\"the orm\" = [\n  \"sqlalchemy\",\n  'alembic', # both\n]\r\nweb = [\"fastapi\"]\n";
        assert_eq!(shown(toml), ["the orm: sqlalchemy+alembic", "web: fastapi"]);
    }

    #[test]
    fn what_is_no_stage_is_refused_with_its_line() {
        let refused = |text: &str| parse(text).unwrap_err();
        assert_eq!(refused("").1, "no stage is named");
        assert_eq!(refused("a = x\n\njust words\n").0, 3);
        assert_eq!(refused("a = x\na = y\n"), (2, "stage `a` is there twice".to_owned()));
        assert_eq!(refused("a = [\n \"x\"\n"), (1, "the list does not end: a `]` is missing".to_owned()));
        assert_eq!(refused("a = \n").0, 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_or_refused(text in r#"(?s).{0,80}|([a-z]{1,3}|=|:|\[|\]|,|\n|"|#| ){0,40}"#) {
            match parse(&text) {
                Ok(stages) => prop_assert!(stages.iter().all(|s| !s.packages.is_empty())),
                Err((line, _)) => prop_assert!(line <= text.lines().count().max(1)),
            }
        }
    }
}
