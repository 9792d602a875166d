//! `non-root`: who breaks into the process is not root in its container.

use uplift_model::hygiene::{Evidence, Presence};

use super::{Answer, found, present};
use crate::place;
use crate::survey::Survey;

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    if survey.dockerfiles.is_empty() {
        return Answer::left_out("no Dockerfile: no image is built here");
    }
    let (mut with, mut without): (Vec<Evidence>, Vec<Evidence>) = (Vec::new(), Vec::new());
    for file in &survey.dockerfiles {
        let stage = file.last_stage();
        let user = stage.iter().rfind(|i| i.name == "USER");
        let base = stage.first().map(|from| from.image()).unwrap_or_default();
        let is_root = |who: &str| matches!(who.split(':').next().unwrap_or(who), "root" | "0");
        match user {
            Some(user) if is_root(&user.rest) => {
                without.push(place::evidence(&file.path, Some(user.line), &format!("USER {}", user.rest)));
            }
            Some(user) => with.push(place::evidence(&file.path, Some(user.line), &format!("USER {}", user.rest))),
            // Images that say in their name that they come without root.
            None if base.contains("nonroot") || base.contains("unprivileged") => {
                with.push(place::evidence(&file.path, stage.first().map(|i| i.line), &format!("FROM {base}")));
            }
            None => {
                let last = stage.last().map(|i| i.line);
                without.push(place::evidence(&file.path, last, "no USER in the stage that is run"));
            }
        }
    }
    let advice = "create a user and switch to it in the last stage: `RUN useradd --system app` and `USER app` (node images have `USER node`)";
    match (with.is_empty(), without.is_empty()) {
        (_, true) => present("every image runs as a user of its own", with),
        (true, false) => found(
            Presence::Missing,
            if without.len() == 1 {
                "the image runs as root".to_owned()
            } else {
                format!("{} images run as root", without.len())
            },
            without,
            advice,
        ),
        (false, false) => {
            let because = format!("{} of {} images run as root", without.len(), with.len() + without.len());
            found(Presence::Partial, because, without, advice)
        }
    }
}
