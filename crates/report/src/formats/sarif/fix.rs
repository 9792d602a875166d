//! Changes of a manifest's text: the version alone, where it stands on its line.
//!
//! A fix is offered only where the text is surely understood: one version in the specifier, found once on the line, no
//! hashes beside it, and no file that a tool compiles.

use uplift_model::analysis::{ComponentAnalysis, DependencyRow, Statement};
use uplift_model::plan::Edit;
use uplift_model::{Ecosystem, PackageName};

use super::artifact;
use super::log::{ArtifactChange, Fix, Inserted, Message, Region, Replacement};
use crate::formats::ReadLine;

/// Operators that stand before one version, the longer ones first.
const OPERATORS: [&str; 8] = ["===", "==", "~=", ">=", "=", "^", "~", "v"];

/// What brings the statement to the target. `None`: the text has to be changed by a person.
pub(super) fn statement(
    component: &ComponentAnalysis,
    row: &DependencyRow,
    statement: &Statement,
    lines: &ReadLine<'_>,
) -> Option<Fix> {
    let target = row.target_version.as_deref().filter(|target| is_version(target))?;
    if is_compiled(component, &statement.file) {
        return None;
    }
    let line = lines(&statement.file, statement.line)?;
    if line.contains("--hash") || line.trim_end().ends_with('\\') || !names(&line, row) {
        return None;
    }
    let (range, text) = change(&line, row.ecosystem, statement, target)?;
    let replaced = Replacement {
        deleted_region: Region {
            start_line: statement.line.max(1),
            start_column: Some(column(line.get(..range.start)?)),
            end_line: None,
            end_column: Some(column(line.get(..range.end)?)),
        },
        inserted_content: Inserted { text },
    };
    let told = format!(
        "Take {} to {target}; where a lock is kept, let its own tool renew it afterwards",
        crate::clean::line(&row.name)
    );
    Some(Fix {
        description: Message::new(&told),
        artifact_changes: vec![ArtifactChange {
            artifact_location: artifact(&statement.file),
            replacements: vec![replaced],
        }],
    })
}

/// The bytes of the line to replace, and what with.
fn change(
    line: &str,
    ecosystem: Ecosystem,
    statement: &Statement,
    target: &str,
) -> Option<(std::ops::Range<usize>, String)> {
    let specifier = statement.specifier.trim();
    if specifier.is_empty() {
        // Nothing but the name: the pin goes behind it.
        let word = statement.written.trim();
        let plain = ecosystem == Ecosystem::Python && PackageName::new(word).is_ok();
        let end = plain.then(|| only(line, word)).flatten()?.end;
        return Some((end..end, format!("=={target}")));
    }
    let operator = OPERATORS.into_iter().find(|operator| specifier.starts_with(operator)).unwrap_or_default();
    let version = specifier.get(operator.len()..)?.trim();
    if !is_version(version) || version == target {
        return None;
    }
    let range = only(line, specifier)?;
    Some((range.end.checked_sub(version.len())?..range.end, target.to_owned()))
}

/// Where `text` stands on the line, by itself and once.
fn only(line: &str, text: &str) -> Option<std::ops::Range<usize>> {
    let mut found = line.match_indices(text).filter(|(start, _)| {
        let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '!' | '*' | '@' | '/');
        let before = line.get(..*start).and_then(|head| head.chars().next_back());
        let behind = line.get(start + text.len()..).and_then(|tail| tail.chars().next());
        // An operator in front ends the name before it: `redis==4.5.1`.
        let begins = text.starts_with(|c: char| !c.is_alphanumeric()) || !before.is_some_and(part);
        begins && !behind.is_some_and(|c| part(c) || c == ',' && text.starts_with(['<', '>', '!']))
    });
    let (start, _) = found.next()?;
    found.next().is_none().then_some(start..start + text.len())
}

/// One version: no range, no wildcard, no address.
fn is_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '!' | '_'))
        && !text.split('.').any(|part| part == "x" || part == "X")
}

/// The line is about the package: guards against a line that is not the one that was read before.
fn names(line: &str, row: &DependencyRow) -> bool {
    let normal = |text: &str| text.to_ascii_lowercase().replace(['_', '.'], "-");
    normal(line).contains(&normal(&row.name))
}

