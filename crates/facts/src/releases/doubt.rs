//! An index that knows nothing: when every package of a project is missing there, the index is the odd one, not the packages.

use std::collections::BTreeMap;

use uplift_sandbox::redact;

/// Fewest packages whose absence says something about the index.
const MANY: usize = 3;

/// `answers`, unless three packages or more were asked for and each is unknown there: then none of them was retrieved, with
/// the reason. `index`: its address, of which no credentials are told.
pub(crate) fn doubted<K: Ord, T>(
    mut answers: BTreeMap<K, Result<Option<T>, String>>,
    index: &str,
) -> BTreeMap<K, Result<Option<T>, String>> {
    if answers.len() >= MANY && answers.values().all(|answer| matches!(answer, Ok(None))) {
        let why = format!(
            "none of {} packages is at {}: it does not seem to be the index of this project",
            answers.len(),
            redact::text(index)
        );
        answers.values_mut().for_each(|answer| *answer = Err(why.clone()));
    }
    answers
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(answers: &[Result<Option<()>, String>]) -> BTreeMap<usize, Result<Option<()>, String>> {
        doubted(answers.iter().cloned().enumerate().collect(), "http://somebody:hunter2@index.example/simple")
    }

    #[test]
    fn an_index_without_a_single_one_is_doubted_and_not_the_packages() {
        let told = of(&[Ok(None), Ok(None), Ok(None)]);
        let why = told[&0].as_ref().unwrap_err();
        assert!(why.contains("none of 3 packages is at") && why.contains("index.example"), "{why}");
        assert!(!why.contains("hunter2"), "{why}");
        assert!(told.values().all(Result::is_err));
    }

    #[test]
    fn one_that_is_there_or_did_not_answer_leaves_the_others_as_they_were() {
        assert_eq!(of(&[Ok(None), Ok(None)])[&0], Ok(None), "two say nothing about the index");
        assert_eq!(of(&[Ok(None), Ok(None), Ok(Some(()))])[&0], Ok(None));
        assert_eq!(of(&[Ok(None), Ok(None), Err("slow".to_owned())])[&0], Ok(None));
    }
}