/// A tool writes the file from another: `requirements.in -> requirements.txt`.
fn is_compiled(component: &ComponentAnalysis, file: &str) -> bool {
    component.environment.split(", ").filter_map(|pair| pair.split_once(" -> ")).any(|(_, output)| {
        let output = output.split(" (").next().unwrap_or(output).trim();
        !output.is_empty() && (file == output || file.ends_with(&format!("/{output}")))
    })
}

/// 1-based, in UTF-16 code units.
fn column(before: &str) -> usize {
    before.encode_utf16().count() + 1
}

/// The edits of one step of a plan: whole lines, as they are and as they become.
pub(super) fn edits(title: &str, edits: &[Edit]) -> Option<Fix> {
    let mut changes: Vec<(&str, ArtifactChange)> = Vec::new();
    for edit in edits {
        let more = u32::try_from(edit.old.matches('\n').count()).ok()?;
        let last = edit.old.rsplit('\n').next().unwrap_or_default();
        let replaced = Replacement {
            deleted_region: Region {
                start_line: edit.line.max(1),
                start_column: Some(1),
                end_line: Some(edit.line.max(1).saturating_add(more)),
                end_column: Some(column(last)),
            },
            inserted_content: Inserted { text: edit.new.clone() },
        };
        match changes.iter_mut().find(|(file, _)| *file == edit.file) {
            Some((_, change)) => change.replacements.push(replaced),
            None => changes.push((
                &edit.file,
                ArtifactChange { artifact_location: artifact(&edit.file), replacements: vec![replaced] },
            )),
        }
    }
    (!changes.is_empty()).then(|| Fix {
        description: Message::new(title),
        artifact_changes: changes.into_iter().map(|(_, change)| change).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(line: &str, ecosystem: Ecosystem, written: &str, specifier: &str) -> Option<String> {
        let statement = Statement {
            file: "f".to_owned(),
            line: 1,
            written: written.to_owned(),
            specifier: specifier.to_owned(),
            marker: None,
            group: "main".to_owned(),
        };
        let (range, text) = change(line, ecosystem, &statement, "2.0.0")?;
        let mut line = line.to_owned();
        line.replace_range(range, &text);
        Some(line)
    }

    #[test]
    fn only_the_version_changes_and_everything_around_it_stays() {
        let python = |line: &str, written: &str, specifier: &str| changed(line, Ecosystem::Python, written, specifier);
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(
            python("redis[hiredis]==4.5.1  # why", "redis[hiredis]==4.5.1", "==4.5.1"),
            is("redis[hiredis]==2.0.0  # why")
        );
        assert_eq!(python("  \"é\", \"redis ~= 4.5\",", "redis ~= 4.5", "~= 4.5"), is("  \"é\", \"redis ~= 2.0.0\","));
        assert_eq!(python("redis = \"^4.5\"", "redis ^4.5", "^4.5"), is("redis = \"^2.0.0\""));
        assert_eq!(python("redis", "redis", ""), is("redis==2.0.0"));
        assert_eq!(
            changed("    \"left-pad\": \"~1.3.0\",", Ecosystem::JavaScript, "~1.3.0", "~1.3.0"),
            is("    \"left-pad\": \"~2.0.0\",")
        );
    }

    #[test]
    fn what_is_not_surely_understood_is_left_to_a_person() {
        for (line, written, specifier) in [
            ("redis>=4,<5", "redis>=4,<5", ">=4,<5"),
            ("redis==4.*", "redis==4.*", "==4.*"),
            ("redis==4.5.1 # was redis==4.5.1", "redis==4.5.1", "==4.5.1"),
            ("redis==4.5.10", "redis==4.5.1", "==4.5.1"),
            ("something else", "redis==4.5.1", "==4.5.1"),
            ("redis @ https://example.invalid/x", "redis @ https://example.invalid/x", ""),
            ("redis==2.0.0", "redis==2.0.0", "==2.0.0"),
        ] {
            assert_eq!(changed(line, Ecosystem::Python, written, specifier), None, "{line}");
        }
        for range in ["1.x", "*", "1 - 2", "git+https://example.invalid/x", ">=1 <2", "latest"] {
            let line = format!("\"left-pad\": \"{range}\"");
            assert_eq!(changed(&line, Ecosystem::JavaScript, range, range), None, "{range}");
        }
    }

    #[test]
    fn columns_count_in_the_units_that_the_log_says() {
        assert_eq!((column(""), column("aé"), column("😀")), (1, 3, 3));
    }
}
